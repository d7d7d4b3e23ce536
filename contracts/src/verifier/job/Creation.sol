// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {Call} from "../../machine/Call.sol";
import {Frame, FrameCodec} from "../../machine/Frame.sol";
import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {ContractAddress} from "../ContractAddress.sol";
import {Entry} from "../Entry.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice The Create phase: begins the creation that CREATE or CREATE2 has paid for, whose operands are still on the stack.
contract Creation is PhaseFamily {
    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.CREATE);
        step.machine.phase = Phase.RUNNING;

        // STACK
        bool hasSalt = step.job.destination == Opcode.CREATE2;
        (, uint256[] memory items) = Stack.pop(step, hasSalt ? 4 : 3, 1);
        uint256 value = items[0];

        // OPERATION
        Account memory creator = State.read(step, step.call.self);
        bool possible =
            step.call.depth < Limits.CALL_DEPTH && creator.balance >= value && creator.nonce != type(uint64).max;
        if (!possible) {
            Stack.push(step.frame, 0);
            return;
        }
        bytes32 codeHash = Ranges.readSlice(step, step.job.source).hash();
        address created = hasSalt
            ? ContractAddress.fromSalt(step.call.self, bytes32(items[3]), codeHash)
            : ContractAddress.fromNonce(step.call.self, creator.nonce);
        _create(step, creator, created, value, codeHash);
    }

    /// @dev Enters the initcode, unless the address is taken, which costs the gas that the initcode would have got.
    function _create(Step memory step, Account memory creator, address created, uint256 value, bytes32 codeHash)
        private
        pure
    {
        Frame memory frame = step.frame;
        address self = step.call.self;
        uint64 gas = frame.gas - frame.gas / 64;
        frame.gas -= gas;
        if (!Warmth.isWarm(step, created)) Warmth.warm(step, created);
        ++creator.nonce;
        State.write(step, self, creator);

        Call memory call;
        if (!Entry.createAccount(step, call, created, self, value)) {
            Stack.push(frame, 0);
            return;
        }
        call.depth = step.call.depth + 1;
        call.codeHash = codeHash;
        call.parent = FrameCodec.hash(frame);
        Entry.enter(step, call, gas, Phase.RUNNING);
    }
}
