// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Spine} from "../../src/commitment/Spine.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Test} from "../support/TestBase.sol";

contract SpineTest is Test {
    using RunTrees for RunTree;

    function root(bytes32 leaf, bytes32[] calldata spine) external pure returns (bytes32) {
        return Spine.root(leaf, spine);
    }

    function test_fuzz_root_leadsToEveryNode(bytes32 left, bytes32 right, uint8 height, uint16 index, uint24 turnAt)
        public
        view
    {
        height = uint8(bound(height, 0, 16));
        uint256 nodeIndex = bound(index, 0, 2 ** (24 - height) - 1);
        RunTree memory tree = RunTree(24, new uint256[](2), new bytes32[](2));
        tree.starts[1] = bound(turnAt, 1, type(uint24).max);
        (tree.values[0], tree.values[1]) = (left, right);
        bytes32 leaf = tree.leaf(((nodeIndex + 1) << height) - 1);
        assertEq(this.root(leaf, tree.spine(height, nodeIndex)), tree.node(height, nodeIndex));
    }

    function test_root_noSiblings() public view {
        assertEq(this.root(bytes32(uint256(7)), new bytes32[](0)), bytes32(uint256(7)));
    }
}
