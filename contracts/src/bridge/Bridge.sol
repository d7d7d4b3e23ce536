// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {NodeBags} from "../authenticated/NodeBag.sol";
import {IBridge, WithdrawalProof} from "../interfaces/IBridge.sol";
import {ICaller} from "../interfaces/ICaller.sol";
import {IInbox} from "../interfaces/IInbox.sol";
import {ClaimStatus, IRollup} from "../interfaces/IRollup.sol";
import {Machine, MachineCodec} from "../machine/Machine.sol";
import {Predeploys} from "../rules/Predeploys.sol";
import {ClaimKey} from "../types/ClaimKey.sol";
import {ClaimId} from "../types/Ids.sol";
import {Direction, Message} from "../types/Message.sol";
import {Caller} from "./Caller.sol";
import {OutboxProof} from "./OutboxProof.sol";

/// @title Bridge
/// @dev Its ETH is at least what the rollup can still withdraw, provided that its genesis has none: each wei on L2 came in
/// through `_queue`, and each that leaves goes once through the Outbox. Nobody owns it.
contract Bridge is IBridge, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @inheritdoc IBridge
    IInbox public immutable inbox;
    /// @inheritdoc IBridge
    IRollup public immutable rollup;
    /// @inheritdoc IBridge
    ICaller public immutable caller;

    /// @inheritdoc IBridge
    mapping(bytes32 hash => bool) public withdrawn;
    /// @inheritdoc IBridge
    mapping(ClaimId => bytes32) public outboxRoot;

    /// @param inbox_ one that was deployed for this Bridge
    /// @param rollup_ the claims about the blocks of that Inbox
    constructor(IInbox inbox_, IRollup rollup_) {
        if (inbox_.bridge() != address(this)) revert NotWired(address(inbox_));
        if (address(rollup_.inbox()) != address(inbox_)) revert NotWired(address(rollup_));
        inbox = inbox_;
        rollup = rollup_;
        caller = new Caller();
    }

    /// @inheritdoc IBridge
    function deposit(address account) external payable returns (uint64 index) {
        _requireRecipient(account);
        return _queue(account);
    }

    /// @inheritdoc IBridge
    function sendMessage(address target, bytes calldata data) external payable returns (uint64 nonce) {
        _requireRecipient(target);
        if (msg.value != 0) _queue(Predeploys.L1_MESSENGER);
        nonce = inbox.messageCount();
        bytes32 hash =
            Message(nonce, msg.sender, target, msg.value, data).hash(Direction.Down, block.chainid, address(this));
        inbox.pushMessage(hash);
        emit MessageSent(hash, msg.sender, target, nonce, msg.value, data);
    }

    /// @inheritdoc IBridge
    function withdraw(Message calldata message, WithdrawalProof calldata proof) external nonReentrant {
        bytes32 hash = message.hash(Direction.Up, block.chainid, address(this));
        if (withdrawn[hash]) revert AlreadyWithdrawn(hash);
        bytes32 root = _outboxRoot(proof);
        if (!OutboxProof.isSent(root, hash, proof.storageProof)) revert NotSent(hash);
        withdrawn[hash] = true;
        emit Withdrawn(hash, message.target, message.value);
        bool success = caller.call{value: message.value}(message.sender, message.target, message.data);
        if (!success) revert CallFailed(message.target);
    }

    /// @inheritdoc IBridge
    function proveOutbox(ClaimKey calldata claim, bytes calldata boundary, bytes[] calldata accountProof) external {
        ClaimId id = claim.id();
        bytes32 root = _proveOutbox(id, claim.boundary, boundary, accountProof);
        outboxRoot[id] = root;
        emit OutboxProven(id, root);
    }

    /// @inheritdoc IBridge
    function minimumDeposit() external view returns (uint256) {
        return inbox.minimumDeposit() * 1 gwei;
    }

    /// @dev Queues the payment for `account` on L2.
    function _queue(address account) private returns (uint64 index) {
        if (msg.value % 1 gwei != 0) revert NotWholeGwei(msg.value);
        index = inbox.queueDeposit(account, (msg.value / 1 gwei).toUint64());
        emit Deposited(index, account, msg.value);
    }

    /// @dev The Outbox's storage root at the end of the proof's claim: proven now, or before, which a proof without a boundary
    /// says.
    function _outboxRoot(WithdrawalProof calldata proof) private view returns (bytes32 root) {
        ClaimId id = proof.claim.id();
        if (proof.boundary.length != 0) {
            return _proveOutbox(id, proof.claim.boundary, proof.boundary, proof.accountProof);
        }
        root = outboxRoot[id];
        if (root == 0) revert OutboxNotProven(id);
        if (proof.accountProof.length != 0) revert NodeBags.UnusedNode(0);
    }

    /// @dev The Outbox's storage root at the end of claim `id`, which must be confirmed, and at whose end the machine has the
    /// hash `expected`.
    function _proveOutbox(ClaimId id, bytes32 expected, bytes calldata boundary, bytes[] calldata accountProof)
        private
        view
        returns (bytes32)
    {
        ClaimStatus status = rollup.claims(id).status;
        if (status != ClaimStatus.Confirmed) revert NotConfirmed(id, status);
        Machine memory machine = MachineCodec.decode(boundary);
        bytes32 given = MachineCodec.hash(machine);
        if (given != expected) revert WrongBoundary(expected, given);
        return OutboxProof.storageRoot(machine.stateRoot, accountProof);
    }

    /// @dev Whoever it is sent to on L2 can take it.
    function _requireRecipient(address account) private pure {
        if (account == address(0) || account == Predeploys.L1_MESSENGER) revert InvalidRecipient(account);
    }
}
