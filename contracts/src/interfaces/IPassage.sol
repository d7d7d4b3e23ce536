// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridge} from "./IBridge.sol";

/// @notice The way from one rollup to another on the same L1: a message from A to the Passage is, in the transaction that
/// carries it out, sent on to B. One for all rollups; it keeps nothing.
/// @dev A receiver on B trusts a call from L1Messenger when L1Messenger's sender is the Passage, and then `origin`, A's Bridge,
/// and the sender on A: see IRollupReceiver.
interface IPassage {
    /// @notice A message of `sender` on the rollup of `origin` was sent on.
    /// @param nonce its leaf in the message tree of the rollup of `to`
    event Forwarded(address indexed origin, address indexed to, address indexed sender, uint64 nonce);

    /// @notice Only a Caller may forward, in the name of its Bridge.
    error NotCaller(address caller);

    /// @notice Sends IRollupReceiver.onRollupMessage(origin, sender, data) with the payment to `target` on the rollup of `to`.
    /// @dev Reverts with NotCaller, and like IBridge.sendMessage: a payment below the minimum deposit can never be forwarded.
    /// @param to the other rollup's Bridge
    /// @return nonce the message's leaf there
    function forward(IBridge to, address target, bytes calldata data) external payable returns (uint64 nonce);
}
