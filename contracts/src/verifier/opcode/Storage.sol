// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../../authenticated/Account.sol";
import {AccountStorage} from "../../authenticated/AccountStorage.sol";
import {NodeBag} from "../../authenticated/NodeBag.sol";
import {Scratch} from "../../authenticated/Scratch.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice SLOAD and SSTORE, TLOAD and TSTORE (EIP-1153).
contract Storage is OpcodeFamily {
    /// @dev A slot at the times that SSTORE prices by.
    struct Slot {
        bool isWarm;
        /// Before the transaction.
        uint256 original;
        /// Before this step.
        uint256 current;
        uint256 wanted;
    }

    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.SLOAD) return _load(step);
        if (opcode == Opcode.SSTORE) return _store(step);
        if (opcode == Opcode.TLOAD) return _loadTransient(step);
        if (opcode == Opcode.TSTORE) return _storeTransient(step);
        revert WrongFamily(opcode);
    }

    function _load(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;
        address self = step.call.self;
        bytes32 key = bytes32(items[0]);

        // GAS
        bool isWarm = Warmth.isWarm(step, self, key);
        bytes32 storageRoot = State.read(step, self).storageRoot;
        uint256 value = AccountStorage.readSlot(step.witness.nodes, storageRoot, key);
        if (!step.charge(isWarm ? Gas.WARM_ACCESS : Gas.COLD_SLOT_ACCESS)) return false;

        // OPERATION
        if (!isWarm) Warmth.warm(step, self, key);
        Stack.push(step.frame, value);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _store(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 0);
        if (!ok || step.call.isStatic) return false;
        address self = step.call.self;
        bytes32 key = bytes32(items[0]);

        // GAS
        Account memory account = State.read(step, self);
        Slot memory slot = _slot(step, account.storageRoot, key, items[1]);
        if (step.frame.gas <= Gas.STORAGE_SENTRY || !step.charge(_price(slot))) return false;

        // OPERATION
        _refund(step, slot);
        if (!slot.isWarm) Warmth.warm(step, self, key);
        if (slot.wanted != slot.current) {
            account.storageRoot = AccountStorage.writeSlot(step.witness.nodes, account.storageRoot, key, slot.wanted);
            State.write(step, self, account);
        }

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _loadTransient(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;

        // GAS
        uint256 value =
            Scratch.readTransient(step.witness.nodes, step.machine.scratchRoot, step.call.self, bytes32(items[0]));
        if (!step.charge(Gas.WARM_ACCESS)) return false;

        // OPERATION
        Stack.push(step.frame, value);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _storeTransient(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 2, 0);
        if (!ok || step.call.isStatic) return false;

        // GAS
        if (!step.charge(Gas.WARM_ACCESS)) return false;

        // OPERATION
        step.machine.scratchRoot = Scratch.writeTransient(
            step.witness.nodes, step.machine.scratchRoot, step.call.self, bytes32(items[0]), items[1]
        );

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _slot(Step memory step, bytes32 storageRoot, bytes32 key, uint256 wanted)
        private
        pure
        returns (Slot memory slot)
    {
        NodeBag memory nodes = step.witness.nodes;
        address self = step.call.self;
        slot.isWarm = Warmth.isWarm(step, self, key);
        slot.current = AccountStorage.readSlot(nodes, storageRoot, key);
        bytes32 originalRoot = Accounts.read(nodes, step.tx.startStateRoot, self).storageRoot;
        slot.original = AccountStorage.readSlot(nodes, originalRoot, key);
        slot.wanted = wanted;
    }

    /// @dev EIP-2200 with the prices of EIP-2929.
    function _price(Slot memory slot) private pure returns (uint256 price) {
        if (!slot.isWarm) price = Gas.COLD_SLOT_ACCESS;
        if (slot.wanted == slot.current || slot.current != slot.original) return price + Gas.WARM_ACCESS;
        return price + (slot.original == 0 ? Gas.STORAGE_SET : Gas.STORAGE_CHANGE);
    }

    /// @dev EIP-2200 with the refunds of EIP-3529. The counter never falls below zero: what is taken back here was given
    /// when the slot became zero, in the same transaction and not reverted since.
    function _refund(Step memory step, Slot memory slot) private pure {
        if (slot.wanted == slot.current) return;
        uint256 refund = step.tx.refund;
        if (slot.original != 0) {
            if (slot.current == 0) refund -= Gas.STORAGE_CLEAR_REFUND;
            if (slot.wanted == 0) refund += Gas.STORAGE_CLEAR_REFUND;
        }
        if (slot.wanted == slot.original) {
            refund += (slot.original == 0 ? Gas.STORAGE_SET : Gas.STORAGE_CHANGE) - Gas.WARM_ACCESS;
        }
        // Below the gas that the transaction has paid.
        // forge-lint: disable-next-line(unsafe-typecast)
        step.tx.refund = uint64(refund);
    }
}
