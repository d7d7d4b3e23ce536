// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Leg, LegNumber, SwapId, Terms} from "../../src/types/Swap.sol";
import {Test} from "../support/TestBase.sol";

contract SwapTest is Test {
    function _terms() private pure returns (Terms memory) {
        return Terms({
            arbiter: address(1),
            one: Leg(address(2), address(3), address(4), address(5), address(6), 7),
            two: Leg(address(8), address(9), address(10), address(11), address(12), 13),
            deadline: 14,
            salt: bytes32(uint256(15))
        });
    }

    function test_id_isTheHashOfTagAndAllFields() public pure {
        bytes memory encoding = abi.encode(keccak256("surety.swap"));
        for (uint256 i = 1; i <= 15; ++i) {
            encoding = bytes.concat(encoding, bytes32(i));
        }
        assertEq(SwapId.unwrap(_terms().id()), keccak256(encoding));
        // the engine's tests have the same
        assertEq(SwapId.unwrap(_terms().id()), 0x18e275cb676fca90b680cd80875754d8c52fcbb79654edddfb223be6cb624b8f);
    }

    function test_leg() public pure {
        assertEq(_terms().leg(LegNumber.One).amount, 7);
        assertEq(_terms().leg(LegNumber.Two).amount, 13);
    }
}
