// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {OpcodeFamily} from "../../../src/verifier/OpcodeFamily.sol";
import {Create} from "../../../src/verifier/opcode/Create.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract CreateTest is FamilyTest {
    uint256 private constant VALUE = 5;
    uint256 private constant SALT = 0x5a17;

    function setUp() public {
        family = new Create();
    }

    function _scene(uint8 opcode, uint256 offset, uint256 length) private pure returns (Scene memory scene) {
        scene = opcode == Opcode.CREATE
            ? Scenes.running(_opcode(opcode), _items(length, offset, VALUE))
            : Scenes.running(_opcode(opcode), _items(SALT, length, offset, VALUE));
        scene.data = _bytes(1, 64);
        scene.frame.returned = Slice(keccak256("returned"), 2, 1, 60);
    }

    /// The opcode pays, grows the memory and leaves its operands to the Create phase.
    function _assertPays(uint8 opcode, uint256 offset, uint256 length, uint256 perWord) private view {
        Scene memory scene = _scene(opcode, offset, length);
        bytes32 post = _next(scene);
        if (length != 0) scene.data = _grown(scene.data, _roundUp(offset + length));
        scene.job = Job(7, Scenes.sliceOf(""), opcode, 0, 0, 0);
        if (length != 0) {
            scene.job.source = Scenes.sliceOf(scene.data);
            (scene.job.source.offset, scene.job.source.length) = (uint32(offset), uint32(length));
        }
        uint256 price = 32_000 + perWord * ((length + 31) / 32) + _memoryCost(64, scene.data.length);
        scene.frame.gas -= uint64(price);
        scene.frame.returned = Scenes.sliceOf("");
        ++scene.frame.pc;
        scene.phase = Phase.CREATE;
        assertEq(post, scene.commit().hash());
    }

    function test_fuzz_create_pays(uint256 offset, uint256 length) public view {
        (offset, length) = (bound(offset, 0, 300), bound(length, 1, 300));
        _assertPays(Opcode.CREATE, offset, length, 2);
        _assertPays(Opcode.CREATE2, offset, length, 8);
    }

    function test_create_ofNothing() public view {
        _assertPays(Opcode.CREATE, type(uint256).max, 0, 2);
        _assertPays(Opcode.CREATE2, type(uint256).max, 0, 8);
    }

    function test_create_ofTheLongestInitcode() public view {
        _assertPays(Opcode.CREATE, 0, 49_152, 2);
        _assertPays(Opcode.CREATE2, 0, 49_152, 8);
    }

    function test_create_tooLongInitcodeHalts() public view {
        _assertHalts(_scene(Opcode.CREATE, 0, 49_153));
        _assertHalts(_scene(Opcode.CREATE2, 0, type(uint256).max));
        _assertHalts(_scene(Opcode.CREATE, type(uint256).max, 1));
    }

    function test_create_tooLittleGasHalts() public view {
        Scene memory scene = _scene(Opcode.CREATE, 0, 33);
        scene.frame.gas = 32_003;
        _assertHalts(scene);
        scene = _scene(Opcode.CREATE2, 0, 33);
        scene.frame.gas = 32_015;
        _assertHalts(scene);
    }

    function test_staticAndUnderflowHalt() public view {
        Scene memory scene = _scene(Opcode.CREATE, 0, 0);
        scene.call.isStatic = true;
        _assertHalts(scene);
        _assertHalts(Scenes.running(_opcode(Opcode.CREATE), _items(0, 0)));
        _assertHalts(Scenes.running(_opcode(Opcode.CREATE2), _items(0, 0, 0)));
    }

    function test_refusesOtherOpcodes() public {
        _assertReverts(
            Scenes.running(_opcode(Opcode.CALL), _items()),
            abi.encodeWithSelector(OpcodeFamily.WrongFamily.selector, Opcode.CALL)
        );
    }
}
// forge-lint: disable-end(unsafe-typecast)
