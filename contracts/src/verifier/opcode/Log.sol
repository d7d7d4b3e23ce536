// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {HashChain} from "../../authenticated/HashChain.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {Memory} from "../Memory.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {Step} from "../Step.sol";

/// @notice LOG0 to LOG4.
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
        if (length > Limits.WHOLE_BYTES) revert UnsupportedOpcode(opcode);
        bytes32 item = _item(step.call.self, items, Memory.read(step, offset, length).hash());
        step.tx.logsHash = HashChain.push(step.tx.logsHash, item);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev The chain's item for a log; its topics are the operands after offset and length.
    function _item(address emitter, uint256[] memory items, bytes32 data) private pure returns (bytes32) {
        uint256 topics = items.length - 2;
        bytes memory entry = abi.encodePacked(emitter, bytes1(bytes32(topics << 248)));
        for (uint256 i = 0; i < topics; ++i) {
            entry = abi.encodePacked(entry, items[2 + i]);
        }
        return keccak256(abi.encodePacked(entry, data));
    }
}
