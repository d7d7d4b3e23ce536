// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WordTree} from "./WordTree.sol";

/// @notice An append-only Merkle tree of 2^32 leaves, zero where nothing has been pushed; a node is keccak256(left, right).
/// Mirrors `engine/src/bridge/tree.rs`.
struct MessageTree {
    bytes32 root;
    /// Leaves pushed.
    uint64 count;
    /// Where bit h of `count` is set: the root of the last full subtree of height h. Elsewhere stale.
    bytes32[32] full;
}

using MessageTrees for MessageTree global;

/// @notice Pushing to a `MessageTree`.
library MessageTrees {
    /// @notice Levels above the leaves.
    uint256 internal constant HEIGHT = 32;

    /// @notice There are 2^32 leaves already.
    error TreeFull();

    /// @notice Makes `tree`, which is all zero, a tree without leaves.
    function initialize(MessageTree storage tree) internal {
        tree.root = WordTree.zero(HEIGHT);
    }

    /// @notice Adds `leaf` as the next one.
    /// @dev Writes one subtree, the largest that `leaf` completes; the zero subtrees are computed, for less than reading them
    /// would take.
    /// @return index which leaf it is
    function push(MessageTree storage tree, bytes32 leaf) internal returns (uint64 index) {
        index = tree.count;
        if (index >> HEIGHT != 0) revert TreeFull();
        bytes32 node = leaf;
        bytes32 zeros;
        bool complete = true;
        for (uint256 h = 0; h < HEIGHT; ++h) {
            if ((index >> h) & 1 != 0) {
                node = WordTree.node(tree.full[h], node);
            } else {
                if (complete) {
                    tree.full[h] = node;
                    complete = false;
                }
                node = WordTree.node(node, zeros);
            }
            zeros = WordTree.node(zeros, zeros);
        }
        tree.root = node;
        tree.count = index + 1;
    }
}
