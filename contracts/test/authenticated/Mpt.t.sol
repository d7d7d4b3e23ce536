// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {TrieNode} from "../../src/authenticated/TrieNode.sol";
import {Test} from "../support/TestBase.sol";
import {TrieHarness} from "../support/TrieHarness.sol";
import {TrieOracle} from "../support/TrieOracle.sol";

contract MptTest is Test {
    TrieHarness internal harness = new TrieHarness();
    TrieOracle internal oracle = new TrieOracle();

    uint8 private constant GET = 0;
    uint8 private constant PUT = 1;
    uint8 private constant REMOVE = 2;

    /// Runs one operation on the oracle's trie with the least witness that suffices, and checks what it gives.
    function _check(uint8 kind, bytes32 path, bytes memory value) internal returns (bytes[] memory witness) {
        bytes32 before = oracle.root();
        bytes memory expected;
        if (kind == GET) expected = oracle.get(path);
        if (kind == PUT) oracle.set(path, value);
        if (kind == REMOVE) oracle.set(path, "");
        TrieHarness.Op[] memory ops = new TrieHarness.Op[](1);
        ops[0] = TrieHarness.Op(kind, path, value);
        while (true) {
            try harness.applyOps(before, witness, ops) returns (bytes32 root, bytes[] memory values) {
                assertEq(root, oracle.root(), "root");
                assertEq(values[0], expected, "value");
                return witness;
            } catch (bytes memory reason) {
                bytes4 selector;
                bytes32 hash;
                assembly ("memory-safe") {
                    selector := mload(add(reason, 32))
                    hash := mload(add(reason, 36))
                }
                assertEq(selector, NodeBags.MissingNode.selector, "only for a missing node");
                bytes memory node = oracle.nodes(hash);
                assertNotEq(node.length, 0, "only for a node of the trie before");
                witness = _append(witness, node);
            }
        }
    }

    function _append(bytes[] memory list, bytes memory last) private pure returns (bytes[] memory longer) {
        longer = new bytes[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }

    /// Paths that share long prefixes now and then, so that extensions and embedded nodes occur.
    function _path(uint256 seed) internal pure returns (bytes32) {
        uint256 noise = uint256(keccak256(abi.encode(seed)));
        uint256 shared = 4 * (noise % 64);
        noise >>= 8;
        // nibbles 0 to 3 only, zeros from `shared` on
        uint256 path = noise & 0x3333333333333333333333333333333333333333333333333333333333333333;
        path = (path >> (252 - shared)) << (252 - shared);
        return bytes32(path | (noise & 3));
    }

    function testFuzz_equalsTheOracle(uint256 seed) public {
        for (uint256 i = 0; i < 16; ++i) {
            uint256 noise = uint256(keccak256(abi.encode(seed, i)));
            bytes32 path = _path((noise >> 8) % 12);
            bytes memory value = new bytes(1 + (noise >> 64) % ((noise >> 128) % 4 == 0 ? 60 : 3));
            for (uint256 j = 0; j < value.length; ++j) {
                value[j] = bytes32(noise)[j % 32];
            }
            _check([GET, PUT, PUT, PUT, REMOVE][noise % 5], path, value);
        }
    }

    function test_emptyTrie() public {
        assertEq(oracle.root(), Mpt.EMPTY_ROOT);
        assertEq(_check(GET, bytes32(uint256(1)), "").length, 0);
        assertEq(_check(REMOVE, bytes32(uint256(1)), "").length, 0);
        assertEq(_check(PUT, bytes32(uint256(1)), "a").length, 0);
        assertEq(_check(REMOVE, bytes32(uint256(1)), "").length, 1);
        assertEq(oracle.root(), Mpt.EMPTY_ROOT);
    }

    function test_T42_everyPathLengthDivergesAndCollapses() public {
        vm.pauseGasMetering();
        bytes32 path = bytes32(type(uint256).max / 15);
        for (uint256 i = 0; i < 64; ++i) {
            bytes32 other = path ^ bytes32(uint256(3) << (4 * i));
            bytes32 near = other ^ bytes32(uint256(1));
            _check(PUT, path, hex"01");
            _check(PUT, other, hex"02");
            if (i != 0) _check(PUT, near, hex"03");
            _check(GET, path, "");
            if (i != 0) _check(REMOVE, near, "");
            _check(REMOVE, path, "");
            assertEq(_check(GET, other, "").length, 1);
            _check(REMOVE, other, "");
            assertEq(oracle.root(), Mpt.EMPTY_ROOT);
        }
    }

    function test_T42_deepestTrie() public {
        vm.pauseGasMetering();
        bytes32 path = bytes32(type(uint256).max / 15);
        for (uint256 i = 0; i < 64; ++i) {
            oracle.set(path ^ bytes32(uint256(3) << (4 * i)), new bytes(1 + i));
        }
        oracle.set(path, hex"01");
        _check(PUT, path ^ bytes32(uint256(1)), hex"02");
        _check(GET, path, "");
        _check(REMOVE, path ^ bytes32(uint256(3)), "");
        _check(REMOVE, path, "");
    }

    /// A get of `path` in a trie of these nodes, the first of which is the root.
    function _get(bytes32 path, bytes[] memory nodes) internal view returns (bytes memory) {
        TrieHarness.Op[] memory ops = new TrieHarness.Op[](1);
        ops[0] = TrieHarness.Op(GET, path, "");
        (, bytes[] memory values) = harness.applyOps(keccak256(nodes[0]), nodes, ops);
        return values[0];
    }

    function _nodes(bytes memory root) internal pure returns (bytes[] memory nodes) {
        nodes = new bytes[](1);
        nodes[0] = root;
    }

    function _nodes(bytes memory root, bytes memory below) internal pure returns (bytes[] memory) {
        return _append(_nodes(root), below);
    }

    function _list(bytes memory items) internal pure returns (bytes memory) {
        if (items.length < 56) return abi.encodePacked(uint8(0xc0 + items.length), items);
        if (items.length < 256) return abi.encodePacked(hex"f8", uint8(items.length), items);
        return abi.encodePacked(hex"f9", uint16(items.length), items);
    }

    function _link(bytes memory node) internal pure returns (bytes memory) {
        return node.length < 32 ? node : abi.encodePacked(hex"a0", keccak256(node));
    }

    /// Two children, at nibbles 0 and 1, and fourteen empty places.
    function _branch(bytes memory first, bytes memory second, bytes memory value) internal pure returns (bytes memory) {
        return _list(bytes.concat(first, second, hex"8080808080808080808080808080", value));
    }

    function _refuses(bytes[] memory nodes, bytes4 selector) internal {
        vm.expectRevert(selector);
        this.get(0, nodes);
    }

    function get(bytes32 path, bytes[] calldata nodes) external view returns (bytes memory) {
        return _get(path, nodes);
    }

    /// A path of zeros of which `count` <= 62 nibbles, an even number, are above, and its value 1.
    function _leafBelow(uint256 count) internal pure returns (bytes memory) {
        bytes memory path = new bytes(33 - count / 2);
        path[0] = 0x20;
        return _list(bytes.concat(bytes1(uint8(0x80 + path.length)), path, hex"01"));
    }

    /// As `_leafBelow`, of an odd number of nibbles.
    function _leafBelowOdd(uint256 count) internal pure returns (bytes memory) {
        bytes memory path = new bytes(32 - count / 2);
        path[0] = 0x30;
        return _list(
            bytes.concat(path.length == 1 ? bytes("") : bytes.concat(bytes1(uint8(0x80 + path.length))), path, hex"01")
        );
    }

    function test_T52_wellFormedNodes() public view {
        assertEq(_get(0, _nodes(_leafBelow(0))), hex"01");
        bytes memory leaf = _leafBelowOdd(1);
        assertEq(_get(0, _nodes(_branch(_link(leaf), _link(leaf), hex"80"), leaf)), hex"01");
        // an extension of 63 nibbles over a branch with two embedded leaves
        bytes memory branch = _branch(hex"c22001", hex"c22002", hex"80");
        assertEq(branch.length, 22);
        bytes memory extension = _list(bytes.concat(hex"a010", new bytes(31), branch));
        assertEq(_get(0, _nodes(extension)), hex"01");
        assertEq(_get(bytes32(uint256(1)), _nodes(extension)), hex"02");
        assertEq(_get(bytes32(uint256(2)), _nodes(extension)), "", "a proven null");
        assertEq(_get(bytes32(uint256(16)), _nodes(extension)), "", "a proven mismatch");
    }

    function test_T52_malformedNodes() public {
        bytes4 malformed = TrieNode.MalformedNode.selector;
        bytes memory leaf = _leafBelowOdd(1);
        bytes memory link = _link(leaf);

        // not one list
        _refuses(_nodes(""), malformed);
        _refuses(_nodes(hex"01"), malformed);
        _refuses(_nodes(bytes.concat(_leafBelow(0), hex"00")), malformed);
        _refuses(_nodes(hex"c120c0"), malformed);
        // neither 2 nor 17 items
        _refuses(_nodes(hex"c0"), malformed);
        _refuses(_nodes(_list(hex"20")), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a120", new bytes(32), hex"0101"))), malformed);
        _refuses(_nodes(_branch(link, link, "")), malformed);
        _refuses(_nodes(_branch(link, link, hex"8080")), malformed);
        // fewer than two children
        _refuses(_nodes(_branch(link, hex"80", hex"80")), malformed);
        _refuses(_nodes(_branch(hex"80", hex"80", hex"80")), malformed);
        // links that are none
        _refuses(_nodes(_branch(link, hex"01", hex"80")), malformed);
        _refuses(_nodes(_branch(hex"c0", bytes.concat(link, link), hex"")), malformed);
        _refuses(_nodes(_branch(hex"c0", link, hex"80")), malformed);
        _refuses(_nodes(_branch(link, hex"8180", hex"80")), malformed);
        _refuses(_nodes(_branch(link, bytes.concat(hex"9f", new bytes(31)), hex"80")), malformed);
        _refuses(_nodes(_branch(link, bytes.concat(hex"a1", new bytes(33)), hex"80")), malformed);
        _refuses(_nodes(_branch(link, bytes.concat(hex"df", new bytes(31)), hex"80")), malformed);
        // paths: an unknown flag, padding that is not zero, no bytes, too many or too few nibbles
        _refuses(_nodes(_list(bytes.concat(hex"a140", new bytes(32), hex"01"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a1f0", new bytes(32), hex"01"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a121", new bytes(32), hex"01"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a130", new bytes(32), hex"01"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a220", new bytes(33), hex"01"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a020", new bytes(31), hex"01"))), malformed);
        _refuses(_nodes(hex"c28001"), malformed);
        _refuses(_nodes(hex"c2c001"), malformed);
        // values: empty, a list, not canonical
        _refuses(_nodes(_list(bytes.concat(hex"a120", new bytes(32), hex"80"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a120", new bytes(32), hex"c101"))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a120", new bytes(32), hex"8101"))), malformed);
        // extensions: no nibble, all nibbles, no link, a link of another size
        _refuses(_nodes(_list(bytes.concat(hex"00", link))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"a100", new bytes(32), link))), malformed);
        _refuses(_nodes(_list(hex"1080")), malformed);
        _refuses(_nodes(_list(hex"10c0")), malformed);
        _refuses(_nodes(_list(hex"1001")), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"109f", new bytes(31)))), malformed);
        _refuses(_nodes(_list(bytes.concat(hex"10df", new bytes(31)))), malformed);
        // a node of fewer than 32 bytes that is not embedded
        bytes memory branch = _branch(hex"c22001", hex"c22002", hex"80");
        bytes memory extension = _list(bytes.concat(hex"a010", new bytes(31), hex"a0", keccak256(branch)));
        _refuses(_nodes(extension, branch), malformed);
        // a branch at the end of the path
        branch = _branch(link, link, hex"80");
        bytes memory above = _branch(_link(branch), hex"c22002", hex"80");
        extension = _list(bytes.concat(hex"a010", new bytes(31), _link(above)));
        _refuses(_append(_nodes(extension, above), branch), malformed);
    }

    function test_T52_aBranchHasNoValue() public {
        bytes memory link = _link(_leafBelowOdd(1));
        _refuses(_nodes(_branch(link, link, hex"01")), TrieNode.BranchWithValue.selector);
        _refuses(_nodes(_branch(link, link, hex"8180")), TrieNode.BranchWithValue.selector);
        _refuses(_nodes(_branch(link, link, hex"c0")), TrieNode.BranchWithValue.selector);
    }

    /// Any change to a full branch but of a hash itself is refused, as by the general rules.
    function testFuzz_T52_fullBranch(uint256 position, uint8 value) public {
        bytes memory items;
        for (uint256 i = 0; i < 16; ++i) {
            items = bytes.concat(items, hex"a0", keccak256(abi.encode(i)));
        }
        bytes memory node = _list(bytes.concat(items, hex"80"));
        assertEq(node.length, 532);
        position = bound(position, 0, 19);
        uint256[4] memory others = [uint256(0), 1, 2, 531];
        position = position < 16 ? 3 + 33 * position : others[position - 16];
        vm.assume(node[position] != bytes1(value));
        node[position] = bytes1(value);
        try this.get(0, _nodes(node)) {
            fail();
        } catch (bytes memory reason) {
            bool malformed = keccak256(reason) == keccak256(abi.encodeWithSelector(TrieNode.MalformedNode.selector));
            // a sixteenth child of another size ends where the value is not
            bool withValue = keccak256(reason) == keccak256(abi.encodeWithSelector(TrieNode.BranchWithValue.selector));
            assertTrue(malformed || withValue);
        }
    }

    function test_T51_everyNodeOfTheWitnessIsNeeded() public {
        for (uint256 i = 0; i < 40; ++i) {
            oracle.set(keccak256(abi.encode(i)), abi.encode(i));
        }
        bytes32 root = oracle.root();
        uint8[3] memory kinds = [GET, PUT, REMOVE];
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 path = keccak256(abi.encode(i));
            bytes[] memory witness = _check(kinds[i], path, "value");
            oracle.set(path, abi.encode(i));
            assertGt(witness.length, 1);
            TrieHarness.Op[] memory ops = new TrieHarness.Op[](1);
            ops[0] = TrieHarness.Op(kinds[i], path, "value");
            for (uint256 left = 0; left < witness.length; ++left) {
                bytes[] memory some = new bytes[](witness.length - 1);
                for (uint256 j = 0; j < some.length; ++j) {
                    some[j] = witness[j < left ? j : j + 1];
                }
                vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, keccak256(witness[left])));
                harness.applyOps(root, some, ops);
            }
            vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, witness.length));
            harness.applyOps(root, _append(witness, "more"), ops);
            vm.expectRevert(abi.encodeWithSelector(NodeBags.DuplicateNode.selector, keccak256(witness[0])));
            harness.applyOps(root, _append(witness, witness[0]), ops);
        }
    }

    /// What a removal looks up beside the path: the child that is left alone, whatever it is, unless it is embedded.
    function test_T42_aCollapseLooksUpTheSurvivor() public {
        bytes32 path = bytes32(0);
        bytes32 sibling = bytes32(uint256(1) << 252);
        oracle.set(path, "value");
        oracle.set(sibling, "long enough not to be embedded in its branch");
        assertEq(_check(REMOVE, path, "").length, 3, "a leaf");
        oracle.set(path, "value");
        oracle.set(sibling | bytes32(uint256(1)), "long enough not to be embedded in its branch");
        assertEq(_check(REMOVE, path, "").length, 3, "an extension");
        oracle.set(path, "value");
        oracle.set(sibling | bytes32(uint256(1) << 248), "long enough not to be embedded in its branch");
        assertEq(_check(REMOVE, path, "").length, 3, "a branch");
        oracle.set(path, "value");
        oracle.set(bytes32(uint256(2) << 252), "value");
        assertEq(_check(REMOVE, path, "").length, 2, "two are left");
    }

    function test_emptyValue() public {
        TrieHarness.Op[] memory ops = new TrieHarness.Op[](1);
        ops[0] = TrieHarness.Op(PUT, 0, "");
        vm.expectRevert(Mpt.EmptyValue.selector);
        harness.applyOps(Mpt.EMPTY_ROOT, new bytes[](0), ops);
    }

    function test_T51_noRootIsProvenWithoutNodes() public {
        bytes[] memory none = new bytes[](0);
        TrieHarness.Op[] memory ops = new TrieHarness.Op[](1);
        bytes32[2] memory roots = [bytes32(0), keccak256("root")];
        for (uint8 kind = 0; kind < 3; ++kind) {
            ops[0] = TrieHarness.Op(kind, 0, "value");
            for (uint256 i = 0; i < 2; ++i) {
                vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, roots[i]));
                harness.applyOps(roots[i], none, ops);
            }
        }
    }
}
