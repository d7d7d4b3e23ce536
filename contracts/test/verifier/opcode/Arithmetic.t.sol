// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Arithmetic} from "../../../src/verifier/opcode/Arithmetic.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract ArithmeticTest is FamilyTest {
    function setUp() public {
        family = new Arithmetic();
    }

    function _binary(uint8 opcode, uint256 a, uint256 b, uint256 price, uint256 result) internal view {
        _assertResult(Scenes.running(_opcode(opcode), _items(b, a)), price, result);
    }

    function test_fuzz_addMulSub(uint256 a, uint256 b) public view {
        unchecked {
            _binary(Opcode.ADD, a, b, Gas.VERY_LOW, a + b);
            _binary(Opcode.MUL, a, b, Gas.LOW, a * b);
            _binary(Opcode.SUB, a, b, Gas.VERY_LOW, a - b);
        }
    }

    function test_fuzz_unsignedDivision(uint256 a, uint256 b) public view {
        _binary(Opcode.DIV, a, b, Gas.LOW, b == 0 ? 0 : a / b);
        _binary(Opcode.MOD, a, b, Gas.LOW, b == 0 ? 0 : a % b);
    }

    function test_fuzz_signedDivision(int256 a, int256 b) public view {
        unchecked {
            _binary(Opcode.SDIV, uint256(a), uint256(b), Gas.LOW, b == 0 ? 0 : uint256(a / b));
            _binary(Opcode.SMOD, uint256(a), uint256(b), Gas.LOW, b == 0 ? 0 : uint256(a % b));
        }
    }

    function test_signedDivision_overflow() public view {
        uint256 lowest = 1 << 255;
        _binary(Opcode.SDIV, lowest, type(uint256).max, Gas.LOW, lowest);
        _binary(Opcode.SMOD, lowest, type(uint256).max, Gas.LOW, 0);
    }

    function test_divisionByZero() public view {
        _binary(Opcode.DIV, 5, 0, Gas.LOW, 0);
        _binary(Opcode.SDIV, 5, 0, Gas.LOW, 0);
        _binary(Opcode.MOD, 5, 0, Gas.LOW, 0);
        _binary(Opcode.SMOD, 5, 0, Gas.LOW, 0);
        _assertResult(Scenes.running(_opcode(Opcode.ADDMOD), _items(0, 5, 7)), Gas.MID, 0);
        _assertResult(Scenes.running(_opcode(Opcode.MULMOD), _items(0, 5, 7)), Gas.MID, 0);
    }

    function test_fuzz_modular(uint256 a, uint256 b, uint256 m) public view {
        vm.assume(m != 0);
        _assertResult(Scenes.running(_opcode(Opcode.ADDMOD), _items(m, b, a)), Gas.MID, addmod(a, b, m));
        _assertResult(Scenes.running(_opcode(Opcode.MULMOD), _items(m, b, a)), Gas.MID, mulmod(a, b, m));
    }

    function test_fuzz_exponentiation(uint256 base, uint256 exponent, uint8 size) public view {
        exponent = size % 33 == 0 ? 0 : exponent >> (8 * (32 - size % 33));
        uint256 expected = 1;
        uint256 exponentBytes;
        unchecked {
            uint256 square = base;
            for (uint256 rest = exponent; rest != 0; rest >>= 1) {
                if (rest & 1 == 1) expected *= square;
                square *= square;
            }
            for (uint256 rest = exponent; rest != 0; rest >>= 8) {
                ++exponentBytes;
            }
        }
        _binary(Opcode.EXP, base, exponent, 10 + 50 * exponentBytes, expected);
    }

    function test_fuzz_signExtension(uint256 position, uint256 value) public view {
        position = bound(position, 0, 40);
        uint256 expected = value;
        if (position < 31) {
            uint256 sign = 2 ** (8 * position + 7);
            uint256 low = value & (2 * sign - 1);
            expected = low & sign == 0 ? low : low | ~(2 * sign - 1);
        }
        _binary(Opcode.SIGNEXTEND, position, value, Gas.LOW, expected);
    }

    function test_keepsWhatIsBelow() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.SUB), _items(11, 22, 3, 10));
        scene.given = 2;
        bytes32 post = _next(scene);
        scene.stack = _items(11, 22, 7);
        scene.frame.gas -= uint64(Gas.VERY_LOW);
        scene.frame.pc = 1;
        assertEq(post, scene.commit().hash());
    }
}
// forge-lint: disable-end(unsafe-typecast)
