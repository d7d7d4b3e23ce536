// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStepVerifier, StepContext} from "../interfaces/IStepVerifier.sol";
import {Phase} from "../machine/Phase.sol";
import {CodeReader} from "./CodeReader.sol";
import {FrameEnd} from "./FrameEnd.sol";
import {Step, Steps} from "./Step.sol";

/// @notice A contract that verifies the steps of some opcodes. It trusts nobody: the opcode is read from proven code.
abstract contract OpcodeFamily is IStepVerifier {
    /// @notice The opcode at the frame's program counter is not one of this contract's.
    error WrongFamily(uint8 opcode);

    /// @inheritdoc IStepVerifier
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        view
        returns (bytes32 postState)
    {
        Step memory step = Steps.load(context, preState, witness);
        step.requirePhase(Phase.RUNNING);
        bytes calldata code = step.witness.code(step.call.codeHash);
        if (!_execute(step, code, CodeReader.opcodeAt(code, step.frame.pc))) FrameEnd.halt(step);
        return step.seal();
    }

    /// @dev Executes `opcode` of the running `code`; false if it halts the frame, whatever it has changed by then.
    function _execute(Step memory step, bytes calldata code, uint8 opcode) internal view virtual returns (bool);
}
