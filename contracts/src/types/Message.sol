// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Which way a message goes.
enum Direction {
    /// From L1 to L2.
    Down,
    /// From L2 to L1.
    Up
}

/// @notice A call that an account on one layer asks for on the other.
struct Message {
    /// Down: which leaf of the message tree it is. Up: how many the Outbox has sent before.
    uint64 nonce;
    /// Who sent it, on its own layer.
    address sender;
    /// Whom it calls.
    address target;
    /// Wei that the call brings.
    uint256 value;
    /// What it is called with.
    bytes data;
}

using {hash} for Message global;

/// @dev Tells a message's hash from all other hashes of the protocol.
bytes32 constant MESSAGE_TAG = keccak256("surety.message");

/// @notice The message's name on both layers.
/// @dev The chain and the Bridge are part of it, so no other rollup takes it, and no second Bridge of the same rollup; and
/// the direction, so that it never comes back.
/// @param l1ChainId the L1's
/// @param bridge the one Bridge on that L1 which sends or takes it
function hash(Message memory message, Direction direction, uint256 l1ChainId, address bridge) pure returns (bytes32) {
    return keccak256(
        abi.encode(
            MESSAGE_TAG,
            l1ChainId,
            bridge,
            direction,
            message.nonce,
            message.sender,
            message.target,
            message.value,
            keccak256(message.data)
        )
    );
}
