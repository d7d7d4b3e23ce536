// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    LAST_TURN_GAS,
    LONGEST_LINE_GAS,
    OPEN_ROOT_GAS,
    PROOF_GAS,
    RESOLVE_GAS,
    TURN_GAS
} from "../../src/rules/RefundGas.sol";
import {Test} from "../support/TestBase.sol";

/// @notice The refunds against the committed measurements, which `forge test` keeps up to date.
contract RefundGasTest is Test {
    string private dispute = vm.readFile("snapshots/Dispute.json");

    function _gas(string memory verb) private view returns (uint256) {
        return vm.parseJsonUint(dispute, string.concat('$["', verb, '"]'));
    }

    /// @dev The dearest step of all that the worst cases take, as a transaction.
    function _dearestProof() private view returns (uint256 dearest) {
        string memory cases = vm.readFile("snapshots/worst-cases.json");
        for (uint256 i = 0; vm.keyExistsJson(cases, string.concat("$[", vm.toString(i), "]")); ++i) {
            uint256 gas = vm.parseJsonUint(cases, string.concat("$[", vm.toString(i), "].gas"));
            if (gas > dearest) dearest = gas;
        }
    }

    function test_refundsCoverTheMoves() public view {
        assertLe(_gas("openRoot"), OPEN_ROOT_GAS, "openRoot");
        for (uint256 i = 1; i <= 5; ++i) {
            string memory turn = string.concat("opening ", vm.toString(i), " of ");
            assertLe(_gas(string.concat(turn, "slots")), i == 5 ? LAST_TURN_GAS : TURN_GAS, turn);
            assertLe(_gas(string.concat(turn, "steps")), TURN_GAS, turn);
        }
        assertLe(_gas("opening 6 of steps"), LAST_TURN_GAS, "the last of the steps");
        uint256 proof = _dearestProof();
        assertGt(proof, 1_000_000, "the cases were read");
        assertLe(proof - 21_000, PROOF_GAS, "a proof");
        assertLe(_gas("resolve, without the verifier's own"), RESOLVE_GAS, "resolve");
    }

    /// @dev More than the longest line: both sides of the whole dispute, and the dearest proof.
    function test_aThirdOfABondPaysForTheLongestLine() public view {
        uint256 total = _dearestProof();
        string[] memory verbs = vm.parseJsonKeys(dispute, "$");
        assertGt(verbs.length, 20, "the verbs were read");
        for (uint256 i = 0; i < verbs.length; ++i) {
            total += _gas(verbs[i]);
        }
        assertLe(total, LONGEST_LINE_GAS);
    }
}
