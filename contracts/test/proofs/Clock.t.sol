// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "../../src/tournament/Clock.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Proof} from "./Proof.sol";

/// @notice One running clock, and the two types of time it computes with. Without a range a check covers all values of 40
/// bits: a sum beyond them reverts.
contract ClockProof is Proof {
    /// The first block of expiry is exactly the sum, or there is none: nothing wraps.
    function check_deadline_isTheSum(Duration remaining, Instant since, Duration allowance) public pure {
        assert(_n(Clock.deadline(remaining, since, allowance)) == _n(since) + _n(remaining) + _n(allowance));
    }

    /// Equality is expiry.
    function check_expired_isFromTheDeadlineOn(Duration remaining, Instant since, Duration allowance, Instant current)
        public
        pure
    {
        bool expired = Clock.expired(remaining, since, allowance, current);
        assert(expired == (_n(current) >= _n(since) + _n(remaining) + _n(allowance)));
    }

    /// A response pays for what it takes beyond the allowance, and no more than there is.
    function check_charged_isWhatTheAllowanceDoesNotCover(
        Duration remaining,
        Instant since,
        Duration allowance,
        Instant current
    ) public pure {
        uint256 left = _n(Clock.charged(remaining, since, allowance, current));
        uint256 elapsed = _n(current) - _n(since);
        uint256 charge = elapsed > _n(allowance) ? elapsed - _n(allowance) : 0;
        assert(left == (charge < _n(remaining) ? _n(remaining) - charge : 0));
    }

    /// A response in time is charged in full, and leaves something to who had something; one too late leaves nothing.
    function check_charged_agreesWithExpired(Duration remaining, Instant since, Duration allowance, Instant current)
        public
        pure
    {
        bool expired = Clock.expired(remaining, since, allowance, current);
        uint256 left = _n(Clock.charged(remaining, since, allowance, current));
        uint256 elapsed = _n(current) - _n(since);
        if (expired) {
            assert(left == 0);
        } else {
            assert(_n(remaining) - left == (elapsed > _n(allowance) ? elapsed - _n(allowance) : 0));
            assert(left > 0 || _n(remaining) == 0);
        }
    }

    /// An allowance not used is not kept: the sooner of two responses leaves no more than there was.
    function check_charged_neverGives(Duration remaining, Instant since, Duration allowance, Instant current)
        public
        pure
    {
        assert(_n(Clock.charged(remaining, since, allowance, current)) <= _n(remaining));
    }

    /// A response in time costs the match no more than its allowance: what the mover could still take, counted from its
    /// response, ends at most that much later. The bound of a match's delay rests on this (Delay).
    function check_charged_costsTheMatchAnAllowance(
        Duration remaining,
        Instant since,
        Duration allowance,
        Instant current
    ) public pure {
        vm.assume(!Clock.expired(remaining, since, allowance, current));
        uint256 left = _n(Clock.charged(remaining, since, allowance, current));
        assert(_n(current) + left <= _n(since) + _n(remaining) + _n(allowance));
    }

    /// Once expired, always expired; the later the response, the less is left.
    function check_time_onlyTakes(Duration remaining, Instant since, Duration allowance, Instant current, Instant later)
        public
        pure
    {
        vm.assume(_n(current) <= _n(later));
        if (Clock.expired(remaining, since, allowance, current)) {
            assert(Clock.expired(remaining, since, allowance, later));
        }
        Duration left = Clock.charged(remaining, since, allowance, current);
        assert(_n(Clock.charged(remaining, since, allowance, later)) <= _n(left));
    }

    /// Nobody is locked out of a move by an overflow.
    /// @custom:halmos --panic-error-codes 0x01,0x11
    function check_realisticTimes_neverRevert(Duration remaining, Instant since, Duration allowance, Instant current)
        public
        pure
    {
        vm.assume(_realistic(remaining) && _realistic(allowance) && _realistic(since) && _realistic(current));
        vm.assume(_n(since) <= _n(current));
        Clock.deadline(remaining, since, allowance);
        Clock.expired(remaining, since, allowance, current);
        Clock.charged(remaining, since, allowance, current);
    }

    function check_instants(Instant instant, Duration duration, Instant earlier) public pure {
        Instant later = instant.plus(duration);
        assert(_n(later) == _n(instant) + _n(duration));
        assert(_n(later.since(instant)) == _n(duration));
        assert(!later.isBefore(instant));
        assert(earlier.isBefore(instant) == (_n(earlier) < _n(instant)));
        assert(_n(earlier.orLater(instant)) == (_n(earlier) < _n(instant) ? _n(instant) : _n(earlier)));
        assert(_n(earlier.until(instant)) == (_n(earlier) < _n(instant) ? _n(instant) - _n(earlier) : 0));
        assert(_n(instant.since(earlier)) + _n(earlier) == _n(instant));
    }

    function check_durations(Duration a, Duration b) public pure {
        assert(_n(a.minus(b)) == (_n(a) > _n(b) ? _n(a) - _n(b) : 0));
        assert(_n(a.min(b)) == (_n(a) < _n(b) ? _n(a) : _n(b)));
        assert(_n(a.max(b)) == (_n(a) < _n(b) ? _n(b) : _n(a)));
        assert((a < b) == (_n(a) < _n(b)));
        assert((a == b) == (_n(a) == _n(b)));
        assert(_n(a + b) == _n(a) + _n(b));
    }
}
