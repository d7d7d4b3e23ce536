// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStepVerifier, StepContext} from "../../interfaces/IStepVerifier.sol";
import {Phase} from "../../machine/Phase.sol";
import {Step, Steps} from "../Step.sol";

/// @notice A boundary at which nothing can begin: the rest of a slot's steps, and all slots outside the claim's domain.
contract FixedPoint is IStepVerifier {
    /// @notice At this step a slot begins.
    error SlotBegins();

    /// @inheritdoc IStepVerifier
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        pure
        returns (bytes32 postState)
    {
        if (context.step == 0 && context.inDomain) revert SlotBegins();
        Step memory step = Steps.load(context, preState, witness);
        step.requirePhase(Phase.BOUNDARY);
        return step.seal();
    }
}
