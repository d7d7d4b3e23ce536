// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Delay, Joiners, RANKS, Running} from "../../src/tournament/Delay.sol";
import {Match} from "../../src/tournament/Match.sol";
import {MatchClocks} from "../../src/tournament/MatchClocks.sol";
import {Bracket, Pairing} from "../../src/tournament/Pairing.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks, Level, MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {TournamentState} from "../../src/types/TournamentState.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Whole tournaments between players who move, wait and lose at random, by the contracts' own pairing and clocks.
/// What happens inside a step tournament is drawn too: it takes at most what the bound says.
contract DelayTest is Test {
    using MatchClocks for Clocks;

    Duration private constant RESPONSE = Duration.wrap(3);
    uint40 private constant MAX_JOINERS = 7;
    uint32 private constant STEP_JOINERS = 3;

    struct Player {
        uint256 id;
        Duration remaining;
    }

    struct Game {
        Player one;
        Player two;
        uint8 rank;
        MatchState state;
        /// A slot match in its step tournament: when that is decided.
        Instant stepsEnd;
    }

    TournamentState private state;
    Bracket private bracket;
    Game[] private games;
    mapping(uint256 id => Player) private players;
    uint256 private joined;
    uint256 private seed;
    Instant private current;

    function _draw(uint40 below) private returns (uint40) {
        seed = uint256(keccak256(abi.encode(seed)));
        // Less than `below`.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(seed % below);
    }

    function _start(Level level, uint256 seed_) private {
        seed = seed_;
        current = Instant.wrap(100);
        state.exists = true;
        state.level = level;
        state.start = current;
        state.budget = Duration.wrap(1 + _draw(12));
    }

    function _closing() private view returns (Instant) {
        return state.start.plus(state.budget);
    }

    // The tournament

    function _join() private {
        ++joined;
        players[joined] = Player(joined, _closing().since(current));
        _arrive(players[joined], 0);
    }

    function _arrive(Player memory who, uint8 rank) private {
        players[who.id] = who;
        (bool met, CommitmentId opponent) = Pairing.arrive(state, bracket, CommitmentId.wrap(bytes32(who.id)), rank);
        if (met) _meet(players[uint256(CommitmentId.unwrap(opponent))], who, rank + 1);
    }

    function _merge() private {
        if (current.isBefore(_closing())) return;
        (bool met, CommitmentId one, CommitmentId two, uint8 rank) = Pairing.merge(state, bracket);
        if (!met) return;
        _meet(players[uint256(CommitmentId.unwrap(one))], players[uint256(CommitmentId.unwrap(two))], rank);
    }

    function _meet(Player memory one, Player memory two, uint8 rank) private {
        Game storage game = games.push();
        game.one = one;
        game.two = two;
        game.rank = rank;
        game.state.phase = Phase.Turning;
        game.state.level = state.level;
        game.state.height = Match.heightOf(state.level);
        game.state.clocks = Clocks(one.remaining, two.remaining, current);
    }

    function _finish(uint256 index, Outcome outcome) private {
        Game memory done = games[index];
        games[index] = games[games.length - 1];
        games.pop();
        Pairing.finish(state, bracket, done.rank);
        if (outcome != Outcome.Neither) {
            Player memory winner = outcome == Outcome.One ? done.one : done.two;
            winner.remaining = done.state.clocks.remaining(outcome == Outcome.One ? Side.One : Side.Two);
            _arrive(winner, done.rank);
        }
        _merge();
    }

    /// @dev Whether the match at `index` is settled in this block.
    function _play(uint256 index) private returns (bool) {
        Game storage game = games[index];
        Clocks memory clocks = game.state.clocks;
        if (game.state.phase == Phase.InSteps) {
            if (current.isBefore(game.stepsEnd)) return false;
            Duration left = clocks.one.max(clocks.two);
            game.state.clocks = Clocks(left, left, current);
            _finish(index, Outcome(1 + _draw(3)));
            return true;
        }
        if (game.state.phase == Phase.Sealed) {
            Outcome byTime = clocks.sealedOutcome(RESPONSE, current);
            bool proven = _draw(20) == 0;
            if (byTime == Outcome.Undecided && !proven) return false;
            game.state.clocks = clocks.afterSealed(RESPONSE, current);
            _finish(index, proven ? Outcome(1 + _draw(3)) : byTime);
            return true;
        }
        Side mover = game.state.toMove;
        Outcome outcome = clocks.turningOutcome(mover, RESPONSE, current);
        if (outcome != Outcome.Undecided) {
            _finish(index, outcome);
            return true;
        }
        // The last block before the deadline is the slowest move there is.
        bool last = clocks.turningOutcome(mover, RESPONSE, current.plus(Duration.wrap(1))) != Outcome.Undecided;
        if (_draw(last ? 2 : 8) > 0) return false;
        _turn(game, clocks.afterTurn(mover, RESPONSE, current));
        // A step tournament without time is decided in the block in which it starts.
        return game.state.phase == Phase.InSteps && _play(index);
    }

    function _turn(Game storage game, Clocks memory clocks) private {
        game.state.clocks = clocks;
        game.state.toMove = Match.other(game.state.toMove);
        game.state.height -= 4;
        if (game.state.height > 0) return;
        if (game.state.level == Level.Steps) {
            game.state.phase = Phase.Sealed;
            return;
        }
        game.state.phase = Phase.InSteps;
        Duration longest = Delay.ofSteps(clocks.one.max(clocks.two), RESPONSE, STEP_JOINERS);
        uint40 taken = _draw(2) == 0 ? Duration.unwrap(longest) : _draw(Duration.unwrap(longest) + 1);
        game.stepsEnd = current.plus(Duration.wrap(taken));
    }

    // The bound

    function _bound(uint256 toJoin, bool exact) private view returns (Instant) {
        Running[RANKS] memory running;
        Duration whole = Delay.ofNewMatch(state.level, state.budget, RESPONSE, STEP_JOINERS);
        for (uint256 i = 0; i < games.length; ++i) {
            Game memory game = games[i];
            Instant end = current.plus(whole);
            if (exact) {
                end = game.state.phase == Phase.InSteps
                    ? game.stepsEnd
                    : Delay.ofMatch(game.state, RESPONSE, STEP_JOINERS);
            }
            ++running[game.rank].matches;
            running[game.rank].end = running[game.rank].end.orLater(end);
        }
        // At most MAX_JOINERS.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Delay.ofTournament(state, running, current, RESPONSE, Joiners(uint32(toJoin), STEP_JOINERS));
    }

    function _isDecided() private view returns (bool) {
        return !current.isBefore(_closing()) && games.length == 0 && !Pairing.several(state);
    }

    function _runWithinBounds() private {
        Instant least = Instant.wrap(type(uint40).max);
        uint256 joiners = _draw(MAX_JOINERS);
        while (true) {
            while (current.isBefore(_closing()) && joined < joiners && _draw(3) == 0) {
                _join();
            }
            if (!current.isBefore(_closing())) _merge();
            for (uint256 i = 0; i < games.length;) {
                if (!_play(i)) ++i;
            }
            Instant exact = _bound(joiners - joined, true);
            assertFalse(_bound(joiners - joined, false).isBefore(exact), "a match not looked at counts as a whole one");
            assertFalse(exact.isBefore(current), "not in the past");
            if (exact.isBefore(least)) least = exact;
            if (_isDecided()) break;
            current = current.plus(Duration.wrap(1));
        }
        assertFalse(least.isBefore(current), "decided later than any bound said");
        assertTrue(_bound(0, true).until(current) == Duration.wrap(0), "nothing is left of a decided tournament");
    }

    function test_fuzz_steps_areDecidedByTheBound(uint256 seed_) public {
        _start(Level.Steps, seed_);
        _runWithinBounds();
    }

    function test_fuzz_slots_areDecidedByTheBound(uint256 seed_) public {
        _start(Level.Slots, seed_);
        _runWithinBounds();
    }

    // One match

    function test_ofMatch_isReachedButForOneBlock() public pure {
        MatchState memory game;
        game.phase = Phase.Turning;
        game.level = Level.Steps;
        game.height = Match.heightOf(Level.Steps);
        game.clocks = Clocks(Duration.wrap(10), Duration.wrap(20), Instant.wrap(100));
        Instant bound = Delay.ofMatch(game, RESPONSE, 0);
        assertEq(Instant.unwrap(bound), 100 + 10 + 20 + 7 * 3);

        // Both use up all but a block with their first turn, and the allowance with each further one.
        Instant now_ = Instant.wrap(100);
        uint40[6] memory elapsed = [uint40(12), 22, 3, 3, 3, 3];
        for (uint256 i = 0; i < 6; ++i) {
            now_ = now_.plus(Duration.wrap(elapsed[i]));
            assertTrue(game.clocks.turningOutcome(game.toMove, RESPONSE, now_) == Outcome.Undecided, "in time");
            game.clocks = game.clocks.afterTurn(game.toMove, RESPONSE, now_);
            game.toMove = Match.other(game.toMove);
            game.height -= 4;
            assertFalse(bound.isBefore(Delay.ofMatch(game, RESPONSE, 0)), "never later than said before");
        }
        game.phase = Phase.Sealed;
        assertEq(Instant.unwrap(Delay.ofMatch(game, RESPONSE, 0)) + 1, Instant.unwrap(bound));
    }

    function test_ofSteps() public pure {
        Duration budget = Duration.wrap(50);
        uint256 wholeMatch = 2 * 50 + 7 * 3;
        assertEq(Duration.unwrap(Delay.ofSteps(budget, RESPONSE, 0)), 50, "nobody");
        assertEq(Duration.unwrap(Delay.ofSteps(budget, RESPONSE, 1)), 50, "alone until joining closes");
        assertEq(Duration.unwrap(Delay.ofSteps(budget, RESPONSE, 2)), wholeMatch);
        assertEq(Duration.unwrap(Delay.ofSteps(budget, RESPONSE, 4)), 2 * wholeMatch);
        assertEq(Duration.unwrap(Delay.ofSteps(budget, RESPONSE, 5)), 3 * wholeMatch);
    }

    function test_ofTurns_slotMatchKeepsItsLargerClockForTheSteps() public pure {
        Duration all = Delay.ofTurns(Level.Slots, 12, Duration.wrap(40), Duration.wrap(50), RESPONSE, 2);
        assertEq(Duration.unwrap(all), 40 + 3 * 3 + 2 * 50 + 7 * 3);
    }

    // Tournaments in a given state

    function _given(uint32 waitingRanks, uint32 runningRanks) private returns (Instant) {
        state.exists = true;
        state.level = Level.Steps;
        state.start = Instant.wrap(100);
        state.budget = Duration.wrap(10);
        state.waitingRanks = waitingRanks;
        Running[RANKS] memory running;
        for (uint256 rank = 0; rank < RANKS; ++rank) {
            if (runningRanks >> rank & 1 == 1) running[rank] = Running(1, current.plus(Duration.wrap(7)));
        }
        return Delay.ofTournament(state, running, current, RESPONSE, Joiners(0, 0));
    }

    function test_ofTournament_countsMatchesThatCanFollow() public {
        uint256 whole = 2 * 10 + 7 * 3;
        current = Instant.wrap(103);
        assertEq(Instant.unwrap(_given(1, 0)), 110, "alone until joining closes");
        current = Instant.wrap(200);
        assertEq(Instant.unwrap(_given(0, 0)), 200, "no winner");
        assertEq(Instant.unwrap(_given(1 << 3, 0)), 200, "won");
        assertEq(Instant.unwrap(_given(1 << 3 | 1 << 2, 0)), 200 + whole, "a merge skips ranks");
        assertEq(Instant.unwrap(_given(1 << 5 | 3, 0)), 200 + 2 * whole, "the lower two, then with the third");
        assertEq(Instant.unwrap(_given(0, 1 << 4)), 207, "the final");
        assertEq(Instant.unwrap(_given(1 << 5, 1 << 1)), 207 + whole, "a match, then with the one that waits");
        assertEq(Instant.unwrap(_given(3, 1 << 2)), 200 + 2 * whole, "the two that wait meet beside the match");
    }

    function test_ofTournament_withJoiners() public {
        current = Instant.wrap(103);
        _given(1, 0);
        Running[RANKS] memory none;
        uint256 whole = 2 * 10 + 7 * 3;
        Instant one = Delay.ofTournament(state, none, current, RESPONSE, Joiners(1, 0));
        assertEq(Instant.unwrap(one), 100 + whole, "who joins late has a clock as much shorter");
        Instant two = Delay.ofTournament(state, none, current, RESPONSE, Joiners(2, 0));
        assertEq(Instant.unwrap(two), 100 + 2 * whole);
        current = Instant.wrap(110);
        Instant closed = Delay.ofTournament(state, none, current, RESPONSE, Joiners(2, 0));
        assertEq(Instant.unwrap(closed), 110, "nobody joins any more");
    }
}
