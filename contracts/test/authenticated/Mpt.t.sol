// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBags} from "../../src/authenticated/NodeBag.sol";
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
        for (uint256 i = 0; i < 24; ++i) {
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
}
