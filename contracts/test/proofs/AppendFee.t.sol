// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AppendFee, AppendFees} from "../../src/rules/AppendFee.sol";
import {Proof} from "./Proof.sol";

/// @notice The append fee, for all fees that the ETH in existence could pay: less than 2^96 wei.
contract AppendFeeProof is Proof {
    /// It never is below the floor, and in the same L1 block it is the same.
    /// @custom:halmos --loop 66 --panic-error-codes 0x01,0x11
    function check_fee_staysInBounds(AppendFee memory last, uint64 l1Block, uint96 floor) public pure {
        vm.assume(last.fee >= floor && last.fee < 2 ** 96);
        vm.assume(l1Block <= last.l1Block || l1Block - last.l1Block <= 4 || l1Block - last.l1Block > 65);
        uint128 fee = AppendFees.inBlock(last, l1Block, floor);
        assert(fee >= floor);
        assert(fee <= last.fee + last.fee / 8);
        if (l1Block <= last.l1Block) assert(fee == last.fee);
    }

    /// A full L1 block raises it by an eighth for the next, any other lowers it by an eighth or to the floor.
    /// @custom:halmos --loop 66
    function check_fee_followsDemand(AppendFee memory last, uint96 floor) public pure {
        vm.assume(last.fee >= floor && last.fee < 2 ** 96 && last.l1Block < type(uint64).max);
        uint128 fee = AppendFees.inBlock(last, last.l1Block + 1, floor);
        uint128 step = last.fee / 8;
        if (last.timeLeft < 6) assert(fee == last.fee + step);
        else assert(fee == (last.fee - step > floor ? last.fee - step : floor));
    }
}
