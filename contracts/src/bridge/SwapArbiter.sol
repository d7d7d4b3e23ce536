// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridge} from "../interfaces/IBridge.sol";
import {ICaller} from "../interfaces/ICaller.sol";
import {ISwapArbiter} from "../interfaces/ISwapArbiter.sol";
import {ISwapVault} from "../interfaces/ISwapVault.sol";
import {Leg, LegNumber, SwapId, SwapState, Terms} from "../types/Swap.sol";

/// @title SwapArbiter
/// @dev The Bridges that terms name may be anybody's. They are asked by static calls before anything is decided, and
/// called after; nothing here depends on what they do then.
contract SwapArbiter is ISwapArbiter {
    /// @inheritdoc ISwapArbiter
    mapping(SwapId id => SwapState) public stateOf;

    /// @inheritdoc ISwapArbiter
    function onLocked(Terms memory terms, LegNumber number) external {
        SwapId id = _idOf(terms);
        Leg memory leg = terms.leg(number);
        if (msg.sender != address(IBridge(leg.bridge).caller()) || ICaller(msg.sender).sender() != leg.vault) {
            revert NotFromVault(msg.sender);
        }
        // A producer of L1 blocks cannot choose the time, and seconds do not matter.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp >= terms.deadline) revert DeadlinePassed(terms.deadline, block.timestamp);

        SwapState state = _afterLock(id, number);
        stateOf[id] = state;
        emit LegLocked(id, number, state);
    }

    /// @inheritdoc ISwapArbiter
    function cancel(Terms memory terms) external {
        SwapId id = _idOf(terms);
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < terms.deadline) revert BeforeDeadline(terms.deadline, block.timestamp);
        SwapState state = stateOf[id];
        if (_isDecided(state)) revert WrongSwapState(id, state);
        stateOf[id] = SwapState.Cancelled;
        emit SwapCancelled(id);
    }

    /// @inheritdoc ISwapArbiter
    function announce(Terms memory terms, LegNumber number) external returns (uint64 nonce) {
        SwapId id = _idOf(terms);
        SwapState state = stateOf[id];
        if (!_isDecided(state)) revert WrongSwapState(id, state);
        Leg memory leg = terms.leg(number);
        bytes memory data = state == SwapState.Settled
            ? abi.encodeCall(ISwapVault.settle, (terms, number))
            : abi.encodeCall(ISwapVault.cancel, (terms, number));
        nonce = IBridge(leg.bridge).sendMessage(leg.vault, data);
        emit Announced(id, number, state, nonce);
    }

    function _idOf(Terms memory terms) private view returns (SwapId) {
        if (terms.arbiter != address(this)) revert WrongArbiter(terms.arbiter);
        return terms.id();
    }

    function _afterLock(SwapId id, LegNumber number) private view returns (SwapState) {
        (SwapState own, SwapState other) = number == LegNumber.One
            ? (SwapState.OneLocked, SwapState.TwoLocked)
            : (SwapState.TwoLocked, SwapState.OneLocked);
        SwapState state = stateOf[id];
        if (state == SwapState.Open) return own;
        if (state == other) return SwapState.Settled;
        revert WrongSwapState(id, state);
    }

    function _isDecided(SwapState state) private pure returns (bool) {
        return state == SwapState.Settled || state == SwapState.Cancelled;
    }
}
