// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Job} from "../../machine/Job.sol";
import {JobKind} from "../../machine/JobKind.sol";
import {Phase} from "../../machine/Phase.sol";
import {Step} from "../Step.sol";

/// @notice What comes between a transaction's beginning and its top frame: the access list, then the authorizations.
library Prologue {
    /// @notice The next step warms what `accessList`, the payload of the access list, begins with.
    function begin(Step memory step, Slice memory accessList) internal pure {
        if (accessList.length == 0) authorize(step);
        else _start(step, Phase.ACCESS_LIST, JobKind.ACCESS_LIST, accessList);
    }

    /// @notice The next step applies the transaction's first authorization; without one it enters the top frame.
    function authorize(Step memory step) internal pure {
        Slice memory authorizations = step.tx.authorizations;
        if (authorizations.length == 0) step.machine.phase = Phase.ENTER;
        else _start(step, Phase.AUTHORIZE, JobKind.AUTHORIZATIONS, authorizations);
    }

    function _start(Step memory step, uint8 phase, uint8 kind, Slice memory source) private pure {
        step.machine.phase = phase;
        Job memory job;
        job.kind = kind;
        job.source = source;
        job.total = source.length;
        step.job = job;
    }
}
