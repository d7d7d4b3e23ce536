// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Opening} from "../commitment/Opening.sol";
import {Duration} from "../types/Duration.sol";
import {Instant} from "../types/Instant.sol";
import {Clocks, Level, MatchState, Phase} from "../types/MatchState.sol";
import {TournamentState} from "../types/TournamentState.sol";
import {Clock} from "./Clock.sol";
import {Match} from "./Match.sol";

/// @dev Win ranks in use stay under this: see Pairing.
uint8 constant RANKS = 32;

/// @notice Who may still join, as far as a bound of the delay supposes.
struct Joiners {
    /// How many commitments still join the tournament itself, if it takes any.
    uint32 here;
    /// How many still join each step tournament of its matches.
    uint32 steps;
}

/// @notice The running matches of a tournament that give their winner one rank.
struct Running {
    /// How many there are.
    uint32 matches;
    /// By when all of them are over; meaningless without any.
    Instant end;
}

/// @notice How long a tournament can take, whatever the players do: a bound from its own state. It supposes that no more
/// commitments join than `Joiners` tells, and that the verbs which anybody may call are called in the block in which they
/// fall due: timeout, conclude, merge.
///
/// With G the response allowance, and J commitments in a step tournament of budget m:
/// - a match: a turn takes at most G more than it charges, so t turns with the clocks a, b left take at most t G + a + b.
///   A step match is then sealed until a clock runs out, at most G + what that has left. A slot match starts a step
///   tournament with the larger clock: what both sides have not used by then counts there.
///       Steps: a + b + (t + 1) G          Slots: min(a, b) + t G + steps(max(a, b))
/// - steps(m) = max(m, ceil(log2 J) (2 m + 7 G)): its clocks are at most m, and a match started by a joiner after a time x
///   has a clock of m - x, so it ends as early as if both had joined at the start.
/// - a tournament: a match for rank r starts when one for a lower rank ends, when joining closes, or, rank 1, by joining.
///   So all matches for ranks up to r are over one match after those up to r - 1, or after closing. None for rank r
///   starts if all commitments below that rank, those in running matches counted by the rank at stake, weigh at most
///   2^(r - 1), where rank k weighs 2^k: a merge for rank b + 1 <= r - 1 lifts the weight to the next multiple of 2^(b + 1),
///   and no further.
/// No clock ever grows beyond the budget: a slot match's winner gets back at most the larger of its two clocks.
library Delay {
    /// @notice By when a match that is turning or sealed is over.
    /// @param stepJoiners how many commitments join its step tournament
    function ofMatch(MatchState memory state, Duration response, uint32 stepJoiners) internal pure returns (Instant) {
        Clocks memory clocks = state.clocks;
        if (state.phase == Phase.Sealed) return Clock.deadline(clocks.one.min(clocks.two), clocks.since, response);
        return clocks.since.plus(ofTurns(state.level, state.height, clocks.one, clocks.two, response, stepJoiners));
    }

    /// @notice How long a match at `height` takes at most from the last charge on, with its clocks at `one` and `two`.
    function ofTurns(Level level, uint8 height, Duration one, Duration two, Duration response, uint32 stepJoiners)
        internal
        pure
        returns (Duration)
    {
        Duration turns = response.times(height / Opening.LEVELS);
        if (level == Level.Steps) return turns + one + two + response;
        return turns + one.min(two) + ofSteps(one.max(two), response, stepJoiners);
    }

    /// @notice How long a step tournament of `budget` takes at most from its start on, if `joiners` join.
    function ofSteps(Duration budget, Duration response, uint32 joiners) internal pure returns (Duration) {
        if (joiners < 2) return budget;
        return ofNewMatch(Level.Steps, budget, response, 0).times(uint40(Math.log2(joiners, Math.Rounding.Ceil)));
    }

    /// @notice How long a match of `level` takes at most from its start on, in a tournament of `budget`.
    function ofNewMatch(Level level, Duration budget, Duration response, uint32 stepJoiners)
        internal
        pure
        returns (Duration)
    {
        return ofTurns(level, Match.heightOf(level), budget, budget, response, stepJoiners);
    }

    /// @notice By when a tournament is decided.
    /// @param running its running matches by rank
    function ofTournament(
        TournamentState memory state,
        Running[RANKS] memory running,
        Instant current,
        Duration response,
        Joiners memory joiners
    ) internal pure returns (Instant) {
        Instant closing = state.start.plus(state.budget);
        Duration match_ = ofNewMatch(state.level, state.budget, response, joiners.steps);
        uint256 weight = current.isBefore(closing) ? joiners.here : 0;
        // By when every match for a rank up to the last one looked at is over.
        Instant over = current;
        for (uint8 rank = 1; rank < RANKS; ++rank) {
            uint8 below = rank - 1;
            weight += (uint256(running[below].matches) + (state.waitingRanks >> below & 1)) << below;
            Instant end = over;
            if (weight > uint256(1) << below) {
                Instant starts = rank == 1 ? state.start : over.orLater(closing);
                end = end.orLater(starts.plus(match_));
            }
            if (running[rank].matches > 0) end = end.orLater(running[rank].end);
            over = end;
        }
        return over.orLater(closing);
    }
}
