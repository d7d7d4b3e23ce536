// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStepVerifier, StepContext} from "../interfaces/IStepVerifier.sol";
import {Step, Steps} from "./Step.sol";

/// @notice A contract that verifies the steps of a phase in which no opcode runs.
abstract contract PhaseFamily is IStepVerifier {
    /// @inheritdoc IStepVerifier
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        view
        returns (bytes32 postState)
    {
        Step memory step = Steps.load(context, preState, witness);
        _advance(step);
        return step.seal();
    }

    /// @dev Makes the step; reverts if the machine is not in the contract's phase.
    function _advance(Step memory step) internal view virtual;
}
