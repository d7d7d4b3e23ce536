// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {HashChain} from "../../authenticated/HashChain.sol";
import {JobKind} from "../../machine/JobKind.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {AbsorbJob} from "../AbsorbJob.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice LOG0 to LOG4. A log makes two links in the chain of logs: who logs under which topics, and the hash of the data,
/// which comes from the Absorb phase if that is too long for one step.
contract Log is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode < Opcode.LOG0 || opcode > Opcode.LOG4) revert WrongFamily(opcode);

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2 + uint256(opcode - Opcode.LOG0), 0);
        if (!ok || step.call.isStatic) return false;
        (uint256 offset, uint256 length) = (items[0], items[1]);

        // GAS
        if (!Memory.grow(step, offset, length)) return false;
        if (!step.charge(Gas.LOG + Gas.LOG_TOPIC * (items.length - 2) + Gas.LOG_BYTE * length)) return false;

        // OPERATION
        step.tx.logsHash = HashChain.push(step.tx.logsHash, _head(step.call.self, items));
        if (length > Limits.WHOLE_BYTES) {
            AbsorbJob.begin(step, JobKind.LOG, Memory.slice(step.frame, offset, length));
        } else {
            step.tx.logsHash = HashChain.push(step.tx.logsHash, Memory.read(step, offset, length).hash());
        }

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev A log without its data; the topics are the operands after offset and length.
    function _head(address emitter, uint256[] memory items) private pure returns (bytes32) {
        uint256 topics = items.length - 2;
        bytes memory entry = abi.encodePacked(emitter, bytes1(bytes32(topics << 248)));
        for (uint256 i = 0; i < topics; ++i) {
            entry = abi.encodePacked(entry, items[2 + i]);
        }
        return keccak256(entry);
    }
}
