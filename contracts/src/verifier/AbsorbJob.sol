// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../authenticated/Slice.sol";
import {Job} from "../machine/Job.sol";
import {Phase} from "../machine/Phase.sol";
import {Step} from "./Step.sol";

/// @notice The bulk operation that takes a long input into a hash or a sum.
library AbsorbJob {
    /// @notice The next steps absorb `source`, which is not empty, for a job of this kind.
    function begin(Step memory step, uint8 kind, Slice memory source) internal pure {
        step.job = Job(kind, source, 0, source.length, 0, 0);
        step.machine.phase = Phase.ABSORB;
    }
}
