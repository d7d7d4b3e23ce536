// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Opcode} from "../../../src/rules/Opcode.sol";
import {OpcodeFamily} from "../../../src/verifier/OpcodeFamily.sol";
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

    function test_tooLong() public {
        Scene memory scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(49_153, 0));
        _assertReverts(scene, abi.encodeWithSelector(OpcodeFamily.UnsupportedOpcode.selector, Opcode.KECCAK256));
        // Without the gas it halts, however long it is.
        scene = Scenes.running(_opcode(Opcode.KECCAK256), _items(49_153, 0));
        scene.frame.gas = 9000;
        _assertHalts(scene);
        _assertHalts(Scenes.running(_opcode(Opcode.KECCAK256), _items(type(uint256).max, 0)));
        _assertHalts(Scenes.running(_opcode(Opcode.KECCAK256), _items(1, type(uint256).max)));
    }
}
// forge-lint: disable-end(unsafe-typecast)
