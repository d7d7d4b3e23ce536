// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Keccak} from "../../../src/verifier/opcode/Keccak.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract KeccakTest is FamilyTest {
    function setUp() public {
        family = new Keccak();
    }

    function test_fuzz_hash(uint256 seed, uint256 offset, uint256 length) public view {
        offset = bound(offset, 0, 300);
        length = bound(length, 1, 300);
        bytes memory data = _bytes(seed, 256);
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(length, offset));
        scene.data = data;
        bytes memory grown = _grown(data, _roundUp(offset + length));
        scene.addRange(grown, offset, offset + length);
        bytes32 post = _next(scene);
        scene.data = grown;
        scene.stack = _items(uint256(keccak256(_part(grown, offset, length))));
        scene.given = 0;
        uint256 price = 30 + 6 * ((length + 31) / 32) + _memoryCost(256, grown.length);
        _assertGoesOn(post, scene, price);
    }

    function test_fuzz_nothing(uint256 offset) public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(0, offset));
        _assertResult(scene, 30, uint256(keccak256("")));
    }

    /// What is longer than a step hashes is left to the Absorb phase, which pushes the hash.
    function test_long_becomesAJob() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(7, 49_153, 5));
        scene.given = 2;
        bytes32 post = _next(scene);
        scene.data = new bytes(1537 * 32);
        scene.job = Job(4, Scenes.sliceOf(scene.data), 0, 49_153, 0, 0);
        (scene.job.source.offset, scene.job.source.length) = (5, 49_153);
        scene.phase = Phase.ABSORB;
        _assertGoesOn(post, scene, 30 + 6 * 1537 + _memoryCost(0, 1537 * 32));
    }

    function test_long_whatOneStepHashes() public {
        vm.pauseGasMetering();
        bytes memory data = new bytes(49_152);
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(49_152, 0));
        scene.addRange(data, 0, 49_152);
        bytes32 post = _next(scene);
        scene.data = data;
        scene.stack = _items(uint256(keccak256(data)));
        scene.given = 0;
        _assertGoesOn(post, scene, 30 + 6 * 1536 + _memoryCost(0, 49_152));
    }

    function test_long_withoutTheGasHalts() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(49_153, 0));
        scene.frame.gas = 9000;
        _assertHalts(scene);
        _assertHalts(Scenes.running(_opcode(Opcode.KECCAK256), _items(type(uint256).max, 0)));
        _assertHalts(Scenes.running(_opcode(Opcode.KECCAK256), _items(1, type(uint256).max)));
    }
}
// forge-lint: disable-end(unsafe-typecast)
