// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget} from "../../src/tournament/Budget.sol";
import {Delay, Joiners, RANKS, Running} from "../../src/tournament/Delay.sol";
import {MatchClocks} from "../../src/tournament/MatchClocks.sol";
import {Bracket, Pairing} from "../../src/tournament/Pairing.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks, Level, MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {TournamentState} from "../../src/types/TournamentState.sol";

/// @notice The tournament's rules of clocks and pairing, one a call, for the exhaustive model of engine/src/model. A
/// commitment that waits is known by its rank.
contract TournamentRules {
    using MatchClocks for Clocks;

    /// @notice Who waits and what runs: a bit a rank, and the number of running matches by their winner's rank.
    struct Seats {
        uint32 waiting;
        uint32[] running;
    }

    /// @notice A match that starts: the ranks with which its sides were waiting, and its winner's.
    struct Meeting {
        bool met;
        uint8 one;
        uint8 two;
        uint8 rank;
    }

    TournamentState private state;
    Bracket private bracket;

    // Clocks

    function turningOutcome(Clocks memory clocks, Side toMove, Duration allowance, Instant current)
        external
        pure
        returns (Outcome)
    {
        return clocks.turningOutcome(toMove, allowance, current);
    }

    function sealedOutcome(Clocks memory clocks, Duration allowance, Instant current) external pure returns (Outcome) {
        return clocks.sealedOutcome(allowance, current);
    }

    function afterTurn(Clocks memory clocks, Side mover, Duration allowance, Instant current)
        external
        pure
        returns (Clocks memory)
    {
        return clocks.afterTurn(mover, allowance, current);
    }

    function afterSealed(Clocks memory clocks, Duration allowance, Instant current)
        external
        pure
        returns (Clocks memory)
    {
        return clocks.afterSealed(allowance, current);
    }

    // Budgets

    function ofJoiner(Instant closing, Instant current) external pure returns (Duration) {
        return Budget.ofJoiner(closing, current);
    }

    function ofSteps(Clocks memory clocks) external pure returns (Duration) {
        return Budget.ofSteps(clocks);
    }

    function afterSteps(Duration budget, Duration rest, Duration build, Duration response)
        external
        pure
        returns (Duration)
    {
        return Budget.afterSteps(budget, rest, build, response);
    }

    function least(Duration censorship, Duration response, Duration build) external pure returns (Duration) {
        return Budget.least(censorship, response, build);
    }

    // Pairing

    /// @notice A commitment of `rank` arrives.
    function arrive(Seats memory seats, uint8 rank) external returns (Meeting memory meeting, Seats memory left) {
        _load(seats);
        CommitmentId opponent;
        (meeting.met, opponent) = Pairing.arrive(state, bracket, _commitment(type(uint8).max), rank);
        if (meeting.met) (meeting.one, meeting.two, meeting.rank) = (_rank(opponent), rank, rank + 1);
        left = _save();
    }

    /// @notice A match whose winner gets `rank` is over.
    function finish(Seats memory seats, uint8 rank) external returns (Seats memory) {
        _load(seats);
        Pairing.finish(state, bracket, rank);
        return _save();
    }

    /// @notice The two lowest leftovers meet, if they may. Side One is the higher one.
    function merge(Seats memory seats) external returns (Meeting memory meeting, Seats memory left) {
        _load(seats);
        CommitmentId higher;
        CommitmentId lower;
        uint8 rank;
        (meeting.met, higher, lower, rank) = Pairing.merge(state, bracket);
        if (meeting.met) (meeting.one, meeting.two, meeting.rank) = (_rank(higher), _rank(lower), rank);
        left = _save();
    }

    // Bounds of the delay

    function endOfMatch(
        Level level,
        Phase phase,
        uint8 height,
        Clocks memory clocks,
        Duration response,
        uint32 stepJoiners
    ) external pure returns (Instant) {
        MatchState memory state_;
        (state_.level, state_.phase, state_.height, state_.clocks) = (level, phase, height, clocks);
        return Delay.ofMatch(state_, response, stepJoiners);
    }

    /// @param ends by rank, when the running matches are over
    function endOfTournament(
        Level level,
        Duration budget,
        Instant closing,
        Seats memory seats,
        Instant[] memory ends,
        Instant current,
        Duration response,
        Joiners memory joiners
    ) external pure returns (Instant) {
        TournamentState memory state_;
        (state_.level, state_.budget, state_.waitingRanks) = (level, budget, seats.waiting);
        state_.start = Instant.wrap(Instant.unwrap(closing) - Duration.unwrap(budget));
        Running[RANKS] memory running;
        for (uint8 rank = 0; rank < ends.length; ++rank) {
            running[rank] = Running(seats.running[rank], ends[rank]);
        }
        return Delay.ofTournament(state_, running, current, response, joiners);
    }

    function _load(Seats memory seats) private {
        state.waitingRanks = seats.waiting;
        for (uint8 rank = 0; rank < 32; ++rank) {
            if (seats.waiting >> rank & 1 != 0) bracket.waiting[rank] = _commitment(rank);
        }
        for (uint8 rank = 0; rank < seats.running.length; ++rank) {
            bracket.running[rank] = seats.running[rank];
            if (seats.running[rank] != 0) state.runningRanks |= uint32(1) << rank;
        }
    }

    /// @dev The counts are the truth; a bitmap that contradicts them would be a fault of Pairing.
    function _save() private view returns (Seats memory seats) {
        seats.waiting = state.waitingRanks;
        seats.running = new uint32[](8);
        for (uint8 rank = 0; rank < 8; ++rank) {
            seats.running[rank] = bracket.running[rank];
            assert(state.runningRanks >> rank & 1 == (seats.running[rank] == 0 ? 0 : 1));
        }
    }

    function _commitment(uint8 rank) private pure returns (CommitmentId) {
        return CommitmentId.wrap(bytes32(uint256(rank)));
    }

    function _rank(CommitmentId commitment) private pure returns (uint8) {
        return uint8(uint256(CommitmentId.unwrap(commitment)));
    }
}
