// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../authenticated/Account.sol";
import {HashChain} from "../../authenticated/HashChain.sol";
import {Scratch} from "../../authenticated/Scratch.sol";
import {Slice} from "../../authenticated/Slice.sol";
import {Tx} from "../../machine/Tx.sol";
import {Gas} from "../../rules/Gas.sol";
import {Opcode} from "../../rules/Opcode.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {OpcodeFamily} from "../OpcodeFamily.sol";
import {Stack} from "../Stack.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Warmth} from "../Warmth.sol";

/// @notice SELFDESTRUCT (EIP-6780): sends the whole balance away, and destroys the account only if this transaction has
/// created it.
contract SelfDestruct is OpcodeFamily {
    function _execute(Step memory step, bytes calldata, uint8 opcode) internal pure override returns (bool) {
        if (opcode != Opcode.SELFDESTRUCT) revert WrongFamily(opcode);

        // STACK
        (bool ok, uint256[] memory items) = Stack.pop(step, 1, 0);
        if (!ok || step.call.isStatic) return false;
        // An address is the lower 20 bytes of an operand.
        // forge-lint: disable-next-line(unsafe-typecast)
        address beneficiary = address(uint160(items[0]));

        // GAS
        bool isWarm = Warmth.isWarm(step, beneficiary);
        uint256 balance = State.read(step, step.call.self).balance;
        bool isNew = State.read(step, beneficiary).isEmpty();
        bool isCreated = Scratch.isCreated(step.witness.nodes, step.machine.scratchRoot, step.call.self);
        uint256 price = Gas.SELFDESTRUCT;
        if (!isWarm) price += Gas.COLD_ACCOUNT_ACCESS;
        if (isNew && balance != 0) price += Gas.NEW_ACCOUNT;
        if (!step.charge(price)) return false;

        // OPERATION
        if (!isWarm) Warmth.warm(step, beneficiary);
        _empty(step, beneficiary, balance, isCreated);
        if (isCreated) _pushDestruct(step);
        Slice memory none;
        FrameEnd.succeed(step, none);
        return true;
    }

    /// @dev What an account that goes leaves to itself is burnt; one that stays keeps it.
    function _empty(Step memory step, address beneficiary, uint256 balance, bool isCreated) private pure {
        address self = step.call.self;
        if (beneficiary != self) {
            State.transfer(step, self, beneficiary, balance);
        } else if (isCreated) {
            Account memory account = State.read(step, self);
            account.balance = 0;
            State.write(step, self, account);
        }
    }

    function _pushDestruct(Step memory step) private pure {
        Tx memory transaction = step.tx;
        transaction.destructsHash = HashChain.push(transaction.destructsHash, bytes32(uint256(uint160(step.call.self))));
        ++transaction.destructCount;
    }
}
