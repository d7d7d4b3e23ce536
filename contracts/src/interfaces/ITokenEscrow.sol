// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridge} from "./IBridge.sol";

/// @notice Holds the ERC-20 tokens that are on L2. What it owes of one token it never takes from another.
interface ITokenEscrow {
    /// @notice `amount` of `token` came in from `from` and is minted to `to` on L2 by message `nonce`.
    event TokenDeposited(address indexed token, address indexed from, address indexed to, uint256 amount, uint64 nonce);
    /// @notice `amount` of `token`, burned on L2, went out to `to`.
    event TokenReleased(address indexed token, address indexed to, uint256 amount);

    /// @notice Nobody can own tokens at `account`.
    error InvalidRecipient(address account);
    /// @notice No token came in.
    error NothingReceived(address token);
    /// @notice Only the Bridge's Caller releases.
    error NotCaller(address caller);
    /// @notice Only for a message of the TokenBridge on L2.
    error NotTokenBridge(address sender);
    /// @notice More was asked than came in.
    error InsufficientEscrow(address token, uint256 escrowed, uint256 asked);

    /// @notice Takes `amount` of `token` from the caller, who has approved it, and has what really arrived minted to `to` on L2.
    /// @dev Reverts with InvalidRecipient, NothingReceived, as the token does, and like IBridge.sendMessage.
    /// @return nonce the message to L2
    function deposit(address token, address to, uint256 amount) external returns (uint64 nonce);

    /// @notice Gives `amount` of `token` to `to`: what TokenBridge on L2 asks for by message when it has burned as much.
    /// @dev Reverts with NotCaller, NotTokenBridge, InsufficientEscrow, and as the token does.
    function release(address token, address to, uint256 amount) external;

    /// @notice How much of `token` is on L2, or on the way.
    function escrowed(address token) external view returns (uint256);

    /// @notice What carries its messages, fixed at deployment.
    function bridge() external view returns (IBridge);
}
