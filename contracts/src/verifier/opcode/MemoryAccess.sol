// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {CopyJob} from "../CopyJob.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Range} from "../Range.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice MLOAD, MSTORE, MSTORE8 and MCOPY.
contract MemoryAccess is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.MLOAD) return _load(step);
        if (opcode == Opcode.MSTORE) return _store(step, 32);
        if (opcode == Opcode.MSTORE8) return _store(step, 1);
        if (opcode == Opcode.MCOPY) return _copy(step);
        revert WrongFamily(opcode);
    }

    function _load(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;

        // GAS
        if (!Memory.grow(step, items[0], 32) || !step.charge(Gas.VERY_LOW)) return false;

        // OPERATION
        uint256 pointer = Memory.read(step, items[0], 32).pointer();
        uint256 word;
        assembly ("memory-safe") {
            word := mload(pointer)
        }
        Stack.push(step.frame, word);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev MSTORE with `size` 32, MSTORE8 with 1.
    function _store(Step memory step, uint256 size) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 0);
        if (!ok) return false;

        // GAS
        if (!Memory.grow(step, items[0], size) || !step.charge(Gas.VERY_LOW)) return false;

        // OPERATION
        Range memory target = Memory.range(step, items[0], size);
        uint256 pointer = target.span(items[0], size).pointer();
        uint256 value = items[1];
        assembly ("memory-safe") {
            switch size
            case 1 { mstore8(pointer, value) }
            default { mstore(pointer, value) }
        }
        step.frame.memoryRoot = target.computeRoot();

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _copy(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 3, 0);
        if (!ok) return false;
        (uint256 destination, uint256 source, uint256 length) = (items[0], items[1], items[2]);

        // GAS
        if (!Memory.grow(step, destination > source ? destination : source, length)) return false;
        if (!step.charge(Gas.VERY_LOW + Gas.COPY_WORD * Memory.wordCount(length))) return false;

        // OPERATION
        CopyJob.begin(step, Memory.slice(step.frame, source, length), destination, length);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }
}
