// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {MessageTree} from "./authenticated/MessageTree.sol";
import {WordTree} from "./authenticated/WordTree.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {Record, RecordCodec} from "./machine/Record.sol";
import {AppendFee, AppendFees} from "./rules/AppendFee.sol";
import {Blobs} from "./rules/Blobs.sol";
import {DepositQueue, DepositQueues} from "./rules/DepositQueue.sol";

/// @title Inbox
/// @dev Nobody owns it. Append fees stay here, out of everybody's reach: that burns them.
contract Inbox is IInbox {
    using SafeCast for uint256;

    /// @dev Bytes of a batch at most: those of a blob. A transaction carrying so many in calldata fits a pool's 128 KiB.
    uint256 private constant MAX_BATCH_BYTES = Blobs.BATCH_BYTES;
    /// @dev A block's time is at least the L1 time less this, seconds: 12 blocks fit a slot of Ethereum.
    uint64 private constant MAX_LAG = 11;
    /// @dev So long before the sunset nothing more is sent to L2, seconds. What was sent before is in time for a block, for
    /// anyone may append one.
    uint256 private constant LAST_CALL = 1 days;

    /// @inheritdoc IInbox
    uint64 public immutable genesisNumber;
    /// @inheritdoc IInbox
    uint64 public immutable genesisTimestamp;
    /// @inheritdoc IInbox
    uint64 public immutable sunset;
    /// @inheritdoc IInbox
    address public immutable bridge;
    uint128 private immutable _feeFloor;

    uint64 private _latestTimestamp;
    AppendFee private _appendFee;
    /// @dev A record's hash for each block after genesis.
    bytes32[] private _recordHashes;
    MessageTree private _messages;
    DepositQueue private _deposits;

    /// @param genesisNumber_ number of the L2 block before the first batch
    /// @param genesisTimestamp_ its time, seconds
    /// @param feeFloor_ the least append fee, wei
    /// @param sunset_ L1 time from which nothing is appended; 0: never
    /// @param bridge_ who sends to L2; zero: nobody
    constructor(uint64 genesisNumber_, uint64 genesisTimestamp_, uint128 feeFloor_, uint64 sunset_, address bridge_) {
        // An eighth of less rounds to nothing, and the fee would never rise.
        if (feeFloor_ < AppendFees.STEP_DIVISOR) revert FeeFloorTooLow(feeFloor_);
        genesisNumber = genesisNumber_;
        genesisTimestamp = genesisTimestamp_;
        sunset = sunset_;
        bridge = bridge_;
        _feeFloor = feeFloor_;
        _latestTimestamp = genesisTimestamp_;
        _appendFee = AppendFee(block.number.toUint64(), MAX_LAG, feeFloor_);
        _messages.initialize();
    }

    /// @inheritdoc IInbox
    function append(address feeRecipient, bytes calldata batch) external payable returns (uint64) {
        if (batch.length > MAX_BATCH_BYTES) revert BatchTooLong(batch.length, MAX_BATCH_BYTES);
        Record memory record = _nextRecord(feeRecipient);
        record.batchRoot = WordTree.rootOfCalldata(batch);
        record.batchLength = batch.length.toUint32();
        return _append(record, batch);
    }

    /// @inheritdoc IInbox
    function appendBlob(address feeRecipient, uint256 blobIndex) external payable returns (uint64) {
        bytes32 blobHash = blobhash(blobIndex);
        if (blobHash == 0) revert NoBlob(blobIndex);
        Record memory record = _nextRecord(feeRecipient);
        record.batchLength = Blobs.BATCH_BYTES;
        record.blobHash = blobHash;
        return _append(record, msg.data[:0]);
    }

    /// @inheritdoc IInbox
    function queueDeposit(address account, uint64 amountGwei) external returns (uint64 index) {
        _requireSender();
        return _deposits.push(account, amountGwei);
    }

    /// @inheritdoc IInbox
    function pushMessage(bytes32 hash) external returns (uint64 index) {
        _requireSender();
        return _messages.push(hash);
    }

    /// @inheritdoc IInbox
    function latestBlock() public view returns (uint64) {
        return genesisNumber + _recordHashes.length.toUint64();
    }

    /// @inheritdoc IInbox
    function latestTimestamp() external view returns (uint64) {
        return _latestTimestamp;
    }

    /// @notice Hash of the record of L2 block `number`; it never changes. Reverts for a block that has no record.
    function recordHash(uint64 number) external view returns (bytes32) {
        if (number <= genesisNumber || number > latestBlock()) revert NoRecord(number);
        return _recordHashes[number - genesisNumber - 1];
    }

    /// @inheritdoc IInbox
    function appendFee() external view returns (uint256) {
        return AppendFees.inBlock(_appendFee, block.number.toUint64(), _feeFloor);
    }

    /// @inheritdoc IInbox
    function feeFloor() external view returns (uint256) {
        return _feeFloor;
    }

    /// @inheritdoc IInbox
    function messageRoot() external view returns (bytes32) {
        return _messages.root;
    }

    /// @inheritdoc IInbox
    function messageCount() external view returns (uint64) {
        return _messages.count;
    }

    /// @inheritdoc IInbox
    function depositsQueued() external view returns (uint64) {
        return _deposits.queued;
    }

    /// @inheritdoc IInbox
    function depositsTaken() external view returns (uint64) {
        return _deposits.taken;
    }

    /// @inheritdoc IInbox
    function minimumDeposit() external view returns (uint256) {
        return DepositQueues.minimum(_deposits.queued - _deposits.taken);
    }

    /// @dev The caller is the Bridge, and what it sends can still arrive.
    function _requireSender() private view {
        if (msg.sender != bridge) revert NotBridge(msg.sender);
        // A producer can shift the end by seconds, which harms nobody.
        // forge-lint: disable-next-line(block-timestamp)
        if (sunset != 0 && block.timestamp + LAST_CALL >= sunset) revert TooLateToArrive(sunset, block.timestamp);
    }

    /// @dev The deposits of the next block, packed. Without a Bridge there are none, and none are looked for.
    function _takeDeposits() private returns (bytes memory packed) {
        if (bridge != address(0)) packed = _deposits.take();
    }

    /// @dev The next block's record, without its batch.
    function _nextRecord(address feeRecipient) private returns (Record memory record) {
        // A producer can shift the end by seconds, which harms nobody.
        // forge-lint: disable-next-line(block-timestamp)
        if (sunset != 0 && block.timestamp >= sunset) revert SunsetReached(sunset, block.timestamp);
        record.number = latestBlock() + 1;
        record.timestamp = _advanceTime();
        record.prevRandao = keccak256(abi.encodePacked(block.prevrandao, record.number));
        record.feeRecipient = feeRecipient;
        record.l1MessageRoot = _messages.root;
    }

    /// @dev Takes the fee and the deposits that wait, fixes the record and returns the change.
    /// @param batch what the event carries of it: nothing of a blob
    function _append(Record memory record, bytes calldata batch) private returns (uint64 number) {
        uint256 change = _takeFee(record.timestamp);
        bytes memory deposits = _takeDeposits();
        record.depositsHash = keccak256(deposits);
        record.depositCount = DepositQueues.count(deposits);
        number = record.number;
        bytes32 hash = RecordCodec.hash(record);
        _recordHashes.push(hash);
        emit BatchAppended(number, hash, record, batch, deposits);

        if (change > 0) {
            (bool sent,) = msg.sender.call{value: change}("");
            if (!sent) revert ChangeNotTaken(msg.sender, change);
        }
    }

    /// @dev The next block's time: a function of L1's, not of the sender's choice.
    function _advanceTime() private returns (uint64 timestamp) {
        timestamp = _latestTimestamp + 1;
        uint64 l1Time = block.timestamp.toUint64();
        if (l1Time > MAX_LAG && timestamp < l1Time - MAX_LAG) timestamp = l1Time - MAX_LAG;
        if (timestamp > l1Time) revert NoTimeLeft(timestamp, l1Time);
        _latestTimestamp = timestamp;
    }

    /// @dev Takes the fee out of the payment; the rest is change.
    function _takeFee(uint64 timestamp) private returns (uint256 change) {
        uint64 l1Block = block.number.toUint64();
        uint128 fee = AppendFees.inBlock(_appendFee, l1Block, _feeFloor);
        if (msg.value < fee) revert FeeNotPaid(fee, msg.value);
        _appendFee = AppendFee(l1Block, block.timestamp.toUint64() - timestamp, fee);
        return msg.value - fee;
    }
}
