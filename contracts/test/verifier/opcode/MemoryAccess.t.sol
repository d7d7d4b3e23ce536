// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Slice} from "../../../src/authenticated/Slice.sol";
import {MemoryAccess} from "../../../src/verifier/opcode/MemoryAccess.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract MemoryAccessTest is FamilyTest {
    function setUp() public {
        family = new MemoryAccess();
    }

    function test_fuzz_load(uint256 seed, uint8 words, uint256 offset) public view {
        bytes memory data = _bytes(seed, 32 * uint256(words));
        offset = bound(offset, 0, data.length + 70);
        Scene memory scene = Scenes.running(_opcode(Opcode.MLOAD), _items(offset));
        scene.data = data;
        bytes memory grown = _grown(data, _roundUp(offset + 32));
        scene.addRange(grown, offset, offset + 32);
        bytes32 post = _next(scene);
        scene.data = grown;
        scene.stack = _items(uint256(bytes32(_part(grown, offset, 32))));
        scene.given = 0;
        ++scene.frame.pc;
        scene.frame.gas -= uint64(3 + _memoryCost(data.length, grown.length));
        assertEq(post, scene.commit().hash());
    }

    function test_fuzz_store(uint256 seed, uint8 words, uint256 offset, bytes32 value, bool single) public view {
        bytes memory data = _bytes(seed, 32 * uint256(words));
        uint256 size = single ? 1 : 32;
        offset = bound(offset, 0, data.length + 70);
        Scene memory scene =
            Scenes.running(_opcode(single ? Opcode.MSTORE8 : Opcode.MSTORE), _items(uint256(value), offset));
        scene.data = data;
        bytes memory grown = _grown(data, _roundUp(offset + size));
        scene.addRange(grown, offset, offset + size);
        bytes32 post = _next(scene);
        scene.data = bytes.concat(grown);
        for (uint256 i = 0; i < size; ++i) {
            scene.data[offset + i] = single ? value[31] : value[i];
        }
        _assertGoesOn(post, scene, 3 + _memoryCost(data.length, grown.length));
    }

    function test_outOfReach_halts() public view {
        uint256[5] memory offsets = [2 ** 32 - 32, 2 ** 32 - 1, 2 ** 32, 2 ** 255, type(uint256).max];
        for (uint256 i = 0; i < offsets.length; ++i) {
            _assertHalts(Scenes.running(_opcode(Opcode.MLOAD), _items(offsets[i])));
            _assertHalts(Scenes.running(_opcode(Opcode.MSTORE), _items(1, offsets[i])));
            _assertHalts(Scenes.running(_opcode(Opcode.MSTORE8), _items(1, offsets[i])));
            _assertHalts(Scenes.running(_opcode(Opcode.MCOPY), _items(1, offsets[i], 0)));
            _assertHalts(Scenes.running(_opcode(Opcode.MCOPY), _items(1, 0, offsets[i])));
            _assertHalts(Scenes.running(_opcode(Opcode.MCOPY), _items(offsets[i], 0, 0)));
        }
    }

    function test_exactGas() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.MSTORE), _items(5, 992));
        scene.frame.gas = 3 + 98;
        scene.addRange(new bytes(1024), 992, 1024);
        bytes32 post = _next(scene);
        scene.data = bytes.concat(new bytes(992), abi.encode(5));
        _assertGoesOn(post, scene, 101);

        scene = Scenes.running(_opcode(Opcode.MSTORE), _items(5, 992));
        scene.frame.gas = 100;
        _assertHalts(scene);
    }

    function test_fuzz_copy(uint256 seed, uint256 destination, uint256 source, uint256 length) public view {
        bytes memory data = _bytes(seed, 320);
        destination = bound(destination, 0, 400);
        source = bound(source, 0, 400);
        length = bound(length, 1, 200);
        Scene memory scene = Scenes.running(_opcode(Opcode.MCOPY), _items(length, source, destination));
        scene.data = data;
        bytes32 post = _next(scene);
        uint256 end = (source > destination ? source : destination) + length;
        scene.data = _grown(data, _roundUp(end));
        Slice memory whole = Scenes.sliceOf(scene.data);
        Slice memory part = Slice(whole.root, whole.words, uint32(source), uint32(length));
        scene.job = Job(2, part, uint32(destination), uint32(length), 0, 0);
        scene.phase = Phase.COPY;
        _assertGoesOn(post, scene, 3 + 3 * ((length + 31) / 32) + _memoryCost(320, scene.data.length));
    }

    function test_fuzz_copyNothing(uint256 destination, uint256 source) public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.MCOPY), _items(0, source, destination));
        bytes32 post = _next(scene);
        _assertGoesOn(post, scene, 3);
    }
}
// forge-lint: disable-end(unsafe-typecast)
