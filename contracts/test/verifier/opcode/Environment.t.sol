// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Environment} from "../../../src/verifier/opcode/Environment.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract EnvironmentTest is FamilyTest {
    function setUp() public {
        family = new Environment();
    }

    function _assertReports(uint8 opcode, uint256 expected) internal view {
        Scene memory scene = Scenes.running(abi.encodePacked(opcode, hex"5b5b5b"), _items());
        scene.data = new bytes(96);
        scene.call.input = Slice(keccak256("input"), 100, 3, 70);
        scene.frame.returned = Slice(keccak256("returned"), 100, 3, 80);
        _assertResult(scene, Gas.BASE, expected);
    }

    function test_reports() public view {
        _assertReports(Opcode.ADDRESS, 0xC0DE);
        _assertReports(Opcode.ORIGIN, 0xA11CE);
        _assertReports(Opcode.CALLER, 0xA11CE);
        _assertReports(Opcode.CALLVALUE, 3);
        _assertReports(Opcode.CALLDATASIZE, 70);
        _assertReports(Opcode.CODESIZE, 4);
        _assertReports(Opcode.GASPRICE, 9);
        _assertReports(Opcode.RETURNDATASIZE, 80);
        _assertReports(Opcode.COINBASE, 0xFEE);
        _assertReports(Opcode.TIMESTAMP, 1_700_000_000);
        _assertReports(Opcode.NUMBER, 1000);
        _assertReports(Opcode.PREVRANDAO, uint256(keccak256("randao")));
        _assertReports(Opcode.GASLIMIT, 12_000_000);
        _assertReports(Opcode.CHAINID, 5555);
        _assertReports(Opcode.BASEFEE, 7);
        _assertReports(Opcode.BLOBBASEFEE, 1);
        _assertReports(Opcode.MSIZE, 96);
    }

    function test_fuzz_blobHash(uint256 index) public view {
        _assertResult(Scenes.running(_opcode(Opcode.BLOBHASH), _items(index)), Gas.BLOBHASH, 0);
    }

    /// The calldata is the part [offset, offset + length) of a larger tree whose other bytes must never show.
    function test_fuzz_callDataLoad(uint256 seed, uint256 index, uint8 offset, uint8 length) public view {
        bytes memory tree = new bytes(uint256(offset) + length + 40);
        for (uint256 i = 0; i < tree.length; ++i) {
            tree[i] = bytes1(uint8(uint256(keccak256(abi.encode(seed, i))) | 1));
        }
        index = bound(index, 0, uint256(length) + 40);
        Scene memory scene = Scenes.running(_opcode(Opcode.CALLDATALOAD), _items(index));
        Slice memory whole = Scenes.sliceOf(tree);
        if (length != 0) scene.call.input = Slice(whole.root, whole.words, offset, length);
        bytes memory word = new bytes(32);
        uint256 end = index + 32 < length ? index + 32 : length;
        for (uint256 i = index; i < end; ++i) {
            word[i - index] = tree[offset + i];
        }
        if (index < end) scene.addRange(tree, offset + index, offset + end);
        _assertResult(scene, Gas.VERY_LOW, uint256(bytes32(word)));
    }

    function test_fuzz_callDataLoad_farBeyond(uint256 index) public view {
        index = bound(index, 33, type(uint256).max);
        Scene memory scene = Scenes.running(_opcode(Opcode.CALLDATALOAD), _items(index));
        scene.call.input = Scenes.sliceOf(new bytes(33));
        _assertResult(scene, Gas.VERY_LOW, 0);
    }
}
// forge-lint: disable-end(unsafe-typecast)
