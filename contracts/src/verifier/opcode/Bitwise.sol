// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice AND to CLZ: each is the same opcode of L1.
contract Bitwise is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode < Opcode.AND || opcode > Opcode.CLZ) revert WrongFamily(opcode);

        // STACK
        bool unary = opcode == Opcode.NOT || opcode == Opcode.CLZ;
        (bool ok, uint256[] memory items) = Stack.pop(step, unary ? 1 : 2, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(opcode == Opcode.CLZ ? Gas.LOW : Gas.VERY_LOW)) return false;

        // OPERATION
        Stack.push(step.frame, _combine(opcode, items[0], unary ? 0 : items[1]));

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _combine(uint8 opcode, uint256 a, uint256 b) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            switch opcode
            // AND
            case 0x16 { result := and(a, b) }
            // OR
            case 0x17 { result := or(a, b) }
            // XOR
            case 0x18 { result := xor(a, b) }
            // NOT
            case 0x19 { result := not(a) }
            // BYTE
            case 0x1a { result := byte(a, b) }
            // SHL
            case 0x1b { result := shl(a, b) }
            // SHR
            case 0x1c { result := shr(a, b) }
            // SAR
            case 0x1d { result := sar(a, b) }
            // CLZ
            case 0x1e { result := clz(a) }
        }
    }
}
