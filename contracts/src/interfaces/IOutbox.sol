// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Takes messages to L1. What it stores is what L1 verifies once the L2's state is confirmed.
/// @dev Storage slot 0 is `isSent`: the slot of a message is keccak256(hash ‖ 0), and holds 1. Ether sent with a message stays here
/// for ever: it has left the L2, and the Bridge pays it out on L1. There is no other way to pay ether in.
interface IOutbox {
    /// @notice A message was sent; the Bridge on L1 makes its call.
    event MessageSent(
        bytes32 indexed hash, address indexed sender, address indexed target, uint64 nonce, uint256 value, bytes data
    );

    /// @notice Sends a message from the caller, with the ether that comes along.
    /// @param target whom it calls on L1
    /// @param data the call's data
    /// @return nonce the message's number
    function send(address target, bytes calldata data) external payable returns (uint64 nonce);

    /// @notice Whether the message was sent.
    function isSent(bytes32 hash) external view returns (bool);

    /// @notice Messages sent so far: the next one's nonce.
    function messageCount() external view returns (uint64);

    /// @notice Chain id of L1.
    function l1ChainId() external view returns (uint256);

    /// @notice The Bridge on L1 that the messages are for.
    function bridge() external view returns (address);
}
