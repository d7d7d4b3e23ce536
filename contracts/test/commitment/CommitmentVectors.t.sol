// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../../src/commitment/Opening.sol";
import {Spine} from "../../src/commitment/Spine.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Trees made by the engine: see engine/tests/commitment_vectors.rs. The slow oracle, the libraries and the engine
/// must agree on each.
contract CommitmentVectorsTest is Test {
    using RunTrees for RunTree;

    function openingRoot(bytes32[16] calldata children) external pure returns (bytes32) {
        return Opening.root(children);
    }

    function spineRoot(bytes32 leaf, bytes32[] calldata spine) external pure returns (bytes32) {
        return Spine.root(leaf, spine);
    }

    function test_trees() public {
        vm.pauseGasMetering();
        string memory json = vm.readFile("fixtures/commitment/trees.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, path(count, "")); ++count) {
            RunTree memory tree = RunTree(
                uint8(vm.parseJsonUint(json, path(count, ".height"))),
                vm.parseJsonUintArray(json, path(count, ".starts")),
                vm.parseJsonBytes32Array(json, path(count, ".values"))
            );
            assertEq(tree.root(), vm.parseJsonBytes32(json, path(count, ".root")));
            assertEq(tree.last(), vm.parseJsonBytes32(json, path(count, ".last")));
            checkOpenings(json, count, tree);
            checkSpines(json, count, tree);
        }
        assertEq(count, 7, "every case was read");
    }

    function checkOpenings(string memory json, uint256 i, RunTree memory tree) private view {
        for (uint256 j = 0; j < tree.height / 4; ++j) {
            string memory opening = string.concat(".openings[", vm.toString(j), "]");
            uint256 height = vm.parseJsonUint(json, path(i, string.concat(opening, ".height")));
            uint256 index = vm.parseJsonUint(json, path(i, string.concat(opening, ".index")));
            bytes32[] memory given = vm.parseJsonBytes32Array(json, path(i, string.concat(opening, ".children")));
            bytes32[16] memory children = tree.opening(height, index);
            for (uint256 k = 0; k < 16; ++k) {
                assertEq(given[k], children[k]);
            }
            bytes32 node = vm.parseJsonBytes32(json, path(i, string.concat(opening, ".node")));
            assertEq(node, tree.node(height, index));
            assertEq(node, this.openingRoot(children));
        }
    }

    function checkSpines(string memory json, uint256 i, RunTree memory tree) private view {
        bytes32[] memory lastSpine = vm.parseJsonBytes32Array(json, path(i, ".lastSpine"));
        assertEq(lastSpine.length, tree.height - 4);
        assertEq(this.spineRoot(tree.last(), lastSpine), tree.node(tree.height - 4, 15));

        uint256 leaf = vm.parseJsonUint(json, path(i, ".spine.leaf"));
        uint256 height = vm.parseJsonUint(json, path(i, ".spine.height"));
        bytes32 state = vm.parseJsonBytes32(json, path(i, ".spine.state"));
        bytes32[] memory siblings = vm.parseJsonBytes32Array(json, path(i, ".spine.siblings"));
        assertEq(siblings.length, height);
        assertEq(state, tree.leaf(leaf));
        assertEq(this.spineRoot(state, siblings), tree.node(height, leaf >> height));
    }

    function path(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(i), "]", field);
    }
}
