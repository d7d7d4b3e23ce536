// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {WordTree} from "../authenticated/WordTree.sol";
import {IL1Messenger} from "../interfaces/IL1Messenger.sol";
import {Addresses} from "../rules/Addresses.sol";
import {Direction, Message} from "../types/Message.sol";

/// @title L1Messenger
/// @dev Nobody owns it. Its ether is the value of messages that are not relayed yet: each message brings its own by a deposit, and
/// leaves with it at most once, so that the deposits cover them all, whatever the order.
contract L1Messenger is IL1Messenger, ReentrancyGuardTransient {
    /// @dev Height of the Inbox's message tree.
    uint256 private constant TREE_HEIGHT = 32;

    /// @inheritdoc IL1Messenger
    uint256 public immutable l1ChainId;
    /// @inheritdoc IL1Messenger
    address public immutable bridge;

    /// @inheritdoc IL1Messenger
    mapping(bytes32 hash => bool) public isRelayed;

    address private transient _sender;

    /// @param l1ChainId_ chain id of L1
    /// @param bridge_ the Bridge whose messages are relayed
    constructor(uint256 l1ChainId_, address bridge_) {
        l1ChainId = l1ChainId_;
        bridge = bridge_;
    }

    /// @inheritdoc IL1Messenger
    function relay(Message calldata message, uint64 timestamp, bytes32[TREE_HEIGHT] calldata siblings)
        external
        nonReentrant
    {
        if (message.target == address(this)) revert TargetIsMessenger();
        bytes32 hash = message.hash(Direction.Down, l1ChainId, bridge);
        if (isRelayed[hash]) revert AlreadyRelayed(hash);
        bytes32 root = _messageRoot(timestamp);
        if (!_isLeaf(hash, message.nonce, siblings, root)) revert NotInTree(hash, root);
        if (message.value > address(this).balance) revert ValueNotCredited(message.value, address(this).balance);

        isRelayed[hash] = true;
        emit Relayed(hash);
        _sender = message.sender;
        // What a call returns is of no use here, and copying it would cost what the callee likes.
        if (!LowLevelCall.callNoReturn(message.target, message.value, message.data)) {
            revert CallFailed(LowLevelCall.returnData());
        }
        _sender = address(0);
    }

    /// @inheritdoc IL1Messenger
    function sender() external view returns (address) {
        if (!_reentrancyGuardEntered()) revert NoMessage();
        return _sender;
    }

    /// @dev The Inbox's message root in the L2 block of this time. The contract keeps one root for each time modulo 8191 and knows
    /// of which time it is.
    function _messageRoot(uint64 timestamp) private view returns (bytes32) {
        (bool known, bytes memory root) = Addresses.BEACON_ROOTS.staticcall(abi.encode(timestamp));
        if (!known) revert UnknownRoot(timestamp);
        return abi.decode(root, (bytes32));
    }

    /// @dev Whether `leaf` is leaf number `index` under `root`; never true of an index beyond the tree.
    function _isLeaf(bytes32 leaf, uint256 index, bytes32[TREE_HEIGHT] calldata siblings, bytes32 root)
        private
        pure
        returns (bool)
    {
        bytes32 node = leaf;
        for (uint256 level = 0; level < TREE_HEIGHT; ++level) {
            bool isRight = (index >> level) & 1 == 1;
            node = isRight ? WordTree.node(siblings[level], node) : WordTree.node(node, siblings[level]);
        }
        return node == root && index >> TREE_HEIGHT == 0;
    }
}
