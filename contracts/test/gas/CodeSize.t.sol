// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBoundaryProver} from "../../src/interfaces/IBoundaryProver.sol";
import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";
import {Passage} from "../../src/bridge/Passage.sol";
import {SwapArbiter} from "../../src/bridge/SwapArbiter.sol";
import {ReexecutionProver} from "../../src/settlement/ReexecutionProver.sol";
import {Settlement} from "../../src/settlement/Settlement.sol";
import {Program, ValidityProver} from "../../src/settlement/ValidityProver.sol";
import {Family} from "../../src/verifier/Family.sol";
import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {Dispute} from "../support/Dispute.sol";
import {MockProofVerifier} from "../support/MockProofVerifier.sol";
import {Verifiers} from "../support/Verifiers.sol";

/// @notice Every contract that is deployed, against the most code that an account may have (EIP-170). The sizes of those
/// outside the verifier are kept in snapshots/CodeSize.json.
contract CodeSizeTest is Dispute {
    uint256 private constant LIMIT = 24_576;

    function hasBridge() internal pure override returns (bool) {
        return true;
    }

    function test_everyContractIsUnderTheLimit() public {
        _measure("Inbox", address(inbox));
        _measure("Bonds", address(bonds));
        _measure("Tournament", address(tournament));
        _measure("Rollup", address(rollup));
        _measure("Lens", address(lens));
        _measure("Bridge", address(bridge));
        _measure("Caller", address(bridge.caller()));
        _measure("TokenEscrow", address(tokenEscrow));
        _measure("Passage", address(new Passage()));
        Program[] memory programs = new Program[](1);
        programs[0].verifier = new MockProofVerifier();
        _measure("ValidityProver", address(new ValidityProver(programs, 1)));
        _measure("ReexecutionProver", address(new ReexecutionProver(address(0x0101))));
        _measure("Settlement", address(new Settlement(new IBoundaryProver[](0))));
        _measure("SwapArbiter", address(new SwapArbiter()));
    }

    function test_everyFamilyIsUnderTheLimit() public {
        vm.pauseGasMetering();
        IStepVerifier[] memory families = Verifiers.families();
        assertEq(families.length, uint256(type(Family).max) + 1);
        for (uint256 i = 0; i < families.length; ++i) {
            _assertUnderTheLimit(vm.toString(i), address(families[i]));
        }
        _assertUnderTheLimit("StepVerifier", address(new StepVerifier(families)));
    }

    function _measure(string memory name, address deployed) private {
        _assertUnderTheLimit(name, deployed);
        vm.snapshotValue("CodeSize", name, deployed.code.length);
    }

    function _assertUnderTheLimit(string memory name, address deployed) private view {
        assertGt(deployed.code.length, 0, name);
        assertLt(deployed.code.length, LIMIT, name);
    }
}
