// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStepVerifier, StepContext} from "../interfaces/IStepVerifier.sol";
import {FrameCodec} from "../machine/Frame.sol";
import {MachineCodec} from "../machine/Machine.sol";
import {Phase} from "../machine/Phase.sol";
import {CodeReader} from "./CodeReader.sol";
import {Dispatch} from "./Dispatch.sol";
import {Family} from "./Family.sol";
import {Cursor, Cursors} from "./Witness.sol";

/// @notice Verifies every step, by forwarding it to the family that its phase and opcode belong to.
/// @dev What it reads of the witness it does not prove: the family does, and reverts unless the step is one of its own.
contract StepVerifier is IStepVerifier {
    /// @notice Not one contract for each family.
    error WrongFamilies(uint256 count);
    /// @notice There is no contract for this family.
    error MissingFamily(Family family);

    uint256 private constant FAMILIES = uint256(type(Family).max) + 1;

    IStepVerifier private immutable ARITHMETIC;
    IStepVerifier private immutable COMPARISON;
    IStepVerifier private immutable BITWISE;
    IStepVerifier private immutable STACK_ITEMS;
    IStepVerifier private immutable CONTROL_FLOW;
    IStepVerifier private immutable RETURN;
    IStepVerifier private immutable ENVIRONMENT;
    IStepVerifier private immutable STATE_READS;
    IStepVerifier private immutable MEMORY_ACCESS;
    IStepVerifier private immutable COPIES;
    IStepVerifier private immutable KECCAK;
    IStepVerifier private immutable LOG;
    IStepVerifier private immutable STORAGE;
    IStepVerifier private immutable CALLS;
    IStepVerifier private immutable CREATE;
    IStepVerifier private immutable SELF_DESTRUCT;
    IStepVerifier private immutable FIXED_POINT;
    IStepVerifier private immutable BLOCK_BEGIN;
    IStepVerifier private immutable BLOB;
    IStepVerifier private immutable TX_BEGIN;
    IStepVerifier private immutable ACCESS_LIST;
    IStepVerifier private immutable AUTHORIZE;
    IStepVerifier private immutable ENTER;
    IStepVerifier private immutable PRECOMPILES;
    IStepVerifier private immutable COPY;
    IStepVerifier private immutable ABSORB;
    IStepVerifier private immutable CREATION;
    IStepVerifier private immutable SETTLE;
    IStepVerifier private immutable DESTRUCT;
    IStepVerifier private immutable BLOCK_END;

    /// @param families the contract of each `Family`, in that order
    constructor(IStepVerifier[] memory families) {
        if (families.length != FAMILIES) revert WrongFamilies(families.length);
        for (uint256 i = 0; i < FAMILIES; ++i) {
            if (address(families[i]).code.length == 0) revert MissingFamily(Family(i));
        }
        ARITHMETIC = families[uint256(Family.Arithmetic)];
        COMPARISON = families[uint256(Family.Comparison)];
        BITWISE = families[uint256(Family.Bitwise)];
        STACK_ITEMS = families[uint256(Family.StackItems)];
        CONTROL_FLOW = families[uint256(Family.ControlFlow)];
        RETURN = families[uint256(Family.Return)];
        ENVIRONMENT = families[uint256(Family.Environment)];
        STATE_READS = families[uint256(Family.StateReads)];
        MEMORY_ACCESS = families[uint256(Family.MemoryAccess)];
        COPIES = families[uint256(Family.Copies)];
        KECCAK = families[uint256(Family.Keccak)];
        LOG = families[uint256(Family.Log)];
        STORAGE = families[uint256(Family.Storage)];
        CALLS = families[uint256(Family.Calls)];
        CREATE = families[uint256(Family.Create)];
        SELF_DESTRUCT = families[uint256(Family.SelfDestruct)];
        FIXED_POINT = families[uint256(Family.FixedPoint)];
        BLOCK_BEGIN = families[uint256(Family.BlockBegin)];
        BLOB = families[uint256(Family.Blob)];
        TX_BEGIN = families[uint256(Family.TxBegin)];
        ACCESS_LIST = families[uint256(Family.AccessList)];
        AUTHORIZE = families[uint256(Family.Authorize)];
        ENTER = families[uint256(Family.Enter)];
        PRECOMPILES = families[uint256(Family.Precompiles)];
        COPY = families[uint256(Family.Copy)];
        ABSORB = families[uint256(Family.Absorb)];
        CREATION = families[uint256(Family.Creation)];
        SETTLE = families[uint256(Family.Settle)];
        DESTRUCT = families[uint256(Family.Destruct)];
        BLOCK_END = families[uint256(Family.BlockEnd)];
    }

    /// @inheritdoc IStepVerifier
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        view
        returns (bytes32 postState)
    {
        return contractOf(_familyOf(context, witness)).next(context, preState, witness);
    }

    /// @notice The contract of a family.
    function contractOf(Family family) public view returns (IStepVerifier) {
        return [
            ARITHMETIC,
            COMPARISON,
            BITWISE,
            STACK_ITEMS,
            CONTROL_FLOW,
            RETURN,
            ENVIRONMENT,
            STATE_READS,
            MEMORY_ACCESS,
            COPIES,
            KECCAK,
            LOG,
            STORAGE,
            CALLS,
            CREATE,
            SELF_DESTRUCT,
            FIXED_POINT,
            BLOCK_BEGIN,
            BLOB,
            TX_BEGIN,
            ACCESS_LIST,
            AUTHORIZE,
            ENTER,
            PRECOMPILES,
            COPY,
            ABSORB,
            CREATION,
            SETTLE,
            DESTRUCT,
            BLOCK_END
        ][uint256(family)];
    }

    /// @dev The running code is the first of the witness's; without codes it is empty and its opcode STOP.
    function _familyOf(StepContext calldata context, bytes calldata witness) private pure returns (Family) {
        Cursor memory cursor = Cursors.open(witness);
        uint8 phase = MachineCodec.decode(cursor.readBytes()).phase;
        if (phase != Phase.RUNNING) return Dispatch.ofPhase(context, phase);

        cursor.readBytes(); // block
        cursor.readBytes(); // tx
        uint256 pc = FrameCodec.decode(cursor.readBytes()).pc;
        cursor.readBytes(); // call
        cursor.readBytes(); // job
        cursor.readBytes(); // resumed
        cursor.skip(32); // the stack's rest
        cursor.skip(32 * cursor.readUint(1));
        for (uint256 ranges = cursor.readUint(1); ranges > 0; --ranges) {
            cursor.skipRange();
        }
        bool hasCode = cursor.readUint(1) != 0;
        bytes calldata code = cursor.readSized(hasCode ? cursor.readUint(3) : 0);
        return Dispatch.ofOpcode(CodeReader.opcodeAt(code, pc));
    }
}
