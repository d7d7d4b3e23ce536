// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Block} from "../../machine/Block.sol";
import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {State} from "../State.sol";
import {Step} from "../Step.sol";
import {Boundary} from "./Boundary.sol";
import {Header} from "./Header.sol";

/// @notice A block's last slot: credits its deposits (EIP-4895), one a step, then seals it.
contract BlockEnd is PhaseFamily {
    /// @notice The witness's record is not the packed deposits of the block.
    error WrongDeposits();

    /// @dev A packed deposit: index u64, address, amount u64 in gwei.
    uint256 private constant _DEPOSIT_SIZE = 36;
    uint256 private constant _ADDRESS_START = 8;
    uint256 private constant _AMOUNT_START = 28;

    function _advance(Step memory step) internal pure override {
        if (step.machine.phase == Phase.DEPOSITS) {
            if (step.block.depositsDone < step.block.depositCount) _credit(step);
            else _seal(step);
            return;
        }
        uint256 slot = Boundary.slotOf(step, true);
        if (slot != Limits.BLOCK_SLOTS - 1) revert Boundary.WrongSlot(slot);
        step.machine.phase = Phase.DEPOSITS;
    }

    function _credit(Step memory step) private pure {
        Block memory block_ = step.block;
        bytes calldata deposits = step.witness.takeRecord();
        if (deposits.length != _DEPOSIT_SIZE * block_.depositCount || keccak256(deposits) != block_.depositsHash) {
            revert WrongDeposits();
        }
        bytes calldata deposit = deposits[_DEPOSIT_SIZE * block_.depositsDone:];
        address account = address(bytes20(deposit[_ADDRESS_START:_AMOUNT_START]));
        uint256 amount = uint64(bytes8(deposit[_AMOUNT_START:_DEPOSIT_SIZE]));
        State.credit(step, account, amount * 1 gwei);
        ++block_.depositsDone;
    }

    /// @dev Number, time, base fee and the gas of the block stay, for the next one.
    function _seal(Step memory step) private pure {
        Block memory block_ = step.block;
        Slice memory none;
        block_.headHash = Header.hash(block_, step.machine.stateRoot);
        block_.prevRandao = 0;
        block_.feeRecipient = address(0);
        block_.l1MessageRoot = 0;
        block_.batch = none;
        block_.cursor = 0;
        block_.receiptsHash = 0;
        block_.depositsHash = 0;
        block_.depositCount = 0;
        block_.depositsDone = 0;
        block_.open = false;
        step.machine.phase = Phase.BOUNDARY;
    }
}
