// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MetadataReaderLib} from "solady/utils/MetadataReaderLib.sol";

import {IBridge} from "../interfaces/IBridge.sol";
import {ICaller} from "../interfaces/ICaller.sol";
import {ITokenBridge} from "../interfaces/ITokenBridge.sol";
import {ITokenEscrow} from "../interfaces/ITokenEscrow.sol";
import {Predeploys} from "../rules/Predeploys.sol";

/// @title TokenEscrow
/// @dev Tokens are hostile until shown otherwise: one can harm whoever holds it, but not the holders of another. A deposit
/// inside a deposit would be counted twice, so no verb runs inside another.
contract TokenEscrow is ITokenEscrow, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev A name or symbol is cut to so many bytes, and is empty when the token does not tell it.
    uint256 private constant MAX_TEXT = 128;

    /// @inheritdoc ITokenEscrow
    IBridge public immutable bridge;

    /// @inheritdoc ITokenEscrow
    mapping(address token => uint256) public escrowed;

    constructor(IBridge bridge_) {
        bridge = bridge_;
    }

    /// @inheritdoc ITokenEscrow
    function deposit(address token, address to, uint256 amount) external nonReentrant returns (uint64 nonce) {
        if (to == address(0)) revert InvalidRecipient(to);
        uint256 received = _receive(IERC20(token), amount);
        if (received == 0) revert NothingReceived(token);
        escrowed[token] += received;
        nonce = bridge.sendMessage(Predeploys.TOKEN_BRIDGE, _mint(token, to, received));
        emit TokenDeposited(token, msg.sender, to, received, nonce);
    }

    /// @inheritdoc ITokenEscrow
    function release(address token, address to, uint256 amount) external nonReentrant {
        ICaller caller = bridge.caller();
        if (msg.sender != address(caller)) revert NotCaller(msg.sender);
        address sender = caller.sender();
        if (sender != Predeploys.TOKEN_BRIDGE) revert NotTokenBridge(sender);
        uint256 held = escrowed[token];
        if (amount > held) revert InsufficientEscrow(token, held, amount);
        escrowed[token] = held - amount;
        IERC20(token).safeTransfer(to, amount);
        emit TokenReleased(token, to, amount);
    }

    /// @dev Takes `amount` from the caller; some tokens deliver less.
    function _receive(IERC20 token, uint256 amount) private returns (uint256) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        return token.balanceOf(address(this)) - before;
    }

    function _mint(address token, address to, uint256 amount) private view returns (bytes memory) {
        string memory name = MetadataReaderLib.readName(token, MAX_TEXT);
        string memory symbol = MetadataReaderLib.readSymbol(token, MAX_TEXT);
        uint8 decimals = MetadataReaderLib.readDecimals(token);
        return abi.encodeCall(ITokenBridge.mint, (token, name, symbol, decimals, to, amount));
    }
}
