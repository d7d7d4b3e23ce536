// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A Merkle tree of fixed height whose leaves come in runs of equal values: slow and obvious, the oracle for
/// openings and spines.
struct RunTree {
    uint8 height;
    /// First leaf of each run; the first is 0.
    uint256[] starts;
    bytes32[] values;
}

library RunTrees {
    /// @notice Root of the subtree of `height` that begins at leaf `index << height`.
    function node(RunTree memory tree, uint256 height, uint256 index) internal pure returns (bytes32) {
        uint256 first = index << height;
        uint256 run = runOf(tree, first);
        if (run == runOf(tree, first + 2 ** height - 1)) return uniform(tree.values[run], height);
        return keccak256(abi.encodePacked(node(tree, height - 1, 2 * index), node(tree, height - 1, 2 * index + 1)));
    }

    function root(RunTree memory tree) internal pure returns (bytes32) {
        return node(tree, tree.height, 0);
    }

    function leaf(RunTree memory tree, uint256 index) internal pure returns (bytes32) {
        return tree.values[runOf(tree, index)];
    }

    function last(RunTree memory tree) internal pure returns (bytes32) {
        return tree.values[tree.values.length - 1];
    }

    /// @notice The 16 nodes four levels under a node.
    function opening(RunTree memory tree, uint256 height, uint256 index)
        internal
        pure
        returns (bytes32[16] memory children)
    {
        for (uint256 i = 0; i < 16; ++i) {
            children[i] = node(tree, height - 4, 16 * index + i);
        }
    }

    /// @notice The left siblings from the last leaf under a node up to it.
    function spine(RunTree memory tree, uint256 height, uint256 index)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        siblings = new bytes32[](height);
        uint256 lastLeaf = ((index + 1) << height) - 1;
        for (uint256 level = 0; level < height; ++level) {
            siblings[level] = node(tree, level, (lastLeaf >> level) - 1);
        }
    }

    function runOf(RunTree memory tree, uint256 index) internal pure returns (uint256 run) {
        run = tree.starts.length - 1;
        while (tree.starts[run] > index) --run;
    }

    function uniform(bytes32 value, uint256 height) internal pure returns (bytes32) {
        for (uint256 i = 0; i < height; ++i) {
            value = keccak256(abi.encodePacked(value, value));
        }
        return value;
    }
}
