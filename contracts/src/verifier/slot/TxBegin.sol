// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../../authenticated/Account.sol";
import {Mpt} from "../../authenticated/Mpt.sol";
import {Slice} from "../../authenticated/Slice.sol";
import {Span, Spans} from "../../authenticated/Span.sol";
import {Block} from "../../machine/Block.sol";
import {Tx} from "../../machine/Tx.sol";
import {Delegation} from "../../rules/Delegation.sol";
import {Limits} from "../../rules/Limits.sol";
import {ContractAddress} from "../ContractAddress.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Boundary} from "./Boundary.sol";
import {IntrinsicGas} from "./IntrinsicGas.sol";
import {Prologue} from "./Prologue.sol";
import {Transaction, TransactionDecoder} from "./TransactionDecoder.sol";

/// @notice The first step of a slot between a block's first and last: takes the next entry of the batch, skips it or begins
/// its transaction (docs/protocol.md, section 5). All validity is decided here.
contract TxBegin is PhaseFamily {
    /// @dev Bytes of the length in front of an entry.
    uint256 private constant _PREFIX = 2;

    /// @notice The most gas a transaction may ask for; others are skipped.
    uint64 public immutable TRANSACTION_GAS;

    /// @param transactionGas the most gas a transaction may ask for
    constructor(uint64 transactionGas) {
        TRANSACTION_GAS = transactionGas;
    }

    /// @dev The entry that the slot takes.
    struct Entry {
        /// Its first byte's position in the batch.
        uint256 position;
        bytes data;
    }

    function _advance(Step memory step) internal view override {
        uint256 slot = Boundary.slotOf(step, true);
        if (slot == 0 || slot == Limits.BLOCK_SLOTS - 1) revert Boundary.WrongSlot(slot);

        (bool found, Entry memory entry) = _takeEntry(step);
        if (!found) return;
        (bool valid, Transaction memory transaction) = TransactionDecoder.decode(entry.data, step.block.chainId);
        if (!valid) return;
        (uint256 intrinsic, uint256 floor) = IntrinsicGas.gasOf(transaction);
        if (!_isSound(step.block, transaction, intrinsic, floor)) return;
        Account memory sender = State.read(step, transaction.sender);
        if (!_canSend(step, sender, transaction)) return;
        _begin(step, entry, transaction, sender);
        // Both are at most the gas limit.
        // forge-lint: disable-next-line(unsafe-typecast)
        (step.tx.gasLeft, step.tx.floorGas) = (transaction.gasLimit - uint64(intrinsic), uint64(floor));
    }

    /// @dev The batch's next entry, if it has one; the cursor moves behind it.
    function _takeEntry(Step memory step) private pure returns (bool found, Entry memory entry) {
        Block memory block_ = step.block;
        uint256 left = block_.batch.length - block_.cursor;
        if (left < _PREFIX) return (false, entry);
        uint256 length = uint16(bytes2(Ranges.read(step, block_.batch, block_.cursor, _PREFIX)));
        if (length == 0 || length > left - _PREFIX) return (false, entry);
        entry.position = block_.cursor + _PREFIX;
        entry.data = Ranges.read(step, block_.batch, entry.position, length);
        // Inside the batch.
        // forge-lint: disable-next-line(unsafe-typecast)
        block_.cursor = uint32(entry.position + length);
        return (true, entry);
    }

    /// @dev The checks that read no state.
    function _isSound(Block memory block_, Transaction memory transaction, uint256 intrinsic, uint256 floor)
        private
        view
        returns (bool)
    {
        uint256 gasLimit = transaction.gasLimit;
        if (gasLimit > TRANSACTION_GAS || gasLimit + block_.gasUsed > block_.gasLimit) return false;
        if (transaction.create && transaction.data.length() > Limits.INITCODE_BYTES) return false;
        if (gasLimit < intrinsic || gasLimit < floor) return false;
        return transaction.feeCap >= block_.baseFee && transaction.tipCap <= transaction.feeCap;
    }

    /// @dev The checks of the sender's account: no code but a delegation (EIP-3607), its nonce and its balance.
    function _canSend(Step memory step, Account memory sender, Transaction memory transaction)
        private
        pure
        returns (bool)
    {
        if (!Delegation.isPossible(step.witness.code(sender.codeHash))) return false;
        if (sender.nonce != transaction.nonce) return false;
        // Below 2^192.
        uint256 gasCost = uint256(transaction.gasLimit) * transaction.feeCap;
        return sender.balance >= gasCost && sender.balance - gasCost >= transaction.value;
    }

    function _begin(Step memory step, Entry memory entry, Transaction memory transaction, Account memory sender)
        private
        pure
    {
        Tx memory begun;
        begun.kind = transaction.kind;
        begun.create = transaction.create;
        begun.hash = keccak256(entry.data);
        begun.sender = transaction.sender;
        begun.to =
            transaction.create ? ContractAddress.fromNonce(transaction.sender, transaction.nonce) : transaction.to;
        begun.data = _part(step.block.batch, entry, transaction.data);
        begun.authorizations = _part(step.block.batch, entry, transaction.authorizations);
        begun.value = transaction.value;
        begun.gasLimit = transaction.gasLimit;
        begun.priorityFee = _priorityFee(transaction, step.block.baseFee);
        begun.gasPrice = step.block.baseFee + begun.priorityFee;
        begun.startStateRoot = step.machine.stateRoot;
        step.tx = begun;

        ++sender.nonce;
        sender.balance -= begun.gasLimit * begun.gasPrice;
        State.write(step, begun.sender, sender);
        step.machine.scratchRoot = Mpt.EMPTY_ROOT;
        Prologue.begin(step, _part(step.block.batch, entry, transaction.accessList));
    }

    /// @dev EIP-1559; other transactions give all above the base fee.
    function _priorityFee(Transaction memory transaction, uint256 baseFee) private pure returns (uint256) {
        uint256 most = transaction.feeCap - baseFee;
        return transaction.tipCap < most ? transaction.tipCap : most;
    }

    /// @dev The part of the batch that `span`, which points into the entry, is a copy of.
    function _part(Slice memory batch, Entry memory entry, Span span) private pure returns (Slice memory part) {
        if (span.length() == 0) return part;
        return batch.part(entry.position + span.pointer() - Spans.from(entry.data).pointer(), span.length());
    }
}
