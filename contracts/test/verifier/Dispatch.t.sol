// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Phase} from "../../src/machine/Phase.sol";
import {Opcode} from "../../src/rules/Opcode.sol";
import {Dispatch} from "../../src/verifier/Dispatch.sol";
import {Family} from "../../src/verifier/Family.sol";
import {Test} from "../support/TestBase.sol";

contract DispatchTest is Test {
    Family[256] internal expected;

    function _expect(Family family, uint256 first, uint256 last) internal {
        for (uint256 opcode = first; opcode <= last; ++opcode) {
            assertEq(uint256(expected[opcode]), uint256(Family.ControlFlow), "listed twice");
            expected[opcode] = family;
        }
    }

    function _expect(Family family, bytes memory opcodes) internal {
        for (uint256 i = 0; i < opcodes.length; ++i) {
            _expect(family, uint8(opcodes[i]), uint8(opcodes[i]));
        }
    }

    function test_everyOpcodeHasItsFamily() public {
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            expected[opcode] = Family.ControlFlow;
        }
        _expect(Family.Arithmetic, Opcode.ADD, Opcode.SIGNEXTEND);
        _expect(Family.Comparison, Opcode.LT, Opcode.ISZERO);
        _expect(Family.Bitwise, Opcode.AND, Opcode.CLZ);
        _expect(Family.Keccak, hex"20");
        _expect(Family.Environment, hex"303233343536383a3d41424344454648494a59");
        _expect(Family.StateReads, hex"313b3f4047");
        _expect(Family.Copies, hex"37393c3e");
        _expect(Family.MemoryAccess, hex"5152535e");
        _expect(Family.Storage, hex"54555c5d");
        _expect(Family.StackItems, hex"50");
        _expect(Family.StackItems, Opcode.PUSH0, Opcode.SWAP16);
        _expect(Family.Log, Opcode.LOG0, Opcode.LOG4);
        _expect(Family.Create, hex"f0f5");
        _expect(Family.Calls, hex"f1f2f4fa");
        _expect(Family.Return, hex"f3fd");
        _expect(Family.SelfDestruct, hex"ff");
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            assertEq(uint256(Dispatch.ofOpcode(uint8(opcode))), uint256(expected[opcode]), vm.toString(opcode));
        }
    }

    /// What the table leaves to ControlFlow is one of its six defined opcodes, or undefined.
    function test_definedOpcodes() public pure {
        uint256 defined;
        uint256 controlFlow;
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            if (!Opcode.isDefined(uint8(opcode))) continue;
            ++defined;
            if (Dispatch.ofOpcode(uint8(opcode)) == Family.ControlFlow) ++controlFlow;
        }
        assertEq(defined, 149);
        assertEq(controlFlow, 6);
    }

    function ofPhase(StepContext calldata context, uint8 phase) external pure returns (Family) {
        return Dispatch.ofPhase(context, phase);
    }

    function _assertPhase(StepContext memory context, uint8 phase, Family family) internal view {
        assertEq(uint256(this.ofPhase(context, phase)), uint256(family));
    }

    function test_everyPhaseHasItsFamily() public view {
        StepContext memory context = StepContext(5, 3, true, 0);
        _assertPhase(context, Phase.ACCESS_LIST, Family.AccessList);
        _assertPhase(context, Phase.AUTHORIZE, Family.Authorize);
        _assertPhase(context, Phase.ENTER, Family.Enter);
        _assertPhase(context, Phase.PRECOMPILE, Family.Precompiles);
        _assertPhase(context, Phase.COPY, Family.Copy);
        _assertPhase(context, Phase.ABSORB, Family.Absorb);
        _assertPhase(context, Phase.CREATE, Family.Creation);
        _assertPhase(context, Phase.SETTLE, Family.Settle);
        _assertPhase(context, Phase.DESTRUCT, Family.Destruct);
        _assertPhase(context, Phase.DEPOSITS, Family.BlockEnd);
        _assertPhase(context, Phase.BLOB, Family.Blob);
    }

    function test_fuzz_boundary(uint32 slot, uint32 step, bool inDomain) public view {
        Family family = Family.TxBegin;
        if (slot % 1024 == 0) family = Family.BlockBegin;
        if (slot % 1024 == 1023) family = Family.BlockEnd;
        _assertPhase(StepContext(slot, 0, true, 0), Phase.BOUNDARY, family);
        if (step == 0 && inDomain) return;
        _assertPhase(StepContext(slot, step, inDomain, 0), Phase.BOUNDARY, Family.FixedPoint);
    }

    function test_fuzz_unknownPhase(uint8 phase) public {
        vm.assume(phase >= Phase.COUNT || phase == Phase.RUNNING);
        vm.expectRevert(abi.encodeWithSelector(Dispatch.UnknownPhase.selector, phase));
        this.ofPhase(StepContext(5, 3, true, 0), phase);
    }
}
// forge-lint: disable-end(unsafe-typecast)
