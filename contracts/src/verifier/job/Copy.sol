// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span} from "../../authenticated/Span.sol";
import {Job} from "../../machine/Job.sol";
import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {Memory} from "../Memory.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Range, Ranges} from "../Range.sol";
import {Step} from "../Step.sol";

/// @notice The Copy phase: one chunk of a copy into the frame's memory.
contract Copy is PhaseFamily {
    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.COPY);
        Job memory job = step.job;
        uint256 from = job.done;
        uint256 to = uint256(job.destination) + from;
        uint256 left = uint256(job.total) - from;
        uint256 room = Limits.COPY_BYTES - to % Limits.COPY_BYTES;
        uint256 length = left < room ? left : room;

        bytes memory source = Ranges.read(step, job.source, from, length);
        Range memory target = Memory.range(step, to, length);
        Span written = target.span(to, length);
        uint256 pointer = written.pointer();
        assembly ("memory-safe") {
            mcopy(pointer, add(source, 32), length)
        }
        step.frame.memoryRoot = target.computeRoot();

        // At most the total.
        // forge-lint: disable-next-line(unsafe-typecast)
        job.done = uint32(from + length);
        if (job.done == job.total) step.machine.phase = Phase.RUNNING;
    }
}
