// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Frame} from "../../machine/Frame.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {CodeReader} from "../CodeReader.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice POP, PUSH0 to PUSH32, DUP1 to DUP16 and SWAP1 to SWAP16.
contract StackItems is OpcodeFamily {
    function _execute(Step memory step, bytes calldata code, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.POP) return _pop(step);
        if (opcode >= Opcode.PUSH0 && opcode <= Opcode.PUSH32) return _push(step, code, opcode - Opcode.PUSH0);
        if (opcode >= Opcode.DUP1 && opcode <= Opcode.DUP16) return _duplicate(step, opcode - Opcode.DUP1 + 1);
        if (opcode >= Opcode.SWAP1 && opcode <= Opcode.SWAP16) return _swap(step, opcode - Opcode.SWAP1 + 1);
        revert WrongFamily(opcode);
    }

    function _pop(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok,) = Stack.pop(step, 1, 0);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.BASE)) return false;

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev PUSHn with `size` = n.
    function _push(Step memory step, bytes calldata code, uint8 size) private pure returns (bool) {
        Frame memory frame = step.frame;

        // STACK
        (bool ok,) = Stack.pop(step, 0, 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(size == 0 ? Gas.PUSH0 : Gas.VERY_LOW)) return false;

        // OPERATION
        Stack.push(frame, CodeReader.immediate(code, uint256(frame.pc) + 1, size));

        // PROGRAM COUNTER
        frame.pc += 1 + size;
        return true;
    }

    /// @dev DUPn with `depth` = n.
    function _duplicate(Step memory step, uint8 depth) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, depth, uint256(depth) + 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.VERY_LOW)) return false;

        // OPERATION
        _putBack(step.frame, items);
        Stack.push(step.frame, items[depth - 1]);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev SWAPn with `depth` = n.
    function _swap(Step memory step, uint8 depth) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, uint256(depth) + 1, uint256(depth) + 1);
        if (!ok) return false;

        // GAS
        if (!step.charge(Gas.VERY_LOW)) return false;

        // OPERATION
        (items[0], items[depth]) = (items[depth], items[0]);
        _putBack(step.frame, items);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev Pushes what was popped, so that items[0] is the uppermost again.
    function _putBack(Frame memory frame, uint256[] memory items) private pure {
        for (uint256 i = items.length; i > 0; --i) {
            Stack.push(frame, items[i - 1]);
        }
    }
}
