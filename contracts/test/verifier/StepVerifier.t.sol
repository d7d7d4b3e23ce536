// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {IStepVerifier, StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Opcode} from "../../src/rules/Opcode.sol";
import {Dispatch} from "../../src/verifier/Dispatch.sol";
import {Family} from "../../src/verifier/Family.sol";
import {OpcodeFamily} from "../../src/verifier/OpcodeFamily.sol";
import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {FamilyTest} from "../support/FamilyTest.sol";
import {Scene, Scenes} from "../support/Scene.sol";
import {Verifiers} from "../support/Verifiers.sol";

/// @notice The whole verifier: that every opcode reaches its family and no other takes it, and that each of them has a
/// successor however it fails (ATTACKS T48, T50).
contract StepVerifierTest is FamilyTest {
    /// What an opcode takes, and its price when all that it takes is zero and the state is empty.
    struct Shape {
        uint256 reads;
        uint256 writes;
        uint256 price;
        bool changesState;
    }

    uint256 internal constant OPCODE_FAMILIES = 16;
    IStepVerifier[] internal families;

    function setUp() public {
        vm.pauseGasMetering();
        families = Verifiers.families();
        family = new StepVerifier(families);
        vm.resumeGasMetering();
    }

    function test_contractOf() public view {
        for (uint256 i = 0; i <= uint256(type(Family).max); ++i) {
            assertEq(address(StepVerifier(address(family)).contractOf(Family(i))), address(families[i]));
        }
    }

    function test_T29_constructor_wrongFamilies() public {
        IStepVerifier[] memory few = new IStepVerifier[](families.length - 1);
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.WrongFamilies.selector, few.length));
        new StepVerifier(few);

        IStepVerifier[] memory all = families;
        all[3] = IStepVerifier(address(0xDEAD));
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.MissingFamily.selector, Family.StackItems));
        new StepVerifier(all);
    }

    function test_familiesRefuseEachOthersOpcodes() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            this.assertRefused(uint8(opcode));
        }
    }

    function assertRefused(uint8 opcode) external {
        Scene memory scene = Scenes.running(_opcode(opcode), new uint256[](0));
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        for (uint256 i = 0; i < OPCODE_FAMILIES; ++i) {
            if (i == uint256(Dispatch.ofOpcode(opcode))) continue;
            vm.expectRevert(abi.encodeWithSelector(OpcodeFamily.WrongFamily.selector, opcode));
            families[i].next(context, preState, witness);
        }
    }

    function test_stackUnderflow_halts() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            uint256 reads = _shape(uint8(opcode)).reads;
            for (uint256 size = 0; size < reads; ++size) {
                this.assertHalts(uint8(opcode), size, size, Scenes.GAS, false);
            }
        }
    }

    function test_stackOverflow_halts() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            Shape memory shape = _shape(uint8(opcode));
            if (shape.writes <= shape.reads) continue;
            this.assertHalts(uint8(opcode), 1024, shape.reads, Scenes.GAS, false);
        }
    }

    function test_outOfGas_halts() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            Shape memory shape = _shape(uint8(opcode));
            if (shape.price == 0) continue;
            this.assertHalts(uint8(opcode), shape.reads, shape.reads, shape.price - 1, false);
            this.assertHalts(uint8(opcode), shape.reads, shape.reads, 0, false);
        }
    }

    function test_staticViolation_halts() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            Shape memory shape = _shape(uint8(opcode));
            if (shape.changesState) this.assertHalts(uint8(opcode), shape.reads, shape.reads, Scenes.GAS, true);
        }
    }

    /// The same failures inside a call.
    function test_failures_resumeTheCaller() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            Shape memory shape = _shape(uint8(opcode));
            if (shape.price != 0) this.assertNestedHalts(uint8(opcode), shape.reads, shape.price - 1);
            if (shape.reads != 0) this.assertNestedHalts(uint8(opcode), shape.reads - 1, Scenes.GAS);
        }
    }

    /// With exactly the price the opcode does not fail: what comes out is neither the state before nor the failure.
    function test_exactGas_doesNotHalt() public {
        vm.pauseGasMetering();
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            Shape memory shape = _shape(uint8(opcode));
            bool needsMemory = opcode >= Opcode.MLOAD && opcode <= Opcode.MSTORE8;
            bool jumps = opcode == Opcode.JUMP;
            if (shape.price == 0 || needsMemory || jumps) continue;
            this.assertSucceeds(uint8(opcode), shape.reads, shape.price);
        }
    }

    function assertHalts(uint8 opcode, uint256 size, uint256 given, uint256 gas, bool isStatic) external view {
        Scene memory scene = Scenes.running(_opcode(opcode), new uint256[](size));
        scene.given = given;
        scene.frame.gas = uint64(gas);
        scene.call.isStatic = isStatic;
        bytes32 preState = scene.commit().hash();
        bytes32 post = family.next(context, preState, scene.witness());
        assertEq(post, scene.halted().hash(), vm.toString(opcode));
        assertNotEq(post, preState);
    }

    function assertNestedHalts(uint8 opcode, uint256 size, uint256 gas) external view {
        Scene memory scene = Scenes.running(_opcode(opcode), new uint256[](size)).nest();
        scene.endsCall = true;
        scene.frame.gas = uint64(gas);
        bytes32 post = _next(scene);
        assertEq(post, scene.halted().hash(), vm.toString(opcode));
    }

    function assertSucceeds(uint8 opcode, uint256 size, uint256 gas) external view {
        Scene memory scene = Scenes.running(_opcode(opcode), new uint256[](size));
        scene.frame.gas = uint64(gas);
        bytes32 preState = scene.commit().hash();
        bytes32 post = family.next(context, preState, scene.witness());
        assertNotEq(post, preState);
        assertNotEq(post, scene.halted().hash(), vm.toString(opcode));
    }

    /// The entry peeks at the first code: if that is not the running one, the family reverts.
    function test_runningCodeMustComeFirst() public {
        Scene memory scene = Scenes.running(hex"01", _items(1, 2));
        bytes32 preState = scene.commit().hash();
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = hex"01";
        scene.code = hex"50";
        bytes memory witness = bytes.concat(scene.groups(), scene.stackItems(), scene.proofs());
        vm.expectRevert(abi.encodeWithSelector(OpcodeFamily.WrongFamily.selector, Opcode.ADD));
        family.next(context, preState, witness);
    }

    function test_gas_ordinaryStep() public view {
        Scene memory scene = Scenes.running(abi.encodePacked(hex"01", _bytes(1, 2000)), _items(1, 2));
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        uint256 before = gasleft();
        family.next(context, preState, witness);
        assertLt(before - gasleft(), 100_000);
    }

    /// The dearest jump: over 49,151 instructions of one byte.
    function test_gas_longestJump() public {
        bytes memory code = new bytes(49_152);
        for (uint256 i = 1; i < code.length; ++i) {
            code[i] = 0x5b;
        }
        code[0] = 0x56;
        Scene memory scene = Scenes.running(code, _items(49_151));
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        uint256 before = gasleft();
        family.next(context, preState, witness);
        uint256 spent = before - gasleft();
        emit log_named_uint("gas", spent);
        assertLt(spent, 2_500_000);
    }

    function _shape(uint8 opcode) internal pure returns (Shape memory) {
        if (opcode >= Opcode.PUSH0 && opcode <= Opcode.PUSH32) {
            return Shape(0, 1, opcode == Opcode.PUSH0 ? 2 : 3, false);
        }
        if (opcode >= Opcode.DUP1 && opcode <= Opcode.DUP16) {
            return Shape(opcode - 0x7f, opcode - 0x7e, 3, false);
        }
        if (opcode >= Opcode.SWAP1 && opcode <= Opcode.SWAP16) {
            return Shape(opcode - 0x8e, opcode - 0x8e, 3, false);
        }
        if (opcode >= Opcode.LOG0 && opcode <= Opcode.LOG4) {
            uint256 topics = opcode - Opcode.LOG0;
            return Shape(2 + topics, 0, 375 + 375 * topics, true);
        }
        return _shapeBelow(opcode);
    }

    function _shapeBelow(uint8 opcode) internal pure returns (Shape memory) {
        if (opcode == Opcode.ADD || opcode == Opcode.SUB) return Shape(2, 1, 3, false);
        if (opcode == Opcode.ADDMOD || opcode == Opcode.MULMOD) return Shape(3, 1, 8, false);
        if (opcode == Opcode.EXP) return Shape(2, 1, 10, false);
        if (opcode >= Opcode.ADD && opcode <= Opcode.SIGNEXTEND) return Shape(2, 1, 5, false);
        if (opcode == Opcode.ISZERO || opcode == Opcode.NOT) return Shape(1, 1, 3, false);
        if (opcode == Opcode.CLZ) return Shape(1, 1, 5, false);
        if (opcode >= Opcode.LT && opcode <= Opcode.SAR) return Shape(2, 1, 3, false);
        if (opcode == Opcode.KECCAK256) return Shape(2, 1, 30, false);
        if (opcode == Opcode.BALANCE || opcode == Opcode.EXTCODESIZE || opcode == Opcode.EXTCODEHASH) {
            return Shape(1, 1, 2600, false);
        }
        if (opcode == Opcode.EXTCODECOPY) return Shape(4, 0, 2600, false);
        if (opcode == Opcode.CALLDATALOAD || opcode == Opcode.BLOBHASH) return Shape(1, 1, 3, false);
        if (opcode == Opcode.CALLDATACOPY || opcode == Opcode.CODECOPY || opcode == Opcode.RETURNDATACOPY) {
            return Shape(3, 0, 3, false);
        }
        if (opcode == Opcode.BLOCKHASH) return Shape(1, 1, 20, false);
        if (opcode == Opcode.SELFBALANCE) return Shape(0, 1, 5, false);
        if (opcode >= Opcode.ADDRESS && opcode <= Opcode.BLOBBASEFEE) return Shape(0, 1, 2, false);
        return _shapeAbove(opcode);
    }

    function _shapeAbove(uint8 opcode) internal pure returns (Shape memory) {
        if (opcode == Opcode.POP) return Shape(1, 0, 2, false);
        // memory grows by a word
        if (opcode == Opcode.MLOAD) return Shape(1, 1, 6, false);
        if (opcode == Opcode.MSTORE || opcode == Opcode.MSTORE8) return Shape(2, 0, 6, false);
        if (opcode == Opcode.SLOAD) return Shape(1, 1, 2100, false);
        // more than the stipend must be left (EIP-2200)
        if (opcode == Opcode.SSTORE) return Shape(2, 0, 2301, true);
        if (opcode == Opcode.JUMP) return Shape(1, 0, 8, false);
        if (opcode == Opcode.JUMPI) return Shape(2, 0, 10, false);
        if (opcode == Opcode.PC || opcode == Opcode.MSIZE || opcode == Opcode.GAS) return Shape(0, 1, 2, false);
        if (opcode == Opcode.JUMPDEST) return Shape(0, 0, 1, false);
        if (opcode == Opcode.TLOAD) return Shape(1, 1, 100, false);
        if (opcode == Opcode.TSTORE) return Shape(2, 0, 100, true);
        if (opcode == Opcode.MCOPY) return Shape(3, 0, 3, false);
        if (opcode == Opcode.CREATE) return Shape(3, 1, 32_000, true);
        if (opcode == Opcode.CREATE2) return Shape(4, 1, 32_000, true);
        // a call without value may be made in a static frame
        if (opcode == Opcode.CALL || opcode == Opcode.CALLCODE) return Shape(7, 1, 2600, false);
        if (opcode == Opcode.DELEGATECALL || opcode == Opcode.STATICCALL) return Shape(6, 1, 2600, false);
        if (opcode == Opcode.SELFDESTRUCT) return Shape(1, 0, 7600, true);
        if (opcode == Opcode.RETURN || opcode == Opcode.REVERT) return Shape(2, 0, 0, false);
        // STOP and what is undefined take nothing
        return Shape(0, 0, 0, false);
    }
}
// forge-lint: disable-end(unsafe-typecast)
