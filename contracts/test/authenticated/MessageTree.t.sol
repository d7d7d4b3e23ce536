// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MerkleTree} from "@openzeppelin/contracts/utils/structs/MerkleTree.sol";

import {MessageTree, MessageTrees} from "../../src/authenticated/MessageTree.sol";
import {WordTree} from "../../src/authenticated/WordTree.sol";
import {Test} from "../support/TestBase.sol";

contract MessageTreeTest is Test {
    using MerkleTree for MerkleTree.Bytes32PushTree;

    MessageTree private tree;
    MerkleTree.Bytes32PushTree private library_;

    function setUp() public {
        tree.initialize();
        library_.setup(32, 0, WordTree.node);
    }

    function push(bytes32 leaf) external returns (uint64) {
        return tree.push(leaf);
    }

    /// See fixtures/bridge/README.md.
    function test_vectors() public {
        string memory json = vm.readFile("fixtures/bridge/message-tree.json");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".leaves");
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, ".roots");
        assertEq(leaves.length, 35);
        assertEq(tree.root, roots[0]);
        for (uint256 i = 0; i < leaves.length; ++i) {
            assertEq(tree.push(leaves[i]), i);
            assertEq(tree.root, roots[i + 1]);
        }
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _proof(count, "")); ++count) {
            uint256 index = vm.parseJsonUint(json, _proof(count, ".index"));
            bytes32[] memory siblings = vm.parseJsonBytes32Array(json, _proof(count, ".siblings"));
            bytes32[] memory leaf = new bytes32[](1);
            leaf[0] = leaves[index];
            assertEq(WordTree.rangeRoot(index, leaf, 32, siblings), tree.root, "inclusion");
        }
        assertEq(count, 7, "every proof was read");
    }

    function test_root_withoutLeaves() public view {
        assertEq(tree.root, WordTree.zero(32));
        assertNotEq(tree.root, bytes32(0));
        assertEq(tree.count, 0);
    }

    function test_fuzz_agreesWithOpenZeppelin(bytes32[] memory leaves) public {
        for (uint256 i = 0; i < leaves.length && i < 40; ++i) {
            (uint256 index, bytes32 root) = library_.push(leaves[i], WordTree.node);
            assertEq(tree.push(leaves[i]), index);
            assertEq(tree.root, root);
            assertEq(tree.count, index + 1);
        }
    }

    /// A push far into the tree: only full subtrees that the count has are looked at.
    function test_fuzz_push_anywhere(uint32 count, bytes32[32] memory full, bytes32 leaf) public {
        tree.count = count;
        tree.full = full;
        bytes32 node = leaf;
        for (uint256 h = 0; h < 32; ++h) {
            bool isRight = (count >> h) & 1 == 1;
            node = isRight ? WordTree.node(full[h], node) : WordTree.node(node, WordTree.zero(h));
        }
        assertEq(tree.push(leaf), count);
        assertEq(tree.root, node);
        assertEq(tree.count, uint256(count) + 1);
    }

    function test_push_full() public {
        tree.count = 2 ** 32 - 1;
        assertEq(tree.push("last"), 2 ** 32 - 1);
        vm.expectRevert(MessageTrees.TreeFull.selector);
        this.push("one more");
        assertEq(tree.count, 2 ** 32);
    }

    /// What a tree of our own is for: OpenZeppelin's keeps the zero subtrees in storage and reads all of them at a push, and
    /// writes a word on every level where the new leaf is on the left.
    /// forge-config: default.isolate = true
    function test_gas_push() public {
        for (uint256 i = 0; i < 20; ++i) {
            tree.push(keccak256(abi.encode(i)));
            library_.push(keccak256(abi.encode(i)), WordTree.node);
        }
        this.push("leaf");
        uint256 ours = vm.snapshotGasLastCall("MessageTree", "push, the 21st");
        this.pushToLibrary("leaf");
        uint256 theirs = vm.snapshotGasLastCall("MessageTree", "push, the 21st, OpenZeppelin's tree");
        assertLt(3 * ours, theirs);
    }

    function pushToLibrary(bytes32 leaf) external {
        library_.push(leaf, WordTree.node);
    }

    function _proof(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".proofs[", vm.toString(i), "]", field);
    }
}
