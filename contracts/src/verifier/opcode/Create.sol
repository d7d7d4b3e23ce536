// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Frame} from "../../machine/Frame.sol";
import {Job} from "../../machine/Job.sol";
import {JobKind} from "../../machine/JobKind.sol";
import {Phase} from "../../machine/Phase.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice CREATE and CREATE2. They only pay; the Create phase takes their operands and creates, so that no step reveals
/// both the running code and an initcode.
contract Create is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        bool hasSalt = opcode == Opcode.CREATE2;
        if (!hasSalt && opcode != Opcode.CREATE) revert WrongFamily(opcode);

        // STACK
        (bool ok, uint256[] memory items) = Stack.peek(step, hasSalt ? 4 : 3, 1);
        if (!ok || step.call.isStatic) return false;
        (uint256 offset, uint256 length) = (items[1], items[2]);

        // GAS
        if (length > Limits.INITCODE_BYTES || !Memory.grow(step, offset, length)) return false;
        uint256 perWord = Gas.INITCODE_WORD + (hasSalt ? Gas.KECCAK_WORD : 0);
        if (!step.charge(Gas.CREATE + perWord * Memory.wordCount(length))) return false;

        // OPERATION
        Frame memory frame = step.frame;
        Slice memory none;
        frame.returned = none;
        step.job = Job(JobKind.CREATE, Memory.slice(frame, offset, length), opcode, 0, 0, 0);
        step.machine.phase = Phase.CREATE;

        // PROGRAM COUNTER
        ++frame.pc;
        return true;
    }
}
