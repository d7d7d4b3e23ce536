// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

import {IBridgedToken} from "../interfaces/IBridgedToken.sol";
import {Predeploys} from "../rules/Predeploys.sol";

/// @title BridgedToken
/// @notice Stands on L2 for a token in L1's escrow.
contract BridgedToken is IBridgedToken, ERC20Permit {
    /// @inheritdoc IBridgedToken
    address public immutable l1Token;
    uint8 private immutable _decimals;

    modifier onlyTokenBridge() {
        if (msg.sender != Predeploys.TOKEN_BRIDGE) revert NotTokenBridge(msg.sender);
        _;
    }

    /// @param l1Token_ the token on L1
    /// @param name_ its name
    /// @param symbol_ its symbol
    /// @param decimals_ its decimals
    constructor(address l1Token_, string memory name_, string memory symbol_, uint8 decimals_)
        ERC20(name_, symbol_)
        ERC20Permit(_domainName(name_))
    {
        l1Token = l1Token_;
        _decimals = decimals_;
    }

    /// @inheritdoc IBridgedToken
    function mint(address to, uint256 amount) external onlyTokenBridge {
        _mint(to, amount);
    }

    /// @inheritdoc IBridgedToken
    function burn(address from, uint256 amount) external onlyTokenBridge {
        _burn(from, amount);
    }

    /// @dev The name in the permit's domain, which `eip712Domain` tells: OpenZeppelin's has no room for more than 31 bytes.
    function _domainName(string memory name_) private pure returns (string memory) {
        return string(Bytes.slice(bytes(name_), 0, 31));
    }

    /// @notice The L1 token's decimals.
    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}
