// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Log} from "../../../src/verifier/opcode/Log.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract LogTest is FamilyTest {
    function setUp() public {
        family = new Log();
    }

    function _operands(uint256 topics, uint256 length, uint256 offset) internal pure returns (uint256[] memory items) {
        items = new uint256[](topics + 2);
        for (uint256 i = 0; i < topics; ++i) {
            items[topics - 1 - i] = 0x1000 + i;
        }
        (items[topics], items[topics + 1]) = (length, offset);
    }

    function test_fuzz_log(uint256 seed, uint8 topics, uint256 offset, uint256 length) public view {
        topics = topics % 5;
        offset = bound(offset, 0, 200);
        length = bound(length, 0, 200);
        bytes memory data = _bytes(seed, 128);
        Scene memory scene = Scenes.running(_opcode(Opcode.LOG0 + topics), _operands(topics, length, offset));
        scene.data = data;
        bytes memory grown = length == 0 ? data : _grown(data, _roundUp(offset + length));
        if (length != 0) scene.addRange(grown, offset, offset + length);
        bytes32 post = _next(scene);

        scene.data = grown;
        bytes memory item = abi.encodePacked(address(0xC0DE), topics);
        for (uint256 i = 0; i < topics; ++i) {
            item = abi.encodePacked(item, 0x1000 + i);
        }
        scene.tx.logsHash = keccak256(abi.encode(scene.tx.logsHash, keccak256(item)));
        bytes32 dataHash = keccak256(_part(grown, offset, length));
        scene.tx.logsHash = keccak256(abi.encode(scene.tx.logsHash, dataHash));
        _assertGoesOn(post, scene, 375 + 375 * uint256(topics) + 8 * length + _memoryCost(128, grown.length));
    }

    /// What is longer than a step hashes is left to the Absorb phase, which makes the second link.
    function test_long_becomesAJob() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.LOG0 + 1), _operands(1, 49_153, 5));
        bytes32 post = _next(scene);
        scene.data = new bytes(1537 * 32);
        scene.job = Job(5, Scenes.sliceOf(scene.data), 0, 49_153, 0, 0);
        (scene.job.source.offset, scene.job.source.length) = (5, 49_153);
        scene.phase = Phase.ABSORB;
        bytes32 head = keccak256(abi.encodePacked(address(0xC0DE), uint8(1), uint256(0x1000)));
        scene.tx.logsHash = keccak256(abi.encode(scene.tx.logsHash, head));
        _assertGoesOn(post, scene, 375 + 375 + 8 * 49_153 + _memoryCost(0, 1537 * 32));
    }

    function test_static_halts() public view {
        for (uint8 topics = 0; topics <= 4; ++topics) {
            Scene memory scene = Scenes.running(_opcode(Opcode.LOG0 + topics), _operands(topics, 0, 0));
            scene.call.isStatic = true;
            _assertHalts(scene);
        }
    }

    function test_outOfReach_halts() public view {
        _assertHalts(Scenes.running(_opcode(Opcode.LOG0), _operands(0, type(uint256).max, 0)));
        _assertHalts(Scenes.running(_opcode(Opcode.LOG0), _operands(0, 1, type(uint256).max)));
    }
}
// forge-lint: disable-end(unsafe-typecast)
