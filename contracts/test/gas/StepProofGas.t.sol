// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {L1Transaction} from "../support/L1Transaction.sol";
import {ProvenStep, ProvenSteps} from "../support/ProvenSteps.sol";
import {Test} from "../support/TestBase.sol";
import {Verifiers} from "../support/Verifiers.sol";

/// @notice What a typical step of each family costs: the verifier's own gas in snapshots/StepProof.json, a whole L1
/// transaction that does just this in snapshots/StepTransaction.json.
contract StepProofGasTest is Test {
    using ProvenSteps for ProvenStep[];

    StepVerifier private verifier;
    ProvenStep[] private steps;

    function setUp() public {
        vm.pauseGasMetering();
        verifier = Verifiers.deploy();
        steps.load("families");
        steps.load("mainnet");
        steps[steps.length - 1].name = "a median step of mainnet";
        vm.resumeGasMetering();
    }

    /// Isolated, so that each call finds every account cold.
    ///
    /// forge-config: default.isolate = true
    function test_gas_stepProof() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < steps.length; ++i) {
            this.measure(i);
        }
    }

    function measure(uint256 i) external {
        ProvenStep memory step = steps[i];
        bytes memory data = abi.encodeCall(StepVerifier.next, (step.context, step.preState, step.witness));
        vm.resumeGasMetering();
        bytes32 postState = verifier.next(step.context, step.preState, step.witness);
        uint256 gas = vm.snapshotGasLastCall("StepProof", string.concat(step.name, " (", step.kind, ")"));
        vm.pauseGasMetering();
        assertEq(postState, step.postState, step.name);
        vm.snapshotValue(
            "StepTransaction", string.concat(step.name, " (", step.kind, ")"), L1Transaction.gasOf(data, gas)
        );
    }
}
