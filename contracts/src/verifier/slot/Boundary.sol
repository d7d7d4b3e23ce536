// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {Step} from "../Step.sol";

/// @notice The boundary at which a slot begins (docs/protocol.md, section 4).
library Boundary {
    /// @notice At this step, or outside the claim's domain, no slot begins.
    error NothingBegins();
    /// @notice The contract does not begin this slot of a block.
    error WrongSlot(uint256 slot);
    /// @notice The slot wants a block that is open, or one that is closed, and this one is not.
    error WrongBlock(bool open);

    /// @notice The number in its block of the slot that begins. Reverts unless one does, in a block that is `open` or not.
    function slotOf(Step memory step, bool open) internal pure returns (uint256) {
        step.requirePhase(Phase.BOUNDARY);
        if (step.context.step != 0 || !step.context.inDomain) revert NothingBegins();
        if (step.block.open != open) revert WrongBlock(!open);
        return step.context.slot % Limits.BLOCK_SLOTS;
    }
}
