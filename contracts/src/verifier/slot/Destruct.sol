// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../../authenticated/Account.sol";
import {HashChain} from "../../authenticated/HashChain.sol";
import {Mpt} from "../../authenticated/Mpt.sol";
import {Phase} from "../../machine/Phase.sol";
import {Tx} from "../../machine/Tx.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Step} from "../Step.sol";

/// @notice The Destruct phase: removes one of the accounts that the transaction has created and destroyed, the last first.
contract Destruct is PhaseFamily {
    /// @notice The witness's record is not the end of the chain of destroyed accounts.
    error WrongDestruct();

    /// @dev The chain below and an address.
    uint256 private constant _RECORD_SIZE = 52;

    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.DESTRUCT);
        bytes calldata record = step.witness.takeRecord();
        if (record.length != _RECORD_SIZE) revert WrongDestruct();
        bytes32 below = bytes32(record[:32]);
        address account = address(bytes20(record[32:]));
        Tx memory transaction = step.tx;
        if (HashChain.push(below, bytes32(uint256(uint160(account)))) != transaction.destructsHash) {
            revert WrongDestruct();
        }

        step.machine.stateRoot = Mpt.remove(step.witness.nodes, step.machine.stateRoot, Accounts.path(account));
        transaction.destructsHash = below;
        --transaction.destructCount;
        if (transaction.destructCount == 0) step.machine.phase = Phase.BOUNDARY;
    }
}
