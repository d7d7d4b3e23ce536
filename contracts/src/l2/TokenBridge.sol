// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITokenEscrow} from "../interfaces/ITokenEscrow.sol";
import {IBridgedToken} from "../interfaces/IBridgedToken.sol";
import {IL1Messenger} from "../interfaces/IL1Messenger.sol";
import {IOutbox} from "../interfaces/IOutbox.sol";
import {ITokenBridge} from "../interfaces/ITokenBridge.sol";
import {Predeploys} from "../rules/Predeploys.sol";
import {BridgedToken} from "./BridgedToken.sol";

/// @title TokenBridge
/// @dev Nobody owns it. Two L1 tokens never share a token here, whatever they call themselves.
contract TokenBridge is ITokenBridge {
    /// @inheritdoc ITokenBridge
    address public immutable escrow;

    /// @inheritdoc ITokenBridge
    mapping(address l1Token => address) public tokenOf;

    /// @param escrow_ the TokenEscrow on L1
    constructor(address escrow_) {
        escrow = escrow_;
    }

    /// @inheritdoc ITokenBridge
    function mint(
        address l1Token,
        string calldata name,
        string calldata symbol,
        uint8 decimals,
        address to,
        uint256 amount
    ) external {
        IL1Messenger messenger = IL1Messenger(Predeploys.L1_MESSENGER);
        if (msg.sender != address(messenger) || messenger.sender() != escrow) revert NotEscrow();
        address token = tokenOf[l1Token];
        if (token == address(0)) token = _create(l1Token, name, symbol, decimals);
        emit Minted(l1Token, to, amount);
        IBridgedToken(token).mint(to, amount);
    }

    /// @inheritdoc ITokenBridge
    function withdraw(address token, address to, uint256 amount) external returns (uint64 nonce) {
        address l1Token = IBridgedToken(token).l1Token();
        if (tokenOf[l1Token] != token) revert NotBridged(token);
        if (to == address(0)) revert ZeroRecipient();
        IBridgedToken(token).burn(msg.sender, amount);
        nonce = IOutbox(Predeploys.OUTBOX).send(escrow, abi.encodeCall(ITokenEscrow.release, (l1Token, to, amount)));
        emit Withdrawn(l1Token, msg.sender, to, amount, nonce);
    }

    /// @dev CREATE2, so that a token's address does not depend on which deposit is relayed first.
    function _create(address l1Token, string calldata name, string calldata symbol, uint8 decimals)
        private
        returns (address token)
    {
        bytes32 salt = bytes32(uint256(uint160(l1Token)));
        token = address(new BridgedToken{salt: salt}(l1Token, name, symbol, decimals));
        tokenOf[l1Token] = token;
        emit TokenCreated(l1Token, token);
    }
}
