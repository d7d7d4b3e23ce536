// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LegNumber, LegState, SwapId, Terms} from "../types/Swap.sol";

/// @notice Keeps the legs of swaps that are on this rollup until the arbiter on L1 has decided. It has no owner, no
/// timer, and no way to pay out but the arbiter's message.
/// @dev Assumes of a token: who holds an amount can transfer it, and balances change by transfers alone. A token that
/// breaks this harms legs in that token alone.
interface ISwapVault {
    /// @notice A leg is locked; the arbiter is told by message `nonce` of the Outbox.
    event Locked(SwapId indexed id, LegNumber number, uint64 nonce);
    /// @notice A leg is over: Settled, or Cancelled.
    event Finished(SwapId indexed id, LegNumber number, LegState state);
    /// @notice A payment failed, and waits to be withdrawn.
    event Credited(address indexed account, address indexed token, uint256 amount);
    /// @notice A payment that had failed was made.
    event Withdrawn(address indexed account, address indexed token, uint256 amount);

    /// @notice The leg is of another rollup or another vault.
    error NotHere(address bridge, address vault);
    /// @notice Only who gives the asset can lock it.
    error NotFrom(address caller, address from);
    /// @notice ETH is locked by paying it, and with a token none is paid.
    error WrongPayment(uint256 expected, uint256 paid);
    /// @notice The token's transfer brought another amount, as one that takes a fee does.
    error WrongAmountReceived(uint256 expected, uint256 received);
    /// @notice The caller is not a message of the swap's arbiter.
    error NotArbiter(address caller);
    /// @notice The leg's state does not allow it.
    error WrongLegState(SwapId id, LegNumber number, LegState state);
    /// @notice So little gas might make a payment fail that would succeed with more.
    error TooLittleGas(uint256 gas);
    /// @notice Nothing waits to be withdrawn.
    error NothingOwed(address account, address token);
    /// @notice Only the vault itself calls this.
    error NotSelf(address caller);

    /// @notice Locks the caller's leg and tells the arbiter. A token must be approved before.
    /// @dev Reverts with NotHere, NotFrom, WrongLegState, WrongPayment, WrongAmountReceived, or as the token does.
    /// @return nonce the message's number in the Outbox
    function lock(Terms memory terms, LegNumber number) external payable returns (uint64 nonce);

    /// @notice Pays the leg to `Leg.to`. Called by a message of the arbiter.
    /// @dev Reverts with NotArbiter, NotHere, WrongLegState or TooLittleGas.
    function settle(Terms memory terms, LegNumber number) external;

    /// @notice Pays the leg back to `Leg.from`; one that is not locked never will be. Called by a message of the arbiter.
    /// @dev Reverts with NotArbiter, NotHere, WrongLegState or TooLittleGas.
    function cancel(Terms memory terms, LegNumber number) external;

    /// @notice Pays `account` what could not be paid before. By anyone.
    /// @dev Reverts with NothingOwed, or as the recipient or the token does.
    /// @return amount how much that is
    function withdraw(address account, address token) external returns (uint256 amount);

    /// @notice The vault's own call, which may fail: a payment.
    function pay(address account, address token, uint256 amount) external;

    /// @notice The state of a leg; Open for one that is unknown.
    function stateOf(SwapId id, LegNumber number) external view returns (LegState);

    /// @notice What waits to be withdrawn.
    function credits(address account, address token) external view returns (uint256);
}
