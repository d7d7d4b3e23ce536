// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice LT to ISZERO: each is the same opcode of L1.
contract Comparison is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode < Opcode.LT || opcode > Opcode.ISZERO) revert WrongFamily(opcode);

        // STACK
        bool unary = opcode == Opcode.ISZERO;
        (bool ok, uint256[] memory items) = Stack.pop(step, unary ? 1 : 2, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.VERY_LOW)) return false;

        // OPERATION
        Stack.push(step.frame, _compare(opcode, items[0], unary ? 0 : items[1]));

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _compare(uint8 opcode, uint256 a, uint256 b) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            switch opcode
            // LT
            case 0x10 { result := lt(a, b) }
            // GT
            case 0x11 { result := gt(a, b) }
            // SLT
            case 0x12 { result := slt(a, b) }
            // SGT
            case 0x13 { result := sgt(a, b) }
            // EQ
            case 0x14 { result := eq(a, b) }
            // ISZERO
            case 0x15 { result := iszero(a) }
        }
    }
}
