// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {Slice} from "../../authenticated/Slice.sol";
import {Call} from "../../machine/Call.sol";
import {Frame, FrameCodec} from "../../machine/Frame.sol";
import {Phase} from "../../machine/Phase.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {ContractAddress} from "../ContractAddress.sol";
import {Entry} from "../Entry.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice CREATE and CREATE2.
contract Create is OpcodeFamily {
    /// @dev What the operands ask for.
    struct Request {
        bool hasSalt;
        uint256 value;
        uint256 offset;
        uint256 length;
        bytes32 salt;
        /// The creating account.
        Account creator;
        /// Size of the memory after expansion.
        uint256 words;
    }

    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        // STACK
        (bool ok, Request memory request) = _popRequest(step, opcode);
        if (!ok || step.call.isStatic) return false;

        // GAS
        request.creator = State.read(step, step.call.self);
        if (request.length > Limits.INITCODE_BYTES) return false;
        (ok, request.words) = Memory.reach(step.frame, request.offset, request.length);
        if (!ok || !step.charge(_price(step.frame, request))) return false;

        // PROGRAM COUNTER
        ++step.frame.pc;

        // OPERATION
        Frame memory frame = step.frame;
        Slice memory none;
        frame.returned = none;
        Memory.expand(frame, request.words);
        bool possible = step.call.depth < Limits.CALL_DEPTH && request.creator.balance >= request.value
            && request.creator.nonce != type(uint64).max;
        if (!possible || !_create(step, request)) Stack.push(frame, 0);
        return true;
    }

    function _popRequest(Step memory step, uint8 opcode) private pure returns (bool ok, Request memory request) {
        request.hasSalt = opcode == Opcode.CREATE2;
        if (!request.hasSalt && opcode != Opcode.CREATE) revert WrongFamily(opcode);
        uint256[] memory items;
        (ok, items) = Stack.pop(step, request.hasSalt ? 4 : 3, 1);
        if (!ok) return (false, request);
        request.value = items[0];
        request.offset = items[1];
        request.length = items[2];
        if (request.hasSalt) request.salt = bytes32(items[3]);
    }

    function _price(Frame memory frame, Request memory request) private pure returns (uint256) {
        uint256 perWord = Gas.INITCODE_WORD + (request.hasSalt ? Gas.KECCAK_WORD : 0);
        return Memory.expansionCost(frame, request.words) + Gas.CREATE + perWord * Memory.wordCount(request.length);
    }

    /// @dev Enters the initcode; false if the address is taken, at the price of the gas that the initcode would have got.
    function _create(Step memory step, Request memory request) private pure returns (bool) {
        Frame memory frame = step.frame;
        address self = step.call.self;
        bytes32 codeHash = Memory.read(step, request.offset, request.length).hash();
        uint64 gas = frame.gas - frame.gas / 64;
        frame.gas -= gas;
        address created = request.hasSalt
            ? ContractAddress.fromSalt(self, request.salt, codeHash)
            : ContractAddress.fromNonce(self, request.creator.nonce);

        if (!Warmth.isWarm(step, created)) Warmth.warm(step, created);
        ++request.creator.nonce;
        State.write(step, self, request.creator);

        Call memory call;
        if (!Entry.createAccount(step, call, created, self, request.value)) return false;
        call.depth = step.call.depth + 1;
        call.codeHash = codeHash;
        call.parent = FrameCodec.hash(frame);
        Entry.enter(step, call, gas, Phase.RUNNING);
        return true;
    }
}
