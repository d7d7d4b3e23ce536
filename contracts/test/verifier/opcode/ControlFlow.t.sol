// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {ControlFlow} from "../../../src/verifier/opcode/ControlFlow.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract ControlFlowTest is FamilyTest {
    function setUp() public {
        family = new ControlFlow();
    }

    function _assertGoesTo(Scene memory scene, uint256 pc, uint256 price) internal view {
        bytes32 post = _next(scene);
        scene.stack = _items();
        scene.frame.pc = uint32(pc);
        scene.frame.gas -= uint64(price);
        assertEq(post, scene.commit().hash());
    }

    /// The definition: follow the instructions from the first one.
    function _isDestination(bytes memory code, uint256 wanted) internal pure returns (bool) {
        uint256 pc = 0;
        while (pc < code.length) {
            uint8 opcode = uint8(code[pc]);
            if (pc == wanted) return opcode == Opcode.JUMPDEST;
            pc += opcode >= Opcode.PUSH1 && opcode <= Opcode.PUSH32 ? 2 + opcode - Opcode.PUSH1 : 1;
        }
        return false;
    }

    function test_jump() public view {
        _assertGoesTo(Scenes.running(hex"56fe5b", _items(2)), 2, Gas.MID);
        _assertGoesTo(Scenes.running(hex"57fe5b", _items(1, 2)), 2, Gas.HIGH);
        _assertGoesTo(Scenes.running(hex"57fe5b", _items(type(uint256).max, 2)), 2, Gas.HIGH);
        _assertGoesTo(Scenes.running(hex"5b", _items()), 1, Gas.JUMPDEST);
    }

    function test_jumpNotTaken_destinationIsIgnored() public view {
        _assertGoesTo(Scenes.running(hex"57fe5b", _items(0, type(uint256).max)), 1, Gas.HIGH);
    }

    function test_badJump_intoPushData() public view {
        _assertHalts(Scenes.running(hex"56605b", _items(2)));
        _assertHalts(Scenes.running(hex"56615b5b5b", _items(2)));
        _assertHalts(Scenes.running(hex"56615b5b5b", _items(3)));
        _assertGoesTo(Scenes.running(hex"56615b5b5b", _items(4)), 4, Gas.MID);
        bytes memory wide = abi.encodePacked(hex"567f", bytes31(type(uint248).max), hex"5b5b");
        _assertHalts(Scenes.running(wide, _items(33)));
        _assertGoesTo(Scenes.running(wide, _items(34)), 34, Gas.MID);
        // The data of a push at the end is cut off.
        _assertHalts(Scenes.running(hex"567f5b5b", _items(2)));
    }

    function test_badJump_neighboursOfPush() public view {
        _assertGoesTo(Scenes.running(hex"565f5b", _items(2)), 2, Gas.MID);
        _assertGoesTo(Scenes.running(hex"56805b", _items(2)), 2, Gas.MID);
        _assertGoesTo(Scenes.running(hex"56ff5b", _items(2)), 2, Gas.MID);
        _assertGoesTo(Scenes.running(hex"56005b", _items(2)), 2, Gas.MID);
    }

    function test_badJump_notADestination() public view {
        _assertHalts(Scenes.running(hex"56fe5b", _items(0)));
        _assertHalts(Scenes.running(hex"56fe5b", _items(1)));
        _assertHalts(Scenes.running(hex"56fe5b", _items(3)));
        _assertHalts(Scenes.running(hex"57fe5b", _items(1, 3)));
    }

    function test_T49_fuzz_badJump_highBitsAreNotDropped(uint8 shift) public view {
        uint256 destination = 2 + (uint256(1) << bound(shift, 2, 255));
        _assertHalts(Scenes.running(hex"56fe5b", _items(destination)));
    }

    function test_T49_fuzz_destinations(bytes memory rest, uint256 destination) public view {
        bytes memory code = bytes.concat(hex"56", rest, rest, rest);
        for (uint256 i = 1; i < code.length; ++i) {
            // Every other byte is a JUMPDEST, a third are pushes.
            if (uint8(code[i]) % 2 == 0) code[i] = 0x5b;
            else if (uint8(code[i]) % 3 == 0) code[i] = bytes1(0x60 + uint8(code[i]) % 8);
        }
        destination = bound(destination, 0, code.length);
        Scene memory scene = Scenes.running(code, _items(destination));
        if (_isDestination(code, destination)) _assertGoesTo(scene, destination, Gas.MID);
        else _assertHalts(scene);
    }

    function test_programCounterAndGas() public view {
        Scene memory scene = Scenes.running(hex"5b5b5b58", _items());
        scene.frame.pc = 3;
        _assertResult(scene, Gas.BASE, 3);
        _assertResult(Scenes.running(hex"5a", _items()), Gas.BASE, Scenes.GAS - Gas.BASE);
    }

    function test_stop() public view {
        Scene memory scene = Scenes.running(hex"00", _items(1, 2));
        scene.given = 0;
        assertEq(_next(scene), scene.left(true).hash());
    }

    function test_stop_beyondTheEnd() public view {
        Scene memory scene = Scenes.running(hex"5b", _items());
        scene.frame.pc = 1;
        assertEq(_next(scene), scene.left(true).hash());
        scene = Scenes.running("", _items());
        assertEq(_next(scene), scene.left(true).hash());
    }

    function test_stop_resumesTheCaller() public view {
        Scene memory scene = Scenes.running(hex"00", _items()).nest();
        scene.endsCall = true;
        assertEq(_next(scene), scene.left(true).hash());
    }

    function test_stop_ofACreation() public view {
        Scene memory scene = Scenes.running(hex"00", _items()).nest();
        scene.call.kind = 1;
        scene.endsCall = true;
        assertEq(_next(scene), scene.left(true).hash());
    }

    function test_invalidAndUndefined_halt() public view {
        bytes memory undefined = hex"0c0d0e0f1f21222f4b4c4fa5afb0c0d0e0eff6f7f8f9fbfcfe";
        for (uint256 i = 0; i < undefined.length; ++i) {
            Scene memory scene = Scenes.running(abi.encodePacked(undefined[i]), _items(4, 5));
            scene.given = 0;
            _assertHalts(scene);
        }
    }

    function test_halt_resumesTheCaller() public view {
        Scene memory scene = Scenes.running(hex"fe", _items()).nest();
        scene.endsCall = true;
        _assertHalts(scene);
        scene = Scenes.running(hex"fe", _items()).nest();
        scene.call.kind = 1;
        scene.endsCall = true;
        _assertHalts(scene);
    }
}
// forge-lint: disable-end(unsafe-typecast)
