// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StepContext} from "../../interfaces/IStepVerifier.sol";
import {Phase} from "../../machine/Phase.sol";
import {Step} from "../Step.sol";

/// @notice What begins at a boundary (docs/protocol.md, section 4): at step 0 of a slot inside the claim's domain the slot,
/// otherwise nothing.
library Boundary {
    /// @notice Slots of a block: 0 begins it, the last one ends it, each between takes one entry of the batch.
    uint256 internal constant SLOTS_PER_BLOCK = 1024;
    /// @notice The slot that begins a block.
    uint256 internal constant FIRST_SLOT = 0;
    /// @notice The slot that ends a block.
    uint256 internal constant LAST_SLOT = SLOTS_PER_BLOCK - 1;

    /// @notice The contract does not begin this slot of a block.
    error WrongSlot(uint256 slot);
    /// @notice The slot wants a block that is open, or one that is closed, and this one is not.
    error WrongBlock(bool open);

    /// @notice Whether the step leaves the boundary as it is.
    function isFixedPoint(Step memory step) internal pure returns (bool) {
        step.requirePhase(Phase.BOUNDARY);
        return step.context.step != 0 || !step.context.inDomain;
    }

    /// @notice The slot's number in its block.
    function slotOf(StepContext memory context) internal pure returns (uint256) {
        return context.slot % SLOTS_PER_BLOCK;
    }
}
