// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../machine/Record.sol";
import {IRecords} from "./IRecords.sol";

/// @notice Batches: one appended batch makes exactly one L2 block. Anyone may append. And what the Bridge sends to L2: deposits,
/// which blocks take from a queue, and the tree of messages.
interface IInbox is IRecords {
    /// @notice A batch was appended. Everything an L2 node derives the block from.
    /// @param number L2 block number
    /// @param recordHash hash of `record`, all that is stored
    /// @param record what is fixed about the block
    /// @param batch the batch's bytes; empty for a blob batch, whose bytes are the blob's with the hash in `record`
    /// @param deposits those that the block credits, packed: index u64, account, amount u64 in gwei, big-endian, of each
    event BatchAppended(uint64 indexed number, bytes32 recordHash, Record record, bytes batch, bytes deposits);

    /// @notice The batch is longer than the limit.
    error BatchTooLong(uint256 length, uint256 limit);
    /// @notice The transaction carries no blob with this index.
    error NoBlob(uint256 blobIndex);
    /// @notice The payment does not cover the append fee.
    error FeeNotPaid(uint256 fee, uint256 paid);
    /// @notice Every L2 second up to the L1 time has its block; the next L1 block has room.
    error NoTimeLeft(uint64 timestamp, uint256 l1Time);
    /// @notice Appending has ended for this deployment.
    error SunsetReached(uint64 sunset, uint256 l1Time);
    /// @notice L2 block `number` has no record: genesis or before, or beyond the latest.
    error NoRecord(uint64 number);
    /// @notice What was paid beyond the fee could not be returned.
    error ChangeNotTaken(address payer, uint256 change);
    /// @notice The fee floor is below what one eighth steps can move.
    error FeeFloorTooLow(uint256 floor);
    /// @notice Only the Bridge sends to L2.
    error NotBridge(address caller);
    /// @notice The sunset is so near that what is sent now might not reach L2 any more.
    error TooLateToArrive(uint64 sunset, uint256 l1Time);

    /// @notice Appends a batch as the next L2 block. Burns the append fee and returns what was paid beyond it.
    /// @dev Reverts with BatchTooLong, SunsetReached, NoTimeLeft, FeeNotPaid or ChangeNotTaken.
    /// @param feeRecipient who gets the block's priority fees
    /// @param batch a concatenation of `uint16 length ‖ EIP-2718 bytes`
    /// @return number the L2 block's number
    function append(address feeRecipient, bytes calldata batch) external payable returns (uint64 number);

    /// @notice Appends the bytes of one of the transaction's blobs as the next L2 block: of each of its 4096 field elements, in
    /// order, the low 31 bytes. Burns the append fee and returns what was paid beyond it.
    /// @dev Reverts with NoBlob, SunsetReached, NoTimeLeft, FeeNotPaid or ChangeNotTaken.
    /// @param feeRecipient who gets the block's priority fees
    /// @param blobIndex which of the transaction's blobs
    /// @return number the L2 block's number
    function appendBlob(address feeRecipient, uint256 blobIndex) external payable returns (uint64 number);

    /// @notice Queues a deposit, which a block credits on L2; blocks take up to 16 each, in order.
    /// @dev For the Bridge alone. Reverts with NotBridge, TooLateToArrive, DepositQueues.DepositTooSmall.
    /// @param amountGwei at least `minimumDeposit`
    /// @return index the deposit's number
    function queueDeposit(address account, uint64 amountGwei) external returns (uint64 index);

    /// @notice Adds a message's hash to the message tree.
    /// @dev For the Bridge alone. Reverts with NotBridge, TooLateToArrive, MessageTrees.TreeFull.
    /// @return index which leaf it is
    function pushMessage(bytes32 hash) external returns (uint64 index);

    /// @notice Number of the latest L2 block that has a batch; the genesis number when there is none.
    function latestBlock() external view returns (uint64);

    /// @notice Number of the genesis block.
    function genesisNumber() external view returns (uint64);

    /// @notice L2 time of the genesis block, seconds.
    function genesisTimestamp() external view returns (uint64);

    /// @notice L2 time of the latest block, seconds.
    function latestTimestamp() external view returns (uint64);

    /// @notice What an append in this L1 block costs, wei.
    function appendFee() external view returns (uint256);

    /// @notice The least append fee, wei.
    function feeFloor() external view returns (uint256);

    /// @notice L1 time from which nothing is appended; 0: never.
    function sunset() external view returns (uint64);

    /// @notice Root of the append-only message tree, of height 32.
    function messageRoot() external view returns (bytes32);

    /// @notice Leaves of the message tree.
    function messageCount() external view returns (uint64);

    /// @notice Deposits ever queued; the next one's index.
    function depositsQueued() external view returns (uint64);

    /// @notice Deposits that blocks have taken.
    function depositsTaken() external view returns (uint64);

    /// @notice What a deposit must have now, gwei: 0.01 ETH, doubled for every 64 that wait.
    function minimumDeposit() external view returns (uint256);

    /// @notice Who sends to L2, fixed at deployment; zero: nobody.
    function bridge() external view returns (address);
}
