// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BaseFee} from "../../../src/verifier/slot/BaseFee.sol";
import {Test} from "../../support/TestBase.sol";

contract BaseFeeTest is Test {
    /// EIP-1559's pseudocode, in its order and words.
    function _eip1559(int256 parentGasUsed, int256 parentGasLimit, int256 parentBaseFee) private pure returns (int256) {
        int256 parentGasTarget = parentGasLimit / 2;
        int256 gasUsedDelta = parentGasUsed - parentGasTarget;
        if (gasUsedDelta == 0) return parentBaseFee;
        if (gasUsedDelta > 0) {
            int256 baseFeePerGasDelta = parentBaseFee * gasUsedDelta / parentGasTarget / 8;
            return parentBaseFee + (baseFeePerGasDelta > 1 ? baseFeePerGasDelta : int256(1));
        }
        return parentBaseFee - (parentBaseFee * -gasUsedDelta) / parentGasTarget / 8;
    }

    function test_fuzz_next_followsTheEip(uint64 gasUsed, uint64 gasLimit, uint128 baseFee) public pure {
        gasLimit = uint64(bound(gasLimit, 2, type(uint64).max));
        gasUsed = uint64(bound(gasUsed, 0, gasLimit));
        assertEq(
            int256(BaseFee.next(gasUsed, gasLimit, baseFee)),
            _eip1559(int256(uint256(gasUsed)), int256(uint256(gasLimit)), int256(uint256(baseFee)))
        );
    }

    function test_next_atTheEdges() public pure {
        assertEq(BaseFee.next(6_000_000, 12_000_000, 1 gwei), 1 gwei);
        assertEq(BaseFee.next(12_000_000, 12_000_000, 1 gwei), 1.125 gwei);
        assertEq(BaseFee.next(0, 12_000_000, 1 gwei), 0.875 gwei);
        assertEq(BaseFee.next(6_000_001, 12_000_000, 7), 8);
        assertEq(BaseFee.next(0, 12_000_000, 7), 7);
        assertEq(BaseFee.next(0, 12_000_000, 0), 0);
    }
}
