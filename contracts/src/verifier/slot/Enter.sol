// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CallKind} from "../../machine/CallKind.sol";
import {Call} from "../../machine/Call.sol";
import {Phase} from "../../machine/Phase.sol";
import {Tx} from "../../machine/Tx.sol";
import {Entry, Target} from "../Entry.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice The Enter phase: enters the top frame.
contract Enter is PhaseFamily {
    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.ENTER);
        if (step.tx.create) _enterCreation(step);
        else _enterCall(step);
        step.tx.gasLeft = 0;
    }

    function _enterCall(Step memory step) private pure {
        Tx memory transaction = step.tx;
        Call memory call;
        Entry.snapshot(step, call);
        Target memory target = Entry.resolve(step, transaction.to);
        if (target.isDelegated && !target.isDelegateWarm) Warmth.warm(step, target.codeAddress);
        State.transfer(step, transaction.sender, transaction.to, transaction.value);

        call.kind = CallKind.MESSAGE;
        call.self = transaction.to;
        call.codeAddress = target.codeAddress;
        call.caller = transaction.sender;
        call.value = transaction.value;
        call.codeHash = target.codeHash;
        call.input = transaction.data;
        Entry.enter(step, call, transaction.gasLeft, Entry.phaseOf(transaction.to));
    }

    function _enterCreation(Step memory step) private pure {
        Tx memory transaction = step.tx;
        Call memory call;
        if (!Entry.createAccount(step, call, transaction.to, transaction.sender, transaction.value)) {
            step.machine.phase = Phase.SETTLE;
            return;
        }
        call.codeHash = Ranges.readSlice(step, transaction.data).hash();
        Entry.enter(step, call, transaction.gasLeft, Phase.RUNNING);
    }
}
