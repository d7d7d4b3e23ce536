// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "../types/Duration.sol";
import {Instant} from "../types/Instant.sol";
import {Clocks, Outcome, Side} from "../types/MatchState.sol";
import {Clock} from "./Clock.sol";

/// @notice The policy of a match's two clocks. Every rule takes the instant as an argument, so that moves, timeouts and
/// views judge alike.
library MatchClocks {
    /// @notice Who wins by time at `current` while `toMove` is to move: only its clock runs.
    function turningOutcome(Clocks memory clocks, Side toMove, Duration allowance, Instant current)
        internal
        pure
        returns (Outcome)
    {
        if (!Clock.expired(remaining(clocks, toMove), clocks.since, allowance, current)) return Outcome.Undecided;
        return toMove == Side.One ? Outcome.Two : Outcome.One;
    }

    /// @notice Who wins by time at `current` while both clocks run.
    function sealedOutcome(Clocks memory clocks, Duration allowance, Instant current) internal pure returns (Outcome) {
        bool oneExpired = Clock.expired(clocks.one, clocks.since, allowance, current);
        bool twoExpired = Clock.expired(clocks.two, clocks.since, allowance, current);
        if (oneExpired && twoExpired) return Outcome.Neither;
        if (oneExpired) return Outcome.Two;
        if (twoExpired) return Outcome.One;
        return Outcome.Undecided;
    }

    /// @notice The clocks after `mover` has moved at `current`.
    function afterTurn(Clocks memory clocks, Side mover, Duration allowance, Instant current)
        internal
        pure
        returns (Clocks memory)
    {
        Duration left = Clock.charged(remaining(clocks, mover), clocks.since, allowance, current);
        if (mover == Side.One) return Clocks(left, clocks.two, current);
        return Clocks(clocks.one, left, current);
    }

    /// @notice The clocks after both have run until `current`.
    function afterSealed(Clocks memory clocks, Duration allowance, Instant current)
        internal
        pure
        returns (Clocks memory)
    {
        return Clocks(
            Clock.charged(clocks.one, clocks.since, allowance, current),
            Clock.charged(clocks.two, clocks.since, allowance, current),
            current
        );
    }

    /// @notice What `side` has left.
    function remaining(Clocks memory clocks, Side side) internal pure returns (Duration) {
        return side == Side.One ? clocks.one : clocks.two;
    }
}
