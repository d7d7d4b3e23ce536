// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slices} from "../../authenticated/Slice.sol";
import {Block} from "../../machine/Block.sol";
import {Record, RecordCodec} from "../../machine/Record.sol";
import {BlobJob} from "../BlobJob.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Step} from "../Step.sol";
import {BaseFee} from "./BaseFee.sol";
import {Boundary} from "./Boundary.sol";
import {SystemCall} from "./SystemCall.sol";

/// @notice The first step of a block's first slot: opens the block that the Inbox has recorded.
contract BlockBegin is PhaseFamily {
    /// @notice The witness's record is not the one the Inbox has for the block.
    error WrongRecord(bytes32 hash);
    /// @notice The record is not that of the next block.
    error WrongBlockNumber(uint64 number);

    function _advance(Step memory step) internal pure override {
        uint256 slot = Boundary.slotOf(step, false);
        if (slot != 0) revert Boundary.WrongSlot(slot);

        Record memory record = RecordCodec.decode(step.witness.takeRecord());
        bytes32 hash = RecordCodec.hash(record);
        if (hash != step.context.recordHash) revert WrongRecord(hash);
        if (record.number != uint256(step.block.number) + 1) revert WrongBlockNumber(record.number);
        _open(step.block, record);
        if (record.blobHash == 0) SystemCall.beginBeaconRoot(step);
        else BlobJob.begin(step, record.blobHash);
    }

    function _open(Block memory block_, Record memory record) private pure {
        block_.baseFee = BaseFee.next(block_.gasUsed, block_.gasLimit, block_.baseFee);
        block_.number = record.number;
        block_.timestamp = record.timestamp;
        block_.prevRandao = record.prevRandao;
        block_.feeRecipient = record.feeRecipient;
        block_.l1MessageRoot = record.l1MessageRoot;
        // A batch is far shorter than 2^32 - 31 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 words = uint32((uint256(record.batchLength) + 31) / 32);
        block_.batch = Slices.create(record.batchRoot, words, 0, record.batchLength);
        block_.depositsHash = record.depositsHash;
        block_.depositCount = record.depositCount;
        block_.cursor = 0;
        block_.gasUsed = 0;
        block_.receiptsHash = 0;
        block_.depositsDone = 0;
        block_.open = true;
    }
}
