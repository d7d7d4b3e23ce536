// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../authenticated/Slice.sol";
import {Job} from "../machine/Job.sol";
import {JobKind} from "../machine/JobKind.sol";
import {Phase} from "../machine/Phase.sol";
import {Step} from "./Step.sol";

/// @notice The bulk operation that fills a part of the frame's memory.
library CopyJob {
    /// @notice The next steps copy `length` bytes, zeros beyond the end of `source`, to `destination`, where memory has been
    /// paid for; no bytes are no job.
    function begin(Step memory step, Slice memory source, uint256 destination, uint256 length) internal pure {
        if (length == 0) return;
        // Memory that is paid for ends below 2^32.
        // forge-lint: disable-next-line(unsafe-typecast)
        step.job = Job(JobKind.COPY, source, uint32(destination), uint32(length), 0, 0);
        step.machine.phase = Phase.COPY;
    }
}
