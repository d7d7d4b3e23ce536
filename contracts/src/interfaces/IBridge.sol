// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimKey} from "../types/ClaimKey.sol";
import {ClaimId} from "../types/Ids.sol";
import {Message} from "../types/Message.sol";
import {ICaller} from "./ICaller.sol";
import {IInbox} from "./IInbox.sol";
import {ClaimStatus, IRollup} from "./IRollup.sol";

/// @notice What proves that a message is in the Outbox of a confirmed state.
struct WithdrawalProof {
    /// A confirmed claim.
    ClaimKey claim;
    /// Encoding of the Machine group whose hash is the claim's boundary; it has the state root. Empty, and the account proof
    /// too, when `proveOutbox` has been called for the claim.
    bytes boundary;
    /// Nodes of the state trie on the way to the Outbox's account.
    bytes[] accountProof;
    /// Nodes of the Outbox's storage trie on the way to the message.
    bytes[] storageProof;
}

/// @notice ETH and messages between L1 and one rollup. It holds all ETH that is on the rollup, and nothing else.
interface IBridge {
    /// @notice `amount` wei are queued for `account` on L2. They are credited in the order of their indices.
    event Deposited(uint64 indexed index, address indexed account, uint256 amount);
    /// @notice A message to L2 is in the message tree; `nonce` is its leaf. Its value, if any, is deposited to L1Messenger.
    event MessageSent(
        bytes32 indexed hash, address indexed sender, address indexed target, uint64 nonce, uint256 value, bytes data
    );
    /// @notice The Outbox's storage root at the end of a confirmed claim.
    event OutboxProven(ClaimId indexed claim, bytes32 storageRoot);
    /// @notice A message from L2 has been carried out. It never is again.
    event Withdrawn(bytes32 indexed hash, address indexed target, uint256 value);

    /// @notice Another contract was not deployed for this one.
    error NotWired(address other);
    /// @notice Nothing can be sent to `account` on L2: it is zero or L1Messenger.
    error InvalidRecipient(address account);
    /// @notice Deposits are in whole gwei.
    error NotWholeGwei(uint256 amount);
    /// @notice The message has been carried out already.
    error AlreadyWithdrawn(bytes32 hash);
    /// @notice The claim is not confirmed.
    error NotConfirmed(ClaimId claim, ClaimStatus status);
    /// @notice The machine is not the one at the claim's end.
    error WrongBoundary(bytes32 expected, bytes32 given);
    /// @notice Nobody has proven the Outbox at the end of the claim.
    error OutboxNotProven(ClaimId claim);
    /// @notice The message is not in the Outbox of that state.
    error NotSent(bytes32 hash);
    /// @notice The target failed, or ran out of the gas it was given. The message can be tried again.
    error CallFailed(address target);

    /// @notice Queues the payment for `account` on L2.
    /// @dev Reverts with InvalidRecipient, NotWholeGwei, IInbox.DepositTooSmall, IInbox.TooLateToArrive.
    /// @return index the deposit's number
    function deposit(address account) external payable returns (uint64 index);

    /// @notice Sends a call to `target` on L2. A payment goes with it: it is deposited to L1Messenger, by the rules of a deposit.
    /// @dev Reverts with InvalidRecipient, NotWholeGwei, IInbox.DepositTooSmall, IInbox.TooLateToArrive, MessageTrees.TreeFull.
    /// @return nonce the message's leaf in the message tree
    function sendMessage(address target, bytes calldata data) external payable returns (uint64 nonce);

    /// @notice Carries out a message from L2, once, when the claim whose state has it is confirmed. By anyone; the target is
    /// called by `caller`. When it fails everything reverts, and the message can be tried again.
    /// @dev Reverts with AlreadyWithdrawn, NotConfirmed, WrongBoundary, OutboxNotProven, NotSent, CallFailed, with the errors of the trie
    /// libraries for a proof that is not exact, and when called from within.
    function withdraw(Message calldata message, WithdrawalProof calldata proof) external;

    /// @notice Keeps the Outbox's storage root at the end of a confirmed claim, so that what is withdrawn by that claim needs
    /// neither boundary nor account proof: half the price, for whoever withdraws more than once.
    /// @dev Reverts with NotConfirmed, WrongBoundary, and with the errors of the trie libraries.
    function proveOutbox(ClaimKey calldata claim, bytes calldata boundary, bytes[] calldata accountProof) external;

    /// @notice What a deposit must have in this block, wei.
    function minimumDeposit() external view returns (uint256);

    /// @notice Whether the message from L2 has been carried out.
    function withdrawn(bytes32 hash) external view returns (bool);

    /// @notice The Outbox's storage root at the end of a claim for which `proveOutbox` has been called; else zero.
    function outboxRoot(ClaimId claim) external view returns (bytes32);

    /// @notice Who makes the calls. It owns nothing.
    function caller() external view returns (ICaller);

    /// @notice Where deposits and messages are queued, fixed at deployment.
    function inbox() external view returns (IInbox);

    /// @notice Whose confirmed claims withdrawals are proven against, fixed at deployment.
    function rollup() external view returns (IRollup);
}
