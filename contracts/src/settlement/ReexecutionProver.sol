// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../authenticated/Rlp.sol";
import {WordTree} from "../authenticated/WordTree.sol";
import {Doubt, IBoundaryProver, Question} from "../interfaces/IBoundaryProver.sol";
import {Block, BlockCodec} from "../machine/Block.sol";
import {Machine, MachineCodec} from "../machine/Machine.sol";
import {Record, RecordCodec} from "../machine/Record.sol";
import {NextBlock, Outcome} from "./NextBlock.sol";

/// @notice One block and what its execution needs. Everything but the outcome and the witness is what L1 knows already.
struct Execution {
    /// Encoding of the Block group at the boundary before it.
    bytes parent;
    /// The state root there.
    bytes32 stateRoot;
    /// Encoding of its Inbox record.
    bytes record;
    /// Its batch's bytes.
    bytes batch;
    /// Its packed deposits.
    bytes deposits;
    /// What the execution gives.
    Outcome outcome;
    /// RLP of the state that the execution reads (docs/protocol.md, section 24), opaque here.
    bytes witness;
}

/// @title ReexecutionProver
/// @notice Boundaries by L1 itself, where it has the EXECUTE precompile: it executes the block. Any answer but "yes" means that
/// nothing is proven, never that a boundary is wrong.
contract ReexecutionProver is IBoundaryProver {
    /// @notice It proves one block at a time.
    error NotOneBlock(uint256 blocks);
    /// @notice The Block group and the state root are not those of the boundary before the block.
    error WrongStart(bytes32 machineHash);
    /// @notice The record is not the one that the Inbox has for the block.
    error WrongRecord(bytes32 hash);
    /// @notice The record is not that of the next block.
    error WrongBlockNumber(uint64 number);
    /// @notice The bytes are not the block's batch, or that is a blob's.
    error WrongBatch(bytes32 root);
    /// @notice The bytes are not the block's deposits.
    error WrongDeposits(bytes32 hash);
    /// @notice The block would have used more than its limit.
    error TooMuchGas(uint64 used, uint64 limit);

    /// @dev Which kind of block a trace is of: one of this protocol.
    uint256 private constant SCHEME = 0;

    /// @notice Where L1 has the EXECUTE precompile.
    address public immutable precompile;

    constructor(address precompile_) {
        precompile = precompile_;
    }

    /// @inheritdoc IBoundaryProver
    /// @dev Reverts further with NotOneBlock, WrongStart, WrongRecord, WrongBlockNumber, WrongBatch, WrongDeposits, TooMuchGas.
    /// @param evidence ABI encoding of an Execution
    function prove(Question calldata question, bytes calldata evidence) external view returns (bytes32) {
        if (question.records.length != 1) revert NotOneBlock(question.records.length);
        Execution calldata execution = _execution(evidence);
        Block memory parent = BlockCodec.decode(execution.parent);
        Record memory record = RecordCodec.decode(execution.record);
        _requireKnown(question, parent, record, execution);
        Outcome memory outcome = execution.outcome;
        bytes memory header = NextBlock.header(parent, record, outcome);
        bytes32 blockHash = keccak256(header);
        _requireExecuted(execution, _trace(execution, parent.chainId, header, blockHash));
        return _boundary(NextBlock.seal(parent, record, outcome, blockHash), outcome.stateRoot);
    }

    /// @dev `abi.decode` without a copy. Each field's place is checked against the calldata when it is read.
    function _execution(bytes calldata evidence) private pure returns (Execution calldata execution) {
        assembly ("memory-safe") {
            execution := add(evidence.offset, calldataload(evidence.offset))
        }
    }

    /// @dev Nothing that L1 knows is left to whoever proves.
    function _requireKnown(
        Question calldata question,
        Block memory parent,
        Record memory record,
        Execution calldata execution
    ) private pure {
        bytes32 hash = _boundary(parent, execution.stateRoot);
        if (hash != question.start) revert WrongStart(hash);
        hash = RecordCodec.hash(record);
        if (hash != question.records[0]) revert WrongRecord(hash);
        if (record.number != uint256(parent.number) + 1) revert WrongBlockNumber(record.number);
        hash = WordTree.rootOfCalldata(execution.batch);
        if (hash != record.batchRoot || execution.batch.length != record.batchLength) revert WrongBatch(hash);
        hash = keccak256(execution.deposits);
        if (hash != record.depositsHash) revert WrongDeposits(hash);
        uint64 used = execution.outcome.gasUsed;
        if (used > parent.gasLimit) revert TooMuchGas(used, parent.gasLimit);
    }

    /// @dev The trace of docs/protocol.md, section 24. No ancestor is given: history is a contract's storage.
    function _trace(Execution calldata execution, uint64 chainId, bytes memory header, bytes32 blockHash)
        private
        pure
        returns (bytes memory)
    {
        bytes memory head = bytes.concat(Rlp.encodeUint(SCHEME), Rlp.encodeUint(chainId), Rlp.encodeBytes32(blockHash));
        bytes memory inputs = bytes.concat(Rlp.encodeBytes(execution.batch), Rlp.encodeBytes(execution.deposits));
        return Rlp.encodeList(bytes.concat(head, header, Rlp.encodeList(""), inputs, execution.witness));
    }

    /// @dev Asks a question whose answer is known to be no besides: what says yes to that knows nothing of blocks.
    function _requireExecuted(Execution calldata execution, bytes memory trace) private view {
        bytes32 post = execution.outcome.stateRoot;
        bytes32 falsePost = bytes32(uint256(post) ^ 1);
        uint64 gasUsed = execution.outcome.gasUsed;
        if (!_says(abi.encode(execution.stateRoot, post, trace, gasUsed))) revert NotProven(Doubt.Refused);
        if (_says(abi.encode(execution.stateRoot, falsePost, trace, gasUsed))) revert NotProven(Doubt.FalseAccepted);
    }

    /// @dev Whether the precompile says yes: exactly one word, which is 1. At an address without code a call succeeds with no
    /// data.
    function _says(bytes memory question) private view returns (bool yes) {
        address target = precompile;
        assembly ("memory-safe") {
            let done := staticcall(gas(), target, add(question, 32), mload(question), 0, 32)
            yes := and(and(done, eq(returndatasize(), 32)), eq(mload(0), 1))
        }
    }

    /// @dev Hash of the machine between blocks.
    function _boundary(Block memory block_, bytes32 stateRoot) private pure returns (bytes32) {
        Machine memory machine;
        machine.blockHash = BlockCodec.hash(block_);
        machine.stateRoot = stateRoot;
        return MachineCodec.hash(machine);
    }
}
