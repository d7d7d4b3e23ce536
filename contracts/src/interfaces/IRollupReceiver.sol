// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A contract on one rollup that takes messages from others.
interface IRollupReceiver {
    /// @notice `sender` on the rollup of `origin`, a Bridge on L1, says `data`.
    /// @dev True only if the caller is L1Messenger and L1Messenger's sender is the Passage; anybody can deploy a Bridge, so
    /// `origin` is to be one that the receiver knows.
    function onRollupMessage(address origin, address sender, bytes calldata data) external payable;
}
