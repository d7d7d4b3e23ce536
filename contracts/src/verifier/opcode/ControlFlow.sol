// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Frame} from "../../machine/Frame.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {CodeReader} from "../CodeReader.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice STOP, JUMP, JUMPI, PC, GAS, JUMPDEST, INVALID and every undefined opcode.
contract ControlFlow is OpcodeFamily {
    function _execute(Step memory step, bytes calldata code, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.STOP) return _stop(step);
        if (opcode == Opcode.JUMP) return _jump(step, code);
        if (opcode == Opcode.JUMPI) return _jumpIf(step, code);
        if (opcode == Opcode.PC || opcode == Opcode.GAS) return _report(step, opcode);
        if (opcode == Opcode.JUMPDEST) return _jumpDestination(step);
        if (Opcode.isDefined(opcode)) revert WrongFamily(opcode);
        return false;
    }

    function _stop(Step memory step) private pure returns (bool) {
        Slice memory none;
        FrameEnd.succeed(step, none);
        return true;
    }

    function _jump(Step memory step, bytes calldata code) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 0);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.MID)) return false;

        // PROGRAM COUNTER
        return _goTo(step.frame, code, items[0]);
    }

    function _jumpIf(Step memory step, bytes calldata code) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 0);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.HIGH)) return false;

        // PROGRAM COUNTER
        if (items[1] != 0) return _goTo(step.frame, code, items[0]);
        ++step.frame.pc;
        return true;
    }

    /// @dev GAS reports what is left after its own price.
    function _report(Step memory step, uint8 opcode) private pure returns (bool) {
        Frame memory frame = step.frame;

        // STACK
        (bool ok,) = Stack.pop(step, 0, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.BASE)) return false;

        // OPERATION
        Stack.push(frame, opcode == Opcode.PC ? frame.pc : frame.gas);

        // PROGRAM COUNTER
        ++frame.pc;
        return true;
    }

    function _jumpDestination(Step memory step) private pure returns (bool) {
        // GAS
        if (!step.charge(Gas.JUMPDEST)) return false;

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _goTo(Frame memory frame, bytes calldata code, uint256 destination) private pure returns (bool) {
        if (!CodeReader.isJumpDestination(code, destination)) return false;
        // Inside the code.
        // forge-lint: disable-next-line(unsafe-typecast)
        frame.pc = uint32(destination);
        return true;
    }
}
