// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {AccountStorage} from "../../authenticated/AccountStorage.sol";
import {Addresses} from "../../rules/Addresses.sol";
import {Gas} from "../../rules/Gas.sol";
import {Limits} from "../../rules/Limits.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice BALANCE, SELFBALANCE, EXTCODESIZE, EXTCODEHASH and BLOCKHASH.
contract StateReads is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode == Opcode.SELFBALANCE) return _ownBalance(step);
        if (opcode == Opcode.BLOCKHASH) return _blockHash(step);
        if (opcode != Opcode.BALANCE && opcode != Opcode.EXTCODESIZE && opcode != Opcode.EXTCODEHASH) {
            revert WrongFamily(opcode);
        }

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;
        // An address is the low 20 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        address account = address(uint160(items[0]));

        // GAS
        bool warm = Warmth.isWarm(step, account);
        Account memory found = State.read(step, account);
        uint256 result = _property(step, opcode, found);
        if (!step.charge(warm ? Gas.WARM_ACCESS : Gas.COLD_ACCOUNT_ACCESS)) return false;

        // OPERATION
        if (!warm) Warmth.warm(step, account);
        Stack.push(step.frame, result);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _ownBalance(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok,) = Stack.pop(step, 0, 1);
        if (!ok) return false;

        // GAS
        uint256 balance = State.read(step, step.call.self).balance;
        if (!step.charge(Gas.LOW)) return false;

        // OPERATION
        Stack.push(step.frame, balance);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    function _blockHash(Step memory step) private pure returns (bool) {
        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 1);
        if (!ok) return false;

        // GAS
        uint256 result = _pastHash(step, items[0]);
        if (!step.charge(Gas.BLOCKHASH)) return false;

        // OPERATION
        Stack.push(step.frame, result);

        // PROGRAM COUNTER
        ++step.frame.pc;
        return true;
    }

    /// @dev Hash of the block `number`, from the history contract's storage; zero if it is not a recent one.
    function _pastHash(Step memory step, uint256 number) private pure returns (uint256) {
        uint256 present = step.block.number;
        if (number >= present || present - number > Limits.BLOCKHASH_WINDOW) return 0;
        bytes32 storageRoot = State.read(step, Addresses.HISTORY).storageRoot;
        bytes32 slot = bytes32(number % Limits.HISTORY_WINDOW);
        return AccountStorage.readSlot(step.witness.nodes, storageRoot, slot);
    }

    function _property(Step memory step, uint8 opcode, Account memory account) private pure returns (uint256) {
        if (opcode == Opcode.BALANCE) return account.balance;
        if (opcode == Opcode.EXTCODESIZE) return step.witness.code(account.codeHash).length;
        return account.isEmpty() ? 0 : uint256(account.codeHash);
    }
}
