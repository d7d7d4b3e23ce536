// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice ADD to SIGNEXTEND: each is the same opcode of L1.
contract Arithmetic is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode < Opcode.ADD || opcode > Opcode.SIGNEXTEND) revert WrongFamily(opcode);

        // STACK
        bool modular = opcode == Opcode.ADDMOD || opcode == Opcode.MULMOD;
        (bool ok, uint256[] memory items) = Stack.pop(step, modular ? 3 : 2, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(_price(opcode, items[1]))) return false;

        // OPERATION
        uint256 result = modular ? _modular(opcode, items[0], items[1], items[2]) : _binary(opcode, items[0], items[1]);
        Stack.push(step.frame, result);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev `exponent` is the second operand, of which only EXP's price depends.
    function _price(uint8 opcode, uint256 exponent) private pure returns (uint256) {
        if (opcode == Opcode.ADD || opcode == Opcode.SUB) return Gas.VERY_LOW;
        if (opcode == Opcode.ADDMOD || opcode == Opcode.MULMOD) return Gas.MID;
        if (opcode != Opcode.EXP) return Gas.LOW;
        uint256 exponentBytes;
        assembly ("memory-safe") {
            exponentBytes := shr(3, sub(263, clz(exponent)))
        }
        return Gas.EXPONENTIATION + Gas.EXPONENTIATION_BYTE * exponentBytes;
    }

    function _modular(uint8 opcode, uint256 a, uint256 b, uint256 modulus) private pure returns (uint256 result) {
        bool multiply = opcode == Opcode.MULMOD;
        assembly ("memory-safe") {
            switch multiply
            case 0 { result := addmod(a, b, modulus) }
            default { result := mulmod(a, b, modulus) }
        }
    }

    function _binary(uint8 opcode, uint256 a, uint256 b) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            switch opcode
            // ADD
            case 0x01 { result := add(a, b) }
            // MUL
            case 0x02 { result := mul(a, b) }
            // SUB
            case 0x03 { result := sub(a, b) }
            // DIV
            case 0x04 { result := div(a, b) }
            // SDIV
            case 0x05 { result := sdiv(a, b) }
            // MOD
            case 0x06 { result := mod(a, b) }
            // SMOD
            case 0x07 { result := smod(a, b) }
            // EXP
            case 0x0a { result := exp(a, b) }
            // SIGNEXTEND
            case 0x0b { result := signextend(a, b) }
        }
    }
}
