// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Message} from "../types/Message.sol";

/// @notice Relays messages from L1: proves each against a message root that the L2 holds, and makes its call, once.
/// @dev A receiver trusts `msg.sender == L1Messenger` and `IL1Messenger(msg.sender).sender() == its peer on L1`. Whoever relays
/// chooses the gas, so a receiver must not take the failure of a call of its own for more than a lack of gas: it reverts, and
/// the message can be relayed again. Value and data to an account without code are a mere payment.
interface IL1Messenger {
    /// @notice The message was relayed and its call has succeeded.
    event Relayed(bytes32 indexed hash);

    /// @notice The message calls the L1Messenger itself.
    error TargetIsMessenger();
    /// @notice The message has been relayed.
    error AlreadyRelayed(bytes32 hash);
    /// @notice No block of that time has left a message root here, or a later block has overwritten it.
    error UnknownRoot(uint64 timestamp);
    /// @notice The siblings do not prove the message under the root.
    error NotInTree(bytes32 hash, bytes32 root);
    /// @notice The deposit with the message's value has not been credited yet.
    error ValueNotCredited(uint256 value, uint256 balance);
    /// @notice The message's call has failed; the message can be relayed again.
    error CallFailed(bytes reason);
    /// @notice No message is under way.
    error NoMessage();

    /// @notice Relays a message: anyone may, whenever its call succeeds.
    /// @dev Reverts with ReentrancyGuardReentrantCall, TargetIsMessenger, AlreadyRelayed, UnknownRoot, NotInTree,
    /// ValueNotCredited or CallFailed.
    /// @param message the message; its nonce is its leaf
    /// @param timestamp time of an L2 block whose root is held (EIP-4788): any that is not older than the message
    /// @param siblings the leaf's siblings in that root's tree, from the leaf up
    function relay(Message calldata message, uint64 timestamp, bytes32[32] calldata siblings) external;

    /// @notice Who sent the message under way, on L1. Reverts with NoMessage outside a relayed call.
    function sender() external view returns (address);

    /// @notice Whether the message was relayed.
    function isRelayed(bytes32 hash) external view returns (bool);

    /// @notice Chain id of L1.
    function l1ChainId() external view returns (uint256);

    /// @notice The Bridge on L1 whose messages are relayed here.
    function bridge() external view returns (address);
}
