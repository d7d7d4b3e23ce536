// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../src/authenticated/Slice.sol";
import {Block} from "../../src/machine/Block.sol";
import {Call} from "../../src/machine/Call.sol";
import {Frame} from "../../src/machine/Frame.sol";
import {Job} from "../../src/machine/Job.sol";
import {Machine} from "../../src/machine/Machine.sol";
import {Tx} from "../../src/machine/Tx.sol";

/// @notice The groups' encodings, field by field as contracts/machine.json lists them, and the hashes of those in two parts.
library Encoding {
    function encode(Machine memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(1), group.phase, group.blockHash, group.txHash, group.frameHash, group.jobHash),
            abi.encodePacked(group.stateRoot, group.scratchRoot)
        );
    }

    function hash(Machine memory group) internal pure returns (bytes32) {
        bytes32 cold = keccak256(abi.encodePacked(group.blockHash, group.txHash, group.stateRoot, group.scratchRoot));
        return keccak256(abi.encodePacked(uint8(1), cold, group.phase, group.frameHash, group.jobHash));
    }

    function encode(Block memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                uint8(2), group.number, group.timestamp, group.prevRandao, group.feeRecipient, group.baseFee
            ),
            abi.encodePacked(
                group.gasLimit, group.chainId, group.headHash, group.l1MessageRoot, encode(group.batch), group.cursor
            ),
            abi.encodePacked(
                group.gasUsed,
                group.receiptsHash,
                group.depositsHash,
                group.depositCount,
                group.depositsDone,
                group.open
            )
        );
    }

    function encode(Tx memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(3), group.kind, group.create, group.hash, group.sender, group.to),
            bytes.concat(encode(group.data), encode(group.authorizations)),
            abi.encodePacked(group.value, group.gasLimit, group.gasPrice, group.priorityFee, group.floorGas),
            abi.encodePacked(
                group.gasLeft, group.status, group.startStateRoot, group.refund, group.logsHash, group.destructsHash
            ),
            abi.encodePacked(group.destructCount)
        );
    }

    function encode(Frame memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(4), group.callHash, group.pc, group.gas, group.stackHash, group.stackSize),
            abi.encodePacked(group.memoryRoot, group.memoryWords, encode(group.returned))
        );
    }

    function hash(Frame memory group) internal pure returns (bytes32) {
        bytes32 cold = keccak256(bytes.concat(group.callHash, encode(group.returned)));
        return keccak256(
            abi.encodePacked(
                uint8(4),
                cold,
                group.pc,
                group.gas,
                group.stackHash,
                group.stackSize,
                group.memoryRoot,
                group.memoryWords
            )
        );
    }

    function encode(Call memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(5), group.kind, group.isStatic, group.depth, group.self, group.codeAddress),
            abi.encodePacked(
                group.caller, group.value, group.codeHash, encode(group.input), group.outputOffset, group.outputLength
            ),
            abi.encodePacked(
                group.stateRoot,
                group.scratchRoot,
                group.logsHash,
                group.refund,
                group.destructsHash,
                group.destructCount
            ),
            abi.encodePacked(group.parent)
        );
    }

    function encode(Job memory group) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(6), group.kind, encode(group.source), group.destination, group.total, group.done),
            abi.encodePacked(group.accumulator)
        );
    }

    function encode(Slice memory slice) internal pure returns (bytes memory) {
        return abi.encodePacked(slice.root, slice.words, slice.offset, slice.length);
    }
}
