// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Family} from "../../src/verifier/Family.sol";
import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {Cursors} from "../../src/verifier/Witness.sol";
import {ProvenStep, ProvenSteps} from "../support/ProvenSteps.sol";
import {Test} from "../support/TestBase.sol";
import {Verifiers} from "../support/Verifiers.sol";

/// @notice Steps of real blocks, as the engine proves them, and what the verifier makes of them when anything is changed
/// (ATTACKS T48, T50).
contract ProvenStepsTest is Test {
    using ProvenSteps for ProvenStep[];

    /// One byte in so many is flipped where all would take too long.
    uint256 private constant STRIDE = 7;

    StepVerifier private verifier;
    ProvenStep[] private families;
    ProvenStep[] private failures;
    ProvenStep[] private mainnet;

    function setUp() public {
        vm.pauseGasMetering();
        verifier = Verifiers.deploy();
        families.load("families");
        failures.load("failures");
        mainnet.load("mainnet");
        vm.resumeGasMetering();
    }

    function test_families() public {
        vm.pauseGasMetering();
        assertEq(families.length, uint256(type(Family).max) + 1);
        for (uint256 i = 0; i < families.length; ++i) {
            ProvenStep memory step = families[i];
            assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, step.name);
            bytes32 postState = verifier.contractOf(Family(i)).next(step.context, step.preState, step.witness);
            assertEq(postState, step.postState, step.name);
        }
    }

    function test_T50_failures() public {
        vm.pauseGasMetering();
        assertGt(failures.length, 30);
        for (uint256 i = 0; i < failures.length; ++i) {
            ProvenStep memory step = failures[i];
            assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, step.name);
            assertNotEq(step.preState, step.postState, step.name);
        }
    }

    /// With a code of many thousand bytes.
    function test_mainnet() public {
        vm.pauseGasMetering();
        ProvenStep memory step = mainnet[0];
        assertGt(step.witness.length, 10_000);
        assertEq(verifier.next(step.context, step.preState, step.witness), step.postState);
    }

    function test_T48_flippedByte_reverts() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            uint256 stride = families[i].witness.length < 600 ? 1 : STRIDE;
            for (uint256 place = i % stride; place < families[i].witness.length; place += stride) {
                this.assertFlipReverts(families[i], place, 0x01);
            }
        }
        for (uint256 i = 0; i < failures.length; ++i) {
            for (uint256 place = i % STRIDE; place < failures[i].witness.length; place += 4 * STRIDE) {
                this.assertFlipReverts(failures[i], place, 0x80);
            }
        }
    }

    function test_T48_fuzz_flippedByte_reverts(uint256 which, uint256 place, uint8 flip) public {
        vm.pauseGasMetering();
        which = bound(which, 0, families.length + failures.length - 1);
        ProvenStep memory step = which < families.length ? families[which] : failures[which - families.length];
        // forge-lint: disable-next-line(unsafe-typecast)
        uint8 mask = uint8(bound(flip, 1, 255));
        this.assertFlipReverts(step, bound(place, 0, step.witness.length - 1), mask);
    }

    function assertFlipReverts(ProvenStep memory step, uint256 place, uint8 mask) external view {
        step.witness[place] ^= bytes1(mask);
        _assertReverts(step, string.concat(step.name, ", byte ", vm.toString(place)));
    }

    function test_T48_truncatedWitness_reverts() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            uint256 length = families[i].witness.length;
            for (uint256 end = i % STRIDE; end < length; end += STRIDE) {
                this.assertTruncationReverts(families[i], end);
            }
            this.assertTruncationReverts(families[i], length - 1);
        }
        this.assertTruncationReverts(mainnet[0], mainnet[0].witness.length - 1);
    }

    function assertTruncationReverts(ProvenStep memory step, uint256 end) external view {
        bytes memory witness = step.witness;
        assembly ("memory-safe") {
            mstore(witness, end)
        }
        bytes4 selector = _assertReverts(step, step.name);
        assertEq(selector, Cursors.TruncatedWitness.selector, step.name);
    }

    function test_T48_longerWitness_reverts() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            ProvenStep memory step = families[i];
            step.witness = bytes.concat(step.witness, hex"00");
            assertEq(_assertReverts(step, step.name), Cursors.TrailingWitness.selector, step.name);
        }
    }

    function test_T48_witnessOfAnotherStep_reverts() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            for (uint256 j = 0; j < families.length; ++j) {
                if (i != j) this.assertForeignWitnessReverts(i, j);
            }
        }
    }

    function assertForeignWitnessReverts(uint256 i, uint256 j) external view {
        ProvenStep memory step = families[i];
        step.witness = families[j].witness;
        _assertReverts(step, string.concat(step.name, " by ", families[j].name));
    }

    function test_T48_wrongPreState_reverts() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            ProvenStep memory step = families[i];
            step.preState ^= bytes32(uint256(1));
            _assertReverts(step, step.name);
        }
    }

    /// Where a step stands decides what a boundary becomes, and nothing else.
    function test_T50_context_isOnlyForBoundaries() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < families.length; ++i) {
            ProvenStep memory step = families[i];
            if (_isAtBoundary(Family(i))) continue;
            step.context = StepContext(step.context.slot + 1, step.context.step ^ 1, false, keccak256("another record"));
            assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, step.name);
        }
    }

    function test_T50_wrongContext_ofABlocksBegin() public {
        vm.pauseGasMetering();
        ProvenStep memory step = families[uint256(Family.BlockBegin)];
        assertEq(step.context.step, 0);
        StepContext memory context = step.context;
        step.context = StepContext(context.slot, 0, true, context.recordHash ^ bytes32(uint256(1)));
        _assertReverts(step, "record");
        step.context = StepContext(context.slot, 0, false, bytes32(0));
        _assertReverts(step, "outside the domain");
        step.context = StepContext(context.slot, 1, true, context.recordHash);
        _assertReverts(step, "step");
        step.context = StepContext(context.slot + 1, 0, true, context.recordHash);
        _assertReverts(step, "an entry's slot");
        step.context = StepContext(context.slot + 1023, 0, true, context.recordHash);
        _assertReverts(step, "the last slot");
        step.context = StepContext(context.slot + 1024, 0, true, context.recordHash);
        assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, "the record tells the block");
    }

    function test_T50_wrongContext_ofATransactionsBegin() public {
        vm.pauseGasMetering();
        ProvenStep memory step = families[uint256(Family.TxBegin)];
        StepContext memory context = step.context;
        step.context = StepContext(context.slot, 0, false, bytes32(0));
        _assertReverts(step, "outside the domain");
        step.context = StepContext(context.slot, 1, true, context.recordHash);
        _assertReverts(step, "step");
        step.context = StepContext(context.slot - context.slot % 1024, 0, true, context.recordHash);
        _assertReverts(step, "the first slot");
        step.context = StepContext(context.slot - context.slot % 1024 + 1023, 0, true, context.recordHash);
        _assertReverts(step, "the last slot");
        step.context = StepContext(context.slot + 1, 0, true, context.recordHash);
        assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, "any slot takes the entry");
    }

    function test_T50_wrongContext_ofAFixedPoint() public {
        vm.pauseGasMetering();
        ProvenStep memory step = families[uint256(Family.FixedPoint)];
        assertEq(step.preState, step.postState);
        StepContext memory context = step.context;
        step.context = StepContext(context.slot, 0, true, context.recordHash);
        _assertReverts(step, "an entry awaits");
        step.context = StepContext(context.slot, 0, false, bytes32(0));
        assertEq(verifier.next(step.context, step.preState, step.witness), step.postState, "outside the domain");
    }

    function _isAtBoundary(Family family) private pure returns (bool) {
        return family == Family.BlockBegin || family == Family.TxBegin || family == Family.FixedPoint;
    }

    /// There is no successor, and an error says why.
    function _assertReverts(ProvenStep memory step, string memory what) private view returns (bytes4 selector) {
        (bool success, bytes memory reason) =
            address(verifier).staticcall(abi.encodeCall(StepVerifier.next, (step.context, step.preState, step.witness)));
        assertFalse(success, what);
        assertGe(reason.length, 4, what);
        assembly ("memory-safe") {
            selector := mload(add(reason, 32))
        }
        assertNotEq(selector, bytes4(keccak256("Panic(uint256)")), what);
    }
}
