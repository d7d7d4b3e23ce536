// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LegNumber, SwapId, SwapState, Terms} from "../types/Swap.sol";

/// @notice Decides on L1 whether a swap between two rollups is settled or cancelled: once, for both. It holds nothing
/// and serves all rollups.
/// @dev A leg is as good as its Bridge and its vault: whoever locks must know those of the other leg. A false one of
/// either harms nobody but who signed terms that name it.
interface ISwapArbiter {
    /// @notice A leg's lock is known on L1. `state` is Settled if it was the second one.
    event LegLocked(SwapId indexed id, LegNumber number, SwapState state);
    /// @notice The deadline has come before both locks.
    event SwapCancelled(SwapId indexed id);
    /// @notice The outcome was sent to a leg's rollup, as message `nonce` of its Bridge.
    event Announced(SwapId indexed id, LegNumber number, SwapState state, uint64 nonce);

    /// @notice The terms name another arbiter.
    error WrongArbiter(address arbiter);
    /// @notice A lock is told by the Caller of the leg's Bridge, and its message's sender is the leg's vault.
    error NotFromVault(address caller);
    /// @notice No lock counts from the deadline on.
    error DeadlinePassed(uint64 deadline, uint256 time);
    /// @notice Nothing is cancelled before the deadline.
    error BeforeDeadline(uint64 deadline, uint256 time);
    /// @notice The swap's state does not allow it.
    error WrongSwapState(SwapId id, SwapState state);

    /// @notice Takes note of a lock; the second one settles the swap. Called by a message of the leg's vault.
    /// @dev Reverts with WrongArbiter, NotFromVault, DeadlinePassed or WrongSwapState.
    function onLocked(Terms memory terms, LegNumber number) external;

    /// @notice Cancels a swap that is not settled by its deadline. By anyone.
    /// @dev Reverts with WrongArbiter, BeforeDeadline or WrongSwapState.
    function cancel(Terms memory terms) external;

    /// @notice Sends the outcome to a leg's vault. By anyone, and as often as wanted: the vault obeys once. Apart from
    /// deciding, so that a Bridge which does not work blocks its own leg alone.
    /// @dev Reverts with WrongArbiter, WrongSwapState, or as the Bridge does.
    /// @return nonce the message's number in the leg's Bridge
    function announce(Terms memory terms, LegNumber number) external returns (uint64 nonce);

    /// @notice The state of a swap; Open for one that is unknown.
    function stateOf(SwapId id) external view returns (SwapState);
}
