// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget} from "../../src/tournament/Budget.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks} from "../../src/types/MatchState.sol";
import {Test} from "../support/TestBase.sol";

contract BudgetTest is Test {
    function _duration(uint256 blocks) private pure returns (Duration) {
        // Small by construction.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Duration.wrap(uint40(blocks));
    }

    function test_fuzz_ofJoiner_chargesLateness(uint32 start, uint32 budget, uint32 late) public pure {
        uint256 lateness = bound(late, 0, budget);
        Instant closing = Instant.wrap(start).plus(_duration(budget));
        Duration left = Budget.ofJoiner(closing, Instant.wrap(start).plus(_duration(lateness)));
        assertEq(Duration.unwrap(left), uint256(budget) - lateness);
    }

    function test_fuzz_ofSteps_isTheBetterClock(uint32 one, uint32 two) public pure {
        Duration budget = Budget.ofSteps(Clocks(_duration(one), _duration(two), Instant.wrap(7)));
        assertEq(Duration.unwrap(budget), one < two ? two : one);
    }

    function test_T11_fuzz_afterSteps_refillsUpToTheBudget(uint32 budget, uint32 rest, uint16 build, uint16 response)
        public
        pure
    {
        Duration left = Budget.afterSteps(_duration(budget), _duration(rest), _duration(build), _duration(response));
        uint256 refilled = uint256(rest) + build + 2 * uint256(response);
        assertEq(Duration.unwrap(left), refilled < budget ? refilled : budget);
    }

    /// @dev Joining within T + G and losing nothing else costs nothing.
    function test_T11_fuzz_afterSteps_anUncensoredJoinIsFree(uint32 budget, uint16 build, uint16 response) public pure {
        uint256 late = uint256(build) + response;
        uint256 whole = bound(budget, late, type(uint32).max);
        Duration left =
            Budget.afterSteps(_duration(whole), _duration(whole - late), _duration(build), _duration(response));
        assertEq(Duration.unwrap(left), whole);
    }

    function test_T78_least() public pure {
        assertEq(Duration.unwrap(Budget.least(_duration(25_200), _duration(25), _duration(300))), 25_575);
    }
}
