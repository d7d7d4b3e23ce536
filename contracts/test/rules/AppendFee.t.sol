// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AppendFee, AppendFees} from "../../src/rules/AppendFee.sol";
import {Test} from "../support/TestBase.sol";

contract AppendFeeTest is Test {
    uint128 private constant FLOOR = 0.0001 ether;

    function test_inBlock_sameBlockSameFee() public pure {
        assertEq(AppendFees.inBlock(AppendFee(10, 0, 3 * FLOOR), 10, FLOOR), 3 * FLOOR);
    }

    function test_inBlock_risesWhenFull() public pure {
        assertEq(AppendFees.inBlock(AppendFee(10, 5, 800 * FLOOR), 11, FLOOR), 900 * FLOOR);
        assertEq(AppendFees.inBlock(AppendFee(10, 6, 800 * FLOOR), 11, FLOOR), 700 * FLOOR);
    }

    function test_inBlock_emptyBlocksLowerIt() public pure {
        assertEq(AppendFees.inBlock(AppendFee(10, 0, 64 * FLOOR), 12, FLOOR), 63 * FLOOR, "up, then down");
        assertEq(AppendFees.inBlock(AppendFee(10, 6, FLOOR), 11, FLOOR), FLOOR, "floor");
        assertEq(AppendFees.inBlock(AppendFee(10, 0, type(uint120).max), 76, FLOOR), FLOOR, "64 at most");
    }

    function test_T55_holdingEveryPlaceGrowsThePrice() public pure {
        AppendFee memory last = AppendFee(0, 0, FLOOR);
        for (uint64 l1Block = 1; l1Block <= 60; ++l1Block) {
            last = AppendFee(l1Block, 0, AppendFees.inBlock(last, l1Block, FLOOR));
        }
        assertGt(last.fee, 1000 * FLOOR);
    }

    function test_fuzz_inBlock_neverUnderTheFloor(uint64 l1Block, uint64 left, uint112 fee, uint64 later) public pure {
        vm.assume(fee >= FLOOR);
        later = uint64(bound(later, l1Block, type(uint64).max));
        uint128 result = AppendFees.inBlock(AppendFee(l1Block, left, fee), later, FLOOR);
        assertGe(result, FLOOR);
        assertLe(result, uint256(fee) + fee / 8);
    }
}
