// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StepContext} from "../interfaces/IStepVerifier.sol";
import {Phase} from "../machine/Phase.sol";
import {Limits} from "../rules/Limits.sol";
import {Family} from "./Family.sol";

/// @notice Which family verifies a step.
library Dispatch {
    /// @notice There is no such phase.
    error UnknownPhase(uint8 phase);

    /// @dev A digit an opcode, a line for each sixteen: the family's number. Undefined opcodes halt, in ControlFlow.
    bytes private constant OPCODES = hex"4000000000004444" // STOP, arithmetic
        hex"1111112222222224" // comparisons, bitwise logic
        hex"a444444444444444" // KECCAK256
        hex"6766666969679697" // the call's and transaction's environment, copies, other accounts
        hex"7666666766644444" // the block's environment
        hex"3888cc444644cc83" // stack, memory, storage, control flow
        hex"3333333333333333" // PUSH1 to PUSH16
        hex"3333333333333333" // PUSH17 to PUSH32
        hex"3333333333333333" // DUP
        hex"3333333333333333" // SWAP
        hex"bbbbb44444444444" // LOG
        hex"4444444444444444" // none
        hex"4444444444444444" // none
        hex"4444444444444444" // none
        hex"4444444444444444" // none
        hex"edd5de4444d4454f"; // calls, creations, ends of a frame

    /// @notice The family of an opcode.
    function ofOpcode(uint8 opcode) internal pure returns (Family) {
        uint8 pair = uint8(OPCODES[opcode / 2]);
        return Family(opcode % 2 == 0 ? pair >> 4 : pair & 15);
    }

    /// @notice The family of a step in any phase but Running.
    function ofPhase(StepContext calldata context, uint8 phase) internal pure returns (Family) {
        if (phase == Phase.BOUNDARY) return _ofBoundary(context);
        if (phase == Phase.ACCESS_LIST) return Family.AccessList;
        if (phase == Phase.AUTHORIZE) return Family.Authorize;
        if (phase == Phase.ENTER) return Family.Enter;
        if (phase == Phase.PRECOMPILE) return Family.Precompiles;
        if (phase == Phase.COPY) return Family.Copy;
        if (phase == Phase.ABSORB) return Family.Absorb;
        if (phase == Phase.CREATE) return Family.Creation;
        if (phase == Phase.SETTLE) return Family.Settle;
        if (phase == Phase.DESTRUCT) return Family.Destruct;
        if (phase == Phase.DEPOSITS) return Family.BlockEnd;
        if (phase == Phase.BLOB) return Family.Blob;
        revert UnknownPhase(phase);
    }

    function _ofBoundary(StepContext calldata context) private pure returns (Family) {
        if (context.step != 0 || !context.inDomain) return Family.FixedPoint;
        uint256 slot = context.slot % Limits.BLOCK_SLOTS;
        if (slot == 0) return Family.BlockBegin;
        return slot == Limits.BLOCK_SLOTS - 1 ? Family.BlockEnd : Family.TxBegin;
    }
}
