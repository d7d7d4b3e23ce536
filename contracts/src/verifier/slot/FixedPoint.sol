// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Phase} from "../../machine/Phase.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Step} from "../Step.sol";

/// @notice A boundary at which nothing can begin: the rest of a slot's steps, and all slots outside the claim's domain.
contract FixedPoint is PhaseFamily {
    /// @notice At this step a slot begins.
    error SlotBegins();

    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.BOUNDARY);
        if (step.context.step == 0 && step.context.inDomain) revert SlotBegins();
    }
}
