// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WordTree} from "../../src/authenticated/WordTree.sol";
import {Test} from "../support/TestBase.sol";
import {TrieHarness} from "../support/TrieHarness.sol";

contract WordTreeTest is Test {
    TrieHarness internal harness = new TrieHarness();

    /// The definition: 2^height leaves, halved until one is left.
    function _naiveRoot(bytes32[] memory words, uint256 height) internal pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](2 ** height);
        for (uint256 i = 0; i < words.length; ++i) {
            level[i] = words[i];
        }
        for (uint256 size = level.length / 2; size > 0; size /= 2) {
            for (uint256 i = 0; i < size; ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
        }
        return level[0];
    }

    /// The siblings of a range by their definition, from the whole tree.
    function _naiveSiblings(bytes32[] memory words, uint256 height, uint256 start, uint256 count)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        bytes32[] memory level = new bytes32[](2 ** height);
        for (uint256 i = 0; i < words.length; ++i) {
            level[i] = words[i];
        }
        bytes32[] memory found = new bytes32[](2 * height);
        uint256 n;
        uint256 last = start + count - 1;
        for (uint256 size = level.length; size > 1; size /= 2) {
            if (start % 2 == 1) found[n++] = level[start - 1];
            if (last % 2 == 0) found[n++] = level[last + 1];
            (start, last) = (start / 2, last / 2);
            for (uint256 i = 0; i < size / 2; ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
        }
        siblings = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            siblings[i] = found[i];
        }
    }

    function _words(uint256 seed, uint256 count) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
    }

    /// Free memory full of ones, as earlier code may leave it.
    function _brutalize() internal pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 8192) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
            mstore(0, not(0))
            mstore(32, not(0))
        }
    }

    function test_height() public pure {
        uint8[10] memory expected = [0, 0, 1, 2, 2, 3, 3, 3, 3, 4];
        for (uint256 i = 0; i < expected.length; ++i) {
            assertEq(WordTree.height(i), expected[i]);
        }
        assertEq(WordTree.height(type(uint32).max), 32);
    }

    function test_zero() public pure {
        for (uint256 level = 0; level < 6; ++level) {
            assertEq(WordTree.zero(level), _naiveRoot(new bytes32[](0), level));
        }
    }

    function testFuzz_grow(uint256 seed, uint256 from, uint256 to) public pure {
        from = bound(from, 0, 40);
        to = bound(to, from, 70);
        bytes32[] memory words = _words(seed, from);
        bytes32 root = from == 0 ? bytes32(0) : _naiveRoot(words, WordTree.height(from));
        assertEq(WordTree.grow(root, from, to), _naiveRoot(words, WordTree.height(to)));
    }

    function testFuzz_rootOf(bytes memory data) public view {
        _brutalize();
        bytes32[] memory words = new bytes32[]((data.length + 31) / 32);
        for (uint256 i = 0; i < data.length; ++i) {
            words[i / 32] |= bytes32(data[i]) >> (8 * (i % 32));
        }
        bytes32 expected = _naiveRoot(words, WordTree.height(words.length));
        bytes32 hash = keccak256(data);
        _brutalize();
        assertEq(WordTree.rootOf(data), expected);
        assertEq(keccak256(data), hash, "the input is as it was");
        assertEq(harness.rootOf(data), expected);
    }

    function test_rootOf_everyShortLength() public view {
        for (uint256 length = 0; length < 300; ++length) {
            bytes memory data = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                data[i] = bytes1(uint8(0xff));
            }
            testFuzz_rootOf(data);
        }
    }

    function testFuzz_rangeRoot(uint256 seed, uint256 height, uint256 start, uint256 count) public pure {
        height = bound(height, 0, 7);
        start = bound(start, 0, 2 ** height - 1);
        count = bound(count, 1, 2 ** height - start);
        bytes32[] memory all = _words(seed, 2 ** height);
        bytes32[] memory range = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            range[i] = all[start + i];
        }
        bytes32[] memory siblings = _naiveSiblings(all, height, start, count);
        bytes32 hash = keccak256(abi.encode(range, siblings));
        _brutalize();
        assertEq(WordTree.rangeRoot(start, range, height, siblings), _naiveRoot(all, height));
        assertEq(keccak256(abi.encode(range, siblings)), hash, "the input is as it was");
        for (uint256 i = 0; i < count; ++i) {
            all[start + i] = range[i] = ~range[i];
        }
        assertEq(WordTree.rangeRoot(start, range, height, siblings), _naiveRoot(all, height), "after a write");
    }

    function test_T54_rangeRoot_revertsOnOtherNumberOfSiblings() public {
        bytes32[] memory all = _words(1, 16);
        bytes32[] memory range = new bytes32[](3);
        bytes32[] memory siblings = _naiveSiblings(all, 4, 5, 3);
        assertEq(siblings.length, 3);
        for (uint256 n = 0; n < 9; ++n) {
            if (n == siblings.length) continue;
            vm.expectRevert(WordTree.WrongSiblings.selector);
            harness.rangeRoot(5, range, 4, new bytes32[](n));
        }
    }

    function test_T54_rangeRoot_anInnerNodeIsNoWord() public view {
        bytes32[] memory all = _words(1, 4);
        bytes32[] memory inner = new bytes32[](2);
        inner[0] = WordTree.node(all[0], all[1]);
        inner[1] = WordTree.node(all[2], all[3]);
        bytes32 root = _naiveRoot(all, 2);
        assertEq(harness.rangeRoot(0, inner, 1, new bytes32[](0)), root, "only at a height the words do not have");
        bytes32[] memory siblings = new bytes32[](1);
        assertNotEq(harness.rangeRoot(0, inner, 2, siblings), root);
    }

    function test_T41_rangeRoot_revertsOutsideTheTree() public {
        bytes32[] memory two = new bytes32[](2);
        bytes32[] memory none = new bytes32[](0);
        uint256[4] memory starts = [uint256(3), 4, 1 << 255, type(uint256).max];
        for (uint256 i = 0; i < starts.length; ++i) {
            vm.expectRevert(WordTree.WrongRange.selector);
            harness.rangeRoot(starts[i], two, 2, none);
        }
        vm.expectRevert(WordTree.WrongRange.selector);
        harness.rangeRoot(0, two, 0, none);
        vm.expectRevert(WordTree.WrongRange.selector);
        harness.rangeRoot(0, none, 2, none);
        vm.expectRevert(WordTree.WrongRange.selector);
        harness.rangeRoot(0, two, 256, none);
    }
}
