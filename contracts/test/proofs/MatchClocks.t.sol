// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "../../src/tournament/Clock.sol";
import {MatchClocks} from "../../src/tournament/MatchClocks.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks, Outcome, Side} from "../../src/types/MatchState.sol";
import {Proof} from "./Proof.sol";

/// @notice The two clocks of a match.
contract MatchClocksProof is Proof {
    using MatchClocks for Clocks;

    /// Only the side to move can lose, and it does from its deadline on.
    function check_turningOutcome_isThatOfTheMover(Clocks memory clocks, bool one, Duration allowance, Instant current)
        public
        pure
    {
        (Side toMove, Duration left) = one ? (Side.One, clocks.one) : (Side.Two, clocks.two);
        Outcome outcome = clocks.turningOutcome(toMove, allowance, current);
        bool late = _n(current) >= _n(clocks.since) + _n(left) + _n(allowance);
        assert(outcome == (late ? (one ? Outcome.Two : Outcome.One) : Outcome.Undecided));
    }

    /// One of four: who is late loses.
    function check_sealedOutcome_isOneOfFour(Clocks memory clocks, Duration allowance, Instant current) public pure {
        Outcome outcome = clocks.sealedOutcome(allowance, current);
        bool oneLate = _n(current) >= _n(clocks.since) + _n(clocks.one) + _n(allowance);
        bool twoLate = _n(current) >= _n(clocks.since) + _n(clocks.two) + _n(allowance);
        assert((outcome == Outcome.Undecided) == (!oneLate && !twoLate));
        assert((outcome == Outcome.One) == (!oneLate && twoLate));
        assert((outcome == Outcome.Two) == (oneLate && !twoLate));
        assert((outcome == Outcome.Neither) == (oneLate && twoLate));
    }

    /// A match that time has decided stays decided against the same side.
    function check_outcomes_areMonotone(
        Clocks memory clocks,
        bool one,
        Duration allowance,
        Instant current,
        Instant later
    ) public pure {
        vm.assume(_n(current) <= _n(later));
        Side toMove = one ? Side.One : Side.Two;
        Outcome turning = clocks.turningOutcome(toMove, allowance, current);
        if (turning != Outcome.Undecided) assert(clocks.turningOutcome(toMove, allowance, later) == turning);
        Outcome now_ = clocks.sealedOutcome(allowance, current);
        Outcome then_ = clocks.sealedOutcome(allowance, later);
        if (now_ != Outcome.Undecided) assert(then_ == now_ || then_ == Outcome.Neither);
    }

    /// A move charges the mover alone, and starts the next clock.
    function check_afterTurn_chargesTheMoverOnly(Clocks memory clocks, bool one, Duration allowance, Instant current)
        public
        pure
    {
        Clocks memory after_ = clocks.afterTurn(one ? Side.One : Side.Two, allowance, current);
        assert(_n(after_.since) == _n(current));
        Duration left = Clock.charged(one ? clocks.one : clocks.two, clocks.since, allowance, current);
        assert(_n(after_.one) == (one ? _n(left) : _n(clocks.one)));
        assert(_n(after_.two) == (one ? _n(clocks.two) : _n(left)));
    }

    /// The end of a sealed match charges both, whoever has won.
    function check_afterSealed_chargesBoth(Clocks memory clocks, Duration allowance, Instant current) public pure {
        Clocks memory after_ = clocks.afterSealed(allowance, current);
        assert(_n(after_.since) == _n(current));
        assert(_n(after_.one) == _n(Clock.charged(clocks.one, clocks.since, allowance, current)));
        assert(_n(after_.two) == _n(Clock.charged(clocks.two, clocks.since, allowance, current)));
    }

    /// Who wins by time while both clocks run has something left, unless it came with nothing.
    function check_sealedWinner_keepsTime(Clocks memory clocks, Duration allowance, Instant current) public pure {
        Outcome outcome = clocks.sealedOutcome(allowance, current);
        Clocks memory after_ = clocks.afterSealed(allowance, current);
        if (outcome == Outcome.One) assert(_n(after_.one) > 0 || _n(clocks.one) == 0);
        if (outcome == Outcome.Two) assert(_n(after_.two) > 0 || _n(clocks.two) == 0);
    }

    /// No overflow keeps a match from its end.
    /// @custom:halmos --panic-error-codes 0x01,0x11
    function check_realisticTimes_neverRevert(Clocks memory clocks, bool one, Duration allowance, Instant current)
        public
        pure
    {
        vm.assume(_realistic(clocks.one) && _realistic(clocks.two) && _realistic(clocks.since));
        vm.assume(_realistic(allowance) && _realistic(current) && _n(clocks.since) <= _n(current));
        Side mover = one ? Side.One : Side.Two;
        clocks.turningOutcome(mover, allowance, current);
        clocks.sealedOutcome(allowance, current);
        clocks.afterTurn(mover, allowance, current);
        clocks.afterSealed(allowance, current);
    }
}
