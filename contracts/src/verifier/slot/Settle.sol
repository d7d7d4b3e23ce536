// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Block} from "../../machine/Block.sol";
import {Phase} from "../../machine/Phase.sol";
import {Tx} from "../../machine/Tx.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {SystemCall} from "./SystemCall.sol";

/// @notice The Settle phase: pays for the transaction and adds its receipt, or ends a system call.
contract Settle is PhaseFamily {
    /// @dev At most this part of the gas used is refunded (EIP-3529).
    uint256 private constant _REFUND_QUOTIENT = 5;

    function _advance(Step memory step) internal pure override {
        step.requirePhase(Phase.SETTLE);
        uint8 kind = step.tx.kind;
        if (kind == SystemCall.BEACON_ROOT) {
            SystemCall.beginParentHash(step);
        } else if (kind == SystemCall.PARENT_HASH) {
            step.machine.phase = Phase.BOUNDARY;
        } else {
            _settle(step);
        }
    }

    function _settle(Step memory step) private pure {
        Tx memory transaction = step.tx;
        Block memory block_ = step.block;
        uint64 used = _gasUsed(transaction);
        State.credit(step, transaction.sender, (transaction.gasLimit - used) * transaction.gasPrice);
        State.credit(step, block_.feeRecipient, used * transaction.priorityFee);

        block_.gasUsed += used;
        block_.receiptsHash = keccak256(
            abi.encodePacked(
                block_.receiptsHash, transaction.hash, transaction.status, block_.gasUsed, transaction.logsHash
            )
        );
        step.machine.phase = transaction.destructCount > 0 ? Phase.DESTRUCT : Phase.BOUNDARY;
    }

    /// @dev What the sender pays for: less the refund, but not below the floor (EIP-7623).
    function _gasUsed(Tx memory transaction) private pure returns (uint64) {
        uint256 used = transaction.gasLimit - transaction.gasLeft;
        uint256 most = used / _REFUND_QUOTIENT;
        used -= transaction.refund < most ? transaction.refund : most;
        if (used < transaction.floorGas) return transaction.floorGas;
        // At most the gas limit.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(used);
    }
}
