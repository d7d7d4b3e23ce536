// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../authenticated/Slice.sol";
import {Call} from "../machine/Call.sol";
import {CallKind} from "../machine/CallKind.sol";
import {Frame} from "../machine/Frame.sol";
import {Phase} from "../machine/Phase.sol";
import {Tx} from "../machine/Tx.sol";
import {CopyJob} from "./CopyJob.sol";
import {Stack} from "./Stack.sol";
import {Step} from "./Step.sol";

/// @notice The ends of a frame (docs/protocol.md, section 7): its effects stay or are undone, and its caller, or at depth 0
/// the transaction, goes on. Nothing of the frame may be used afterwards.
library FrameEnd {
    /// @notice The frame fails exceptionally: everything it did and all its gas is lost.
    function halt(Step memory step) internal pure {
        Slice memory none;
        step.frame.gas = 0;
        _restore(step);
        _leave(step, false, none);
    }

    /// @notice The frame fails by its own will: what it did is lost, its gas and output are kept.
    function fail(Step memory step, Slice memory output) internal pure {
        _restore(step);
        _leave(step, false, output);
    }

    /// @notice The frame succeeds. If it is a creation, its code is in the state already.
    function succeed(Step memory step, Slice memory output) internal pure {
        _leave(step, true, output);
    }

    function _restore(Step memory step) private pure {
        Call memory call = step.call;
        step.machine.stateRoot = call.stateRoot;
        step.machine.scratchRoot = call.scratchRoot;
        Tx memory transaction = step.tx;
        transaction.logsHash = call.logsHash;
        transaction.refund = call.refund;
        transaction.destructsHash = call.destructsHash;
        transaction.destructCount = call.destructCount;
    }

    function _leave(Step memory step, bool success, Slice memory output) private pure {
        if (step.call.depth == 0) {
            step.tx.status = success;
            step.tx.gasLeft = step.frame.gas;
            step.machine.phase = Phase.SETTLE;
        } else {
            _resume(step, success, output);
        }
    }

    /// @dev The caller goes on with the result, and with the copying of the output if it wants some.
    function _resume(Step memory step, bool success, Slice memory output) private pure {
        Call memory call = step.call;
        Frame memory caller = step.takeResumed();
        caller.gas += step.frame.gas;
        bool creation = call.kind == CallKind.CREATION;
        Slice memory none;
        caller.returned = creation && success ? none : output;
        uint256 result = creation ? uint256(uint160(call.self)) : 1;
        Stack.push(caller, success ? result : 0);
        step.frame = caller;

        step.machine.phase = Phase.RUNNING;
        if (creation) return;
        Slice memory wanted = output.part(0, call.outputLength);
        CopyJob.begin(step, wanted, call.outputOffset, wanted.length);
    }
}
