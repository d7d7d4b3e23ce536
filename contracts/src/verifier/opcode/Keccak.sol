// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobKind} from "../../machine/JobKind.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {AbsorbJob} from "../AbsorbJob.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice KECCAK256. What is too long for one step the Absorb phase hashes, and pushes the result.
contract Keccak is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode != Opcode.KECCAK256) revert WrongFamily(opcode);

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 1);
        if (!ok) return false;
        (uint256 offset, uint256 length) = (items[0], items[1]);

        // GAS
        if (!Memory.grow(step, offset, length)) return false;
        if (!step.charge(Gas.KECCAK + Gas.KECCAK_WORD * Memory.wordCount(length))) return false;

        // OPERATION
        if (length > Limits.WHOLE_BYTES) {
            AbsorbJob.begin(step, JobKind.KECCAK, Memory.slice(step.frame, offset, length));
        } else {
            Stack.push(step.frame, uint256(Memory.read(step, offset, length).hash()));
        }

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }
}
