// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "../../src/tournament/Clock.sol";
import {MatchClocks} from "../../src/tournament/MatchClocks.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks, Outcome, Side} from "../../src/types/MatchState.sol";
import {Test} from "../support/TestBase.sol";

contract MatchClocksTest is Test {
    using MatchClocks for Clocks;

    Duration private constant ALLOWANCE = Duration.wrap(5);

    function _clocks(uint24 one, uint24 two, uint24 since) private pure returns (Clocks memory) {
        return Clocks(Duration.wrap(one), Duration.wrap(two), Instant.wrap(since));
    }

    function test_fuzz_expired_fromTheDeadlineOn(uint24 left, uint24 since, uint24 elapsed) public pure {
        Instant current = Instant.wrap(uint40(since) + elapsed);
        bool expired = Clock.expired(Duration.wrap(left), Instant.wrap(since), ALLOWANCE, current);
        assertEq(expired, uint256(elapsed) >= uint256(left) + 5, "equality is expiry");
        bool past = !current.isBefore(Clock.deadline(Duration.wrap(left), Instant.wrap(since), ALLOWANCE));
        assertEq(expired, past, "one rule");
    }

    function test_T04_fuzz_charged_allowanceIsNotBanked(uint24 left, uint24 since, uint24 elapsed) public pure {
        Instant current = Instant.wrap(uint40(since) + elapsed);
        uint40 after_ = Duration.unwrap(Clock.charged(Duration.wrap(left), Instant.wrap(since), ALLOWANCE, current));
        assertLe(after_, left, "never more than before");
        uint256 charge = elapsed > 5 ? elapsed - 5 : 0;
        assertEq(after_, charge < left ? left - charge : 0);
    }

    function test_T10_fuzz_afterTurn_chargesTheMoverOnly(
        uint24 one,
        uint24 two,
        uint24 since,
        uint24 elapsed,
        bool isOne
    ) public pure {
        Instant current = Instant.wrap(uint40(since) + elapsed);
        Side mover = isOne ? Side.One : Side.Two;
        Clocks memory clocks = _clocks(one, two, since);
        Clocks memory charged = clocks.afterTurn(mover, ALLOWANCE, current);
        Side paused = isOne ? Side.Two : Side.One;
        assertTrue(charged.remaining(paused) == clocks.remaining(paused), "a paused clock is never charged");
        assertEq(Instant.unwrap(charged.since), Instant.unwrap(current));
    }

    function test_fuzz_turningOutcome(uint24 one, uint24 two, uint24 since, uint24 elapsed) public pure {
        Instant current = Instant.wrap(uint40(since) + elapsed);
        Clocks memory clocks = _clocks(one, two, since);
        bool oneOut = uint256(elapsed) >= uint256(one) + 5;
        bool twoOut = uint256(elapsed) >= uint256(two) + 5;
        assertTrue(clocks.turningOutcome(Side.One, ALLOWANCE, current) == (oneOut ? Outcome.Two : Outcome.Undecided));
        assertTrue(clocks.turningOutcome(Side.Two, ALLOWANCE, current) == (twoOut ? Outcome.One : Outcome.Undecided));
    }

    function test_T05_fuzz_sealedOutcome_isOneOfFour(uint24 one, uint24 two, uint24 since, uint24 elapsed) public pure {
        Instant current = Instant.wrap(uint40(since) + elapsed);
        bool oneOut = uint256(elapsed) >= uint256(one) + 5;
        bool twoOut = uint256(elapsed) >= uint256(two) + 5;
        Outcome expected =
            oneOut && twoOut ? Outcome.Neither : oneOut ? Outcome.Two : twoOut ? Outcome.One : Outcome.Undecided;
        Clocks memory clocks = _clocks(one, two, since);
        assertTrue(clocks.sealedOutcome(ALLOWANCE, current) == expected);
        Clocks memory charged = clocks.afterSealed(ALLOWANCE, current);
        assertFalse(clocks.one < charged.one, "the live balance, not the old one");
        assertFalse(clocks.two < charged.two, "the live balance, not the old one");
    }
}
