// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Call} from "../../machine/Call.sol";
import {CallKind} from "../../machine/CallKind.sol";
import {Frame, FrameCodec} from "../../machine/Frame.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {Entry, Target} from "../Entry.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice CALL, CALLCODE, DELEGATECALL and STATICCALL.
contract Calls is OpcodeFamily {
    /// @dev What the operands ask for, and what the state answers.
    struct Request {
        uint8 opcode;
        /// Gas asked for.
        uint256 gas;
        address callee;
        /// Wei that the operands name; 0 without such an operand.
        uint256 value;
        uint256 inputOffset;
        uint256 inputLength;
        uint256 outputOffset;
        uint256 outputLength;
        bool isWarm;
        Target target;
        /// Of the calling account, if it is to send something.
        uint256 balance;
        /// Size of the memory after expansion.
        uint256 words;
    }

    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        // STACK
        (bool ok, Request memory request) = _popRequest(step, opcode);
        if (!ok) return false;
        if (opcode == Opcode.CALL && request.value != 0 && step.call.isStatic) return false;

        // GAS
        _look(step, request);
        ok = _reach(step.frame, request);
        if (!ok || !step.charge(_price(step.frame, request))) return false;
        uint64 gas = _calleeGas(step, request);

        // PROGRAM COUNTER
        ++step.frame.pc;

        // OPERATION
        Frame memory frame = step.frame;
        Slice memory none;
        frame.returned = none;
        Memory.expand(frame, request.words);
        if (!request.isWarm) Warmth.warm(step, request.callee);
        if (request.target.isDelegated && !request.target.isDelegateWarm) {
            Warmth.warm(step, request.target.codeAddress);
        }
        if (step.call.depth == Limits.CALL_DEPTH || request.balance < request.value) {
            frame.gas += gas;
            Stack.push(frame, 0);
        } else {
            _enter(step, request, gas);
        }
        return true;
    }

    function _popRequest(Step memory step, uint8 opcode) private pure returns (bool ok, Request memory request) {
        bool hasValue = opcode == Opcode.CALL || opcode == Opcode.CALLCODE;
        if (!hasValue && opcode != Opcode.DELEGATECALL && opcode != Opcode.STATICCALL) revert WrongFamily(opcode);
        uint256[] memory items;
        (ok, items) = Stack.pop(step, hasValue ? 7 : 6, 1);
        if (!ok) return (false, request);
        request.opcode = opcode;
        request.gas = items[0];
        // An address is the lower 20 bytes of an operand.
        // forge-lint: disable-next-line(unsafe-typecast)
        request.callee = address(uint160(items[1]));
        uint256 i = 2;
        if (hasValue) request.value = items[i++];
        request.inputOffset = items[i++];
        request.inputLength = items[i++];
        request.outputOffset = items[i++];
        request.outputLength = items[i];
    }

    /// @dev Everything the price and the outcome depend on is read before anything is charged.
    function _look(Step memory step, Request memory request) private pure {
        request.isWarm = Warmth.isWarm(step, request.callee);
        request.target = Entry.resolve(step, request.callee);
        if (request.value != 0) request.balance = State.read(step, step.call.self).balance;
    }

    function _reach(Frame memory frame, Request memory request) private pure returns (bool) {
        (bool inputOk, uint256 inputWords) = Memory.reach(frame, request.inputOffset, request.inputLength);
        (bool outputOk, uint256 outputWords) = Memory.reach(frame, request.outputOffset, request.outputLength);
        request.words = inputWords > outputWords ? inputWords : outputWords;
        return inputOk && outputOk;
    }

    function _price(Frame memory frame, Request memory request) private pure returns (uint256 price) {
        price = Memory.expansionCost(frame, request.words);
        price += request.isWarm ? Gas.WARM_ACCESS : Gas.COLD_ACCOUNT_ACCESS;
        if (request.target.isDelegated) {
            price += request.target.isDelegateWarm ? Gas.WARM_ACCESS : Gas.COLD_ACCOUNT_ACCESS;
        }
        if (request.value == 0) return price;
        price += Gas.CALL_VALUE;
        if (request.opcode == Opcode.CALL && request.target.account.isEmpty()) price += Gas.NEW_ACCOUNT;
    }

    /// @dev Takes what the callee gets from the frame: at most all but a 64th of what is left (EIP-150).
    function _calleeGas(Step memory step, Request memory request) private pure returns (uint64 gas) {
        Frame memory frame = step.frame;
        uint64 most = frame.gas - frame.gas / 64;
        // Below `most`.
        // forge-lint: disable-next-line(unsafe-typecast)
        gas = request.gas < most ? uint64(request.gas) : most;
        frame.gas -= gas;
        if (request.value != 0) gas += uint64(Gas.CALL_STIPEND);
    }

    function _enter(Step memory step, Request memory request, uint64 gas) private pure {
        Call memory caller = step.call;
        Call memory call;
        Entry.snapshot(step, call);
        if (request.opcode == Opcode.CALL) State.transfer(step, caller.self, request.callee, request.value);

        bool isDelegate = request.opcode == Opcode.DELEGATECALL;
        bool keepsSelf = isDelegate || request.opcode == Opcode.CALLCODE;
        call.kind = CallKind.MESSAGE;
        call.isStatic = caller.isStatic || request.opcode == Opcode.STATICCALL;
        call.depth = caller.depth + 1;
        call.self = keepsSelf ? caller.self : request.callee;
        call.codeAddress = request.target.codeAddress;
        call.caller = isDelegate ? caller.caller : caller.self;
        call.value = isDelegate ? caller.value : request.value;
        call.codeHash = request.target.codeHash;
        call.input = Memory.slice(step.frame, request.inputOffset, request.inputLength);
        if (request.outputLength != 0) {
            // Both are within the memory, which was paid for.
            // forge-lint: disable-next-line(unsafe-typecast)
            (call.outputOffset, call.outputLength) = (uint32(request.outputOffset), uint32(request.outputLength));
        }
        call.parent = FrameCodec.hash(step.frame);
        Entry.enter(step, call, gas, Entry.phaseOf(request.callee));
    }
}
