// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Block} from "../machine/Block.sol";
import {Record} from "../machine/Record.sol";
import {BaseFee} from "../verifier/slot/BaseFee.sol";
import {Header} from "../verifier/slot/Header.sol";

/// @notice What executing a block leaves behind besides the state.
struct Outcome {
    bytes32 receiptsHash;
    uint64 gasUsed;
    bytes32 stateRoot;
}

/// @notice A whole block at once, as slots 0 and 1023 make it of its parent and its record (docs/protocol.md, section 4).
library NextBlock {
    /// @notice Ethereum's RLP header of the block.
    /// @param parent the last sealed block
    function header(Block memory parent, Record memory record, Outcome memory outcome)
        internal
        pure
        returns (bytes memory)
    {
        Block memory block_ = _kept(parent, record, outcome);
        block_.headHash = parent.headHash;
        block_.prevRandao = record.prevRandao;
        block_.feeRecipient = record.feeRecipient;
        block_.l1MessageRoot = record.l1MessageRoot;
        block_.batch.root = record.batchRoot;
        block_.receiptsHash = outcome.receiptsHash;
        block_.depositsHash = record.depositsHash;
        return Header.encode(block_, outcome.stateRoot);
    }

    /// @notice The Block group between blocks, once the block is sealed.
    /// @param blockHash keccak256 of its header
    function seal(Block memory parent, Record memory record, Outcome memory outcome, bytes32 blockHash)
        internal
        pure
        returns (Block memory block_)
    {
        block_ = _kept(parent, record, outcome);
        block_.headHash = blockHash;
    }

    /// @dev What the group keeps of a sealed block.
    function _kept(Block memory parent, Record memory record, Outcome memory outcome)
        private
        pure
        returns (Block memory block_)
    {
        block_.number = record.number;
        block_.timestamp = record.timestamp;
        block_.baseFee = BaseFee.next(parent.gasUsed, parent.gasLimit, parent.baseFee);
        block_.gasLimit = parent.gasLimit;
        block_.chainId = parent.chainId;
        block_.gasUsed = outcome.gasUsed;
    }
}
