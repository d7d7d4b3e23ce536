// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Frame} from "../../machine/Frame.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {CopyJob} from "../CopyJob.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Range} from "../Range.sol";
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
        if (!_grow(step, items[0], 32)) return false;

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
        if (!_grow(step, items[0], size)) return false;

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
        Frame memory frame = step.frame;

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 3, 0);
        if (!ok) return false;
        (uint256 destination, uint256 source, uint256 length) = (items[0], items[1], items[2]);

        // GAS
        uint256 words;
        (ok, words) = Memory.reach(frame, destination > source ? destination : source, length);
        if (!ok) return false;
        uint256 price = Gas.VERY_LOW + Gas.COPY_WORD * Memory.wordCount(length);
        if (!step.charge(price + Memory.expansionCost(frame, words))) return false;

        // OPERATION
        Memory.expand(frame, words);
        CopyJob.begin(step, Memory.slice(frame, source, length), destination, length);

        // PROGRAM COUNTER
        ++frame.pc;
        return true;
    }

    /// @dev Pays for the opcode and for memory up to the bytes [offset, offset + length), and grows it.
    function _grow(Step memory step, uint256 offset, uint256 length) private pure returns (bool) {
        (bool ok, uint256 words) = Memory.reach(step.frame, offset, length);
        if (!ok || !step.charge(Gas.VERY_LOW + Memory.expansionCost(step.frame, words))) return false;
        Memory.expand(step.frame, words);
        return true;
    }
}
