// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Bitwise} from "../../../src/verifier/opcode/Bitwise.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scenes} from "../../support/Scene.sol";

contract BitwiseTest is FamilyTest {
    function setUp() public {
        family = new Bitwise();
    }

    function _assertCombines(uint8 opcode, uint256 a, uint256 b, uint256 expected) internal view {
        _assertResult(Scenes.running(_opcode(opcode), _items(b, a)), Gas.VERY_LOW, expected);
    }

    function test_fuzz_logic(uint256 a, uint256 b) public view {
        _assertCombines(Opcode.AND, a, b, a & b);
        _assertCombines(Opcode.OR, a, b, a | b);
        _assertCombines(Opcode.XOR, a, b, a ^ b);
        _assertResult(Scenes.running(_opcode(Opcode.NOT), _items(a)), Gas.VERY_LOW, ~a);
    }

    function test_fuzz_shifts(uint256 shift, uint256 value) public view {
        if (shift % 4 != 0) shift %= 300;
        _assertCombines(Opcode.SHL, shift, value, shift > 255 ? 0 : value << shift);
        _assertCombines(Opcode.SHR, shift, value, shift > 255 ? 0 : value >> shift);
        uint256 arithmetic = uint256(int256(value) >> (shift > 255 ? 255 : shift));
        _assertCombines(Opcode.SAR, shift, value, arithmetic);
    }

    function test_fuzz_byte(uint256 index, bytes32 value) public view {
        if (index % 4 != 0) index %= 40;
        _assertCombines(Opcode.BYTE, index, uint256(value), index > 31 ? 0 : uint8(value[index]));
    }

    function test_fuzz_leadingZeros(uint256 value, uint8 shift) public view {
        value >>= shift;
        uint256 zeros;
        while (zeros < 256 && value >> (255 - zeros) == 0) ++zeros;
        _assertResult(Scenes.running(_opcode(Opcode.CLZ), _items(value)), Gas.LOW, zeros);
    }

    function test_leadingZeros_ofZero() public view {
        _assertResult(Scenes.running(_opcode(Opcode.CLZ), _items(0)), Gas.LOW, 256);
    }
}
// forge-lint: disable-end(unsafe-typecast)
