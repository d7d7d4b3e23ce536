// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Finality} from "../interfaces/IAsker.sol";
import {Bond, BondStatus, Claim, ClaimStatus, IRollup} from "../interfaces/IRollup.sol";
import {ITournament} from "../interfaces/ITournament.sol";
import {Opening} from "../commitment/Opening.sol";
import {Backing, Fate, Step} from "../rules/Backing.sol";
import {Delay, Joiners, RANKS, Running} from "../tournament/Delay.sol";
import {MatchClocks} from "../tournament/MatchClocks.sol";
import {Pairing} from "../tournament/Pairing.sol";
import {ClaimKey} from "../types/ClaimKey.sol";
import {CommitmentState, Standing} from "../types/CommitmentState.sol";
import {Duration} from "../types/Duration.sol";
import {
    BondId,
    ClaimId,
    CommitmentId,
    MatchId,
    TournamentId,
    commitmentId,
    rootTournament,
    stepTournament
} from "../types/Ids.sol";
import {Instant, currentInstant} from "../types/Instant.sol";
import {MatchKey} from "../types/MatchKey.sol";
import {Clocks, Level, MatchState, Outcome, Phase, Side} from "../types/MatchState.sol";
import {Status, TournamentState} from "../types/TournamentState.sol";
import {
    BondReport,
    BondStanding,
    ClaimReport,
    ClaimStanding,
    Due,
    ILens,
    MatchReport,
    Mover,
    RankReport,
    StepBondReport,
    StepBondStanding,
    TournamentReport,
    Walk
} from "./ILens.sol";

/// @title Lens
/// @dev Stateless: it reads the other contracts, and nothing reads it.
contract Lens is ILens {
    using MatchClocks for Clocks;

    /// @inheritdoc ILens
    IRollup public immutable rollup;
    /// @inheritdoc ILens
    ITournament public immutable tournament;

    uint256 private immutable _rootBond;
    uint256 private immutable _stepBond;
    Duration private immutable _response;

    constructor(IRollup rollup_) {
        ITournament tournament_ = rollup_.tournament();
        rollup = rollup_;
        tournament = tournament_;
        _rootBond = rollup_.rootBond();
        _stepBond = tournament_.stepBond();
        (, _response,,) = tournament_.timing();
    }

    // Claims

    /// @inheritdoc ILens
    function claimReport(ClaimKey[] calldata path, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (ClaimReport memory report)
    {
        if (path.length == 0) revert EmptyPath();
        _requireAscending(matches);
        ClaimKey calldata key = path[0];
        report.id = key.id();
        Claim memory state = rollup.claims(report.id);
        if (state.status == ClaimStatus.Absent) return report;
        report.contest = rootTournament(key.parent, key.round);
        bool isSettled = ClaimId.unwrap(rollup.settledBy(report.contest)) != 0;
        (report.contestStatus,) = tournament.result(report.contest);
        if (isSettled) report.contestStatus = Status.Won;
        report.standing = _standing(report, state.status, key.parent);
        report.voidable = _isDead(key.parent) && state.status != ClaimStatus.Void;
        report.end = state.end;
        report.earliest = currentInstant();
        // Genesis was never in a contest.
        if (report.contestStatus == Status.Absent) return report;
        report.first = rollup.claims(key.parent).end + 1;
        report.bond = state.bond;
        report.owner = rollup.rootBonds(state.bond).owner;
        report.stake = _rootStake(state.bond);
        report.closing = tournament.closing(report.contest);
        report.matches = _matchesOf(report.id.commitment(), matches, joiners.steps);
        _lookUp(report, path, matches, joiners);
    }

    function _standing(ClaimReport memory report, ClaimStatus status, ClaimId parent)
        private
        view
        returns (ClaimStanding)
    {
        if (status == ClaimStatus.Confirmed) return ClaimStanding.Confirmed;
        Fate fate = _fate(report.id);
        if (fate != Fate.Open) return fate == Fate.Lost ? ClaimStanding.Lost : ClaimStanding.Superseded;
        if (status == ClaimStatus.Void) return ClaimStanding.Void;
        if (_isDead(parent)) return ClaimStanding.Orphaned;
        if (report.contestStatus == Status.Won) {
            return _isConfirmed(parent) ? ClaimStanding.Confirmable : ClaimStanding.ParentUndecided;
        }
        Standing standing = tournament.commitments(report.id.commitment()).standing;
        if (standing == Standing.Playing) return ClaimStanding.Playing;
        return report.contestStatus == Status.Joining ? ClaimStanding.Joining : ClaimStanding.Waiting;
    }

    /// @dev What depends on the ancestors.
    function _lookUp(
        ClaimReport memory report,
        ClaimKey[] calldata path,
        MatchKey[] calldata matches,
        Joiners calldata joiners
    ) private view {
        if (report.standing == ClaimStanding.Confirmed) return;
        bool alive = report.standing < ClaimStanding.Confirmed;
        ClaimId parent = path[0].parent;
        for (uint256 i = 0; i < path.length; ++i) {
            ClaimKey calldata key = path[i];
            if (i > 0 && key.id() != parent) revert BrokenPath(parent, key.id());
            parent = key.parent;
            if (_isDead(parent)) report.deadAncestor = parent;
            if (!alive) continue;
            TournamentId contest = rootTournament(parent, key.round);
            report.earliest = report.earliest.orLater(tournament.closing(contest));
            Duration delay = currentInstant().until(_decision(contest, matches, joiners));
            report.maxRemainingDelay = report.maxRemainingDelay.max(delay);
        }
        if (!_isConfirmed(parent)) revert ShortPath(parent);
    }

    function _isConfirmed(ClaimId id) private view returns (bool) {
        return rollup.claims(id).status == ClaimStatus.Confirmed;
    }

    function _isDead(ClaimId id) private view returns (bool) {
        return rollup.isVoid(id) || rollup.isLost(id);
    }

    /// @dev A claim that its contest has made void is not one that was marked so: that descends from a dead one.
    function _fate(ClaimId id) private view returns (Fate) {
        if (rollup.isLost(id)) return Fate.Lost;
        bool isMarked = rollup.claims(id).status == ClaimStatus.Void;
        return !isMarked && rollup.isVoid(id) ? Fate.Superseded : Fate.Open;
    }

    // Matches

    /// @inheritdoc ILens
    function matchReport(MatchKey calldata key, MatchKey[] calldata matches, uint32 stepJoiners)
        external
        view
        returns (MatchReport memory)
    {
        _requireAscending(matches);
        return _matchReport(key, matches, stepJoiners);
    }

    function _matchReport(MatchKey calldata key, MatchKey[] calldata matches, uint32 stepJoiners)
        private
        view
        returns (MatchReport memory report)
    {
        Instant current = currentInstant();
        report.id = key.id();
        report.key = key;
        MatchState memory state = tournament.matches(report.id);
        report.phase = state.phase;
        if (state.phase == Phase.Absent) return report;
        report.level = state.level;
        report.outcome = state.outcome;
        report.reason = state.reason;
        report.stakeOne = _stake(state.level, key.one);
        report.stakeTwo = _stake(state.level, key.two);
        (report.due, report.mover) = _due(report.id, state, current);
        Clocks memory clocks = _clocksAt(state, current);
        (report.clockOne, report.clockTwo) = (clocks.one, clocks.two);
        if (state.phase == Phase.Settled) return report;
        report.deadline = state.phase == Phase.InSteps
            ? tournament.closing(stepTournament(report.id))
            : tournament.deadline(report.id);
        report.left = current.until(report.deadline);
        report.maxRemainingDelay = current.until(_end(report.id, state, matches, stepJoiners));
    }

    function _due(MatchId id, MatchState memory state, Instant current) private view returns (Due, Mover) {
        Clocks memory clocks = state.clocks;
        if (state.phase == Phase.Turning) {
            if (clocks.turningOutcome(state.toMove, _response, current) != Outcome.Undecided) {
                return (Due.Timeout, Mover.Anyone);
            }
            Mover mover = state.toMove == Side.One ? Mover.One : Mover.Two;
            if (state.owing) return (Due.OpenRoot, mover);
            return (state.height == Opening.LEVELS ? Due.LastTurn : Due.Turn, mover);
        }
        if (state.phase == Phase.Sealed) {
            if (clocks.sealedOutcome(_response, current) != Outcome.Undecided) return (Due.Timeout, Mover.Anyone);
            return (Due.Proof, Mover.Either);
        }
        if (state.phase == Phase.InSteps) {
            (Status status,) = tournament.result(stepTournament(id));
            bool decided = status == Status.Won || status == Status.NoWinner;
            return decided ? (Due.Conclude, Mover.Anyone) : (Due.Steps, Mover.Nobody);
        }
        return (Due.Nothing, Mover.Nobody);
    }

    /// @dev The clocks if whoever is charged moved at `current`.
    function _clocksAt(MatchState memory state, Instant current) private view returns (Clocks memory) {
        if (state.phase == Phase.Turning) return state.clocks.afterTurn(state.toMove, _response, current);
        if (state.phase == Phase.Sealed) return state.clocks.afterSealed(_response, current);
        return state.clocks;
    }

    function _stake(Level level, CommitmentId id) private view returns (uint256) {
        return level == Level.Slots ? _rootStake(rollup.claims(id.claim()).bond) : _stepStake(id);
    }

    /// @dev Those in which `id` is a side.
    function _matchesOf(CommitmentId id, MatchKey[] calldata matches, uint32 stepJoiners)
        private
        view
        returns (MatchReport[] memory reports)
    {
        reports = new MatchReport[](matches.length);
        uint256 count = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            MatchKey calldata key = matches[i];
            if (key.one == id || key.two == id) reports[count++] = _matchReport(key, matches, stepJoiners);
        }
        // Cut the array to what is filled.
        assembly ("memory-safe") {
            mstore(reports, count)
        }
    }

    function _requireAscending(MatchKey[] calldata matches) private pure {
        MatchId previous;
        for (uint256 i = 0; i < matches.length; ++i) {
            MatchId next = matches[i].id();
            if (MatchId.unwrap(next) <= MatchId.unwrap(previous)) revert NotAscending(previous, next);
            previous = next;
        }
    }

    // Tournaments

    /// @inheritdoc ILens
    function tournamentReport(TournamentId id, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (TournamentReport memory report)
    {
        _requireAscending(matches);
        (report.status, report.winner) = tournament.result(id);
        if (report.status == Status.Absent) return report;
        TournamentState memory state = tournament.tournaments(id);
        report.level = state.level;
        report.closing = tournament.closing(id);
        report.left = currentInstant().until(report.closing);
        report.mergeable =
            report.status != Status.Joining && Pairing.leftovers(state.waitingRanks, state.runningRanks) != 0;
        (report.ranks, report.contenders) = _ranks(id, state);
        report.maxRemainingDelay = currentInstant().until(_decision(id, matches, joiners));
    }

    /// @inheritdoc ILens
    function maxRemainingDelay(TournamentId id, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (Duration)
    {
        _requireAscending(matches);
        if (!tournament.tournaments(id).exists) revert UnknownTournament(id);
        return currentInstant().until(_decision(id, matches, joiners));
    }

    function _ranks(TournamentId id, TournamentState memory state)
        private
        view
        returns (RankReport[] memory reports, uint32 contenders)
    {
        reports = new RankReport[](RANKS);
        uint256 count = 0;
        for (uint8 rank = 0; rank < RANKS; ++rank) {
            if ((state.waitingRanks | state.runningRanks) >> rank & 1 == 0) continue;
            RankReport memory report = reports[count++];
            report.rank = rank;
            report.isAwaited = state.waitingRanks >> rank & 1 == 1;
            if (report.isAwaited) report.waiting = tournament.waiting(id, rank);
            report.running = tournament.running(id, rank);
            contenders += (report.isAwaited ? 1 : 0) + 2 * report.running;
        }
        // Cut the array to what is filled.
        assembly ("memory-safe") {
            mstore(reports, count)
        }
    }

    /// @dev By when tournament `id` is decided.
    function _decision(TournamentId id, MatchKey[] calldata matches, Joiners memory joiners)
        private
        view
        returns (Instant)
    {
        TournamentState memory state = tournament.tournaments(id);
        Running[RANKS] memory running = _running(id, matches, joiners.steps);
        Duration wholeMatch = Delay.ofNewMatch(state.level, state.budget, _response, joiners.steps);
        for (uint8 rank = 0; rank < RANKS; ++rank) {
            if (state.runningRanks >> rank & 1 == 0) continue;
            uint32 count = tournament.running(id, rank);
            // One that was not given takes at most as long as one that starts now.
            if (running[rank].matches < count) running[rank] = Running(count, currentInstant().plus(wholeMatch));
        }
        return Delay.ofTournament(state, running, currentInstant(), _response, joiners);
    }

    /// @dev The running ones among `matches` that are of tournament `id`, by rank.
    function _running(TournamentId id, MatchKey[] calldata matches, uint32 stepJoiners)
        private
        view
        returns (Running[RANKS] memory running)
    {
        for (uint256 i = 0; i < matches.length; ++i) {
            if (TournamentId.unwrap(matches[i].tournament) != TournamentId.unwrap(id)) continue;
            MatchId matchId = matches[i].id();
            MatchState memory state = tournament.matches(matchId);
            if (state.phase == Phase.Absent || state.phase == Phase.Settled) continue;
            Running memory rank = running[state.rank];
            ++rank.matches;
            rank.end = rank.end.orLater(_end(matchId, state, matches, stepJoiners));
        }
    }

    /// @dev By when a running match is settled.
    function _end(MatchId id, MatchState memory state, MatchKey[] calldata matches, uint32 stepJoiners)
        private
        view
        returns (Instant)
    {
        if (state.phase != Phase.InSteps) return Delay.ofMatch(state, _response, stepJoiners);
        return _decision(stepTournament(id), matches, Joiners(stepJoiners, 0));
    }

    // Bonds

    /// @inheritdoc ILens
    function bondReport(BondId bond, ClaimKey[] calldata path) external view returns (BondReport memory report) {
        Bond memory state = rollup.rootBonds(bond);
        report.owner = state.owner;
        report.tip = state.tip;
        report.stake = _rootStake(bond);
        report.standing = _bondStanding(state);
        report.walk = _walk(bond, state, path);
        if (path.length > 0 && report.stake > 0) report.splittable = _isSplittable(bond, path[path.length - 1]);
    }

    function _bondStanding(Bond memory state) private view returns (BondStanding) {
        if (state.status == BondStatus.Absent) return BondStanding.Unknown;
        if (state.status == BondStatus.Frozen) return BondStanding.Frozen;
        if (state.status == BondStatus.Released) return BondStanding.Released;
        if (state.status == BondStatus.Forfeited) return BondStanding.Forfeited;
        return _isConfirmed(state.tip) ? BondStanding.Releasable : BondStanding.Backing;
    }

    function _walk(BondId bond, Bond memory state, ClaimKey[] calldata path) private view returns (Walk walk) {
        if (!_isHeld(state.status)) return Walk.Refused;
        bool resumed = state.walking && !_isConfirmed(state.walked);
        ClaimId cursor = resumed ? state.walked : state.tip;
        walk = Walk.Pass;
        for (uint256 i = 0; i < path.length; ++i) {
            if (path[i].id() != cursor) return Walk.Refused;
            if (_isConfirmed(cursor)) break;
            Fate fate = _fate(cursor);
            if (fate == Fate.Lost && state.status == BondStatus.Locked) walk = Walk.Freeze;
            Step step = _stepAt(bond, cursor, path[i].parent, fate);
            if (step == Step.Burn) return Walk.Burn;
            if (step == Step.Free) return Walk.Free;
            if (step == Step.Stand) break;
            cursor = path[i].parent;
        }
    }

    function _stepAt(BondId bond, ClaimId id, ClaimId parent, Fate fate) private view returns (Step) {
        bool splits = rollup.claims(id).bond == bond && tournament.isEliminated(id.commitment());
        return Backing.step(fate, _isConfirmed(parent), splits);
    }

    function _isSplittable(BondId bond, ClaimKey calldata key) private view returns (bool) {
        ClaimId id = key.id();
        bool splits = rollup.claims(id).bond == bond && tournament.isEliminated(id.commitment());
        return splits && rollup.isLost(id) && _isConfirmed(key.parent);
    }

    /// @inheritdoc ILens
    function stepBondReport(MatchKey calldata slotMatch, bytes32 root, bytes32 last)
        external
        view
        returns (StepBondReport memory report)
    {
        TournamentId steps = stepTournament(slotMatch.id());
        CommitmentId id = commitmentId(steps, root, last);
        CommitmentState memory state = tournament.commitments(id);
        report.owner = state.owner;
        report.stake = _stepStake(id);
        report.standing = _stepBondStanding(slotMatch.tournament, steps, id, state);
    }

    function _stepBondStanding(TournamentId contest, TournamentId steps, CommitmentId id, CommitmentState memory state)
        private
        view
        returns (StepBondStanding)
    {
        if (state.standing == Standing.Absent) return StepBondStanding.Unknown;
        if (state.bondSettled) return StepBondStanding.Settled;
        (Status status, CommitmentId winner) = tournament.result(steps);
        if (status == Status.Won && winner == id) return StepBondStanding.Releasable;
        Finality finality = rollup.finality(contest);
        if (finality == Finality.Void) return StepBondStanding.Releasable;
        if (state.standing != Standing.Eliminated) return StepBondStanding.Contending;
        return finality == Finality.Final ? StepBondStanding.Splittable : StepBondStanding.Provisional;
    }

    function _rootStake(BondId bond) private view returns (uint256) {
        return _isHeld(rollup.rootBonds(bond).status) ? _rootBond : 0;
    }

    function _stepStake(CommitmentId id) private view returns (uint256) {
        CommitmentState memory state = tournament.commitments(id);
        return state.standing == Standing.Absent || state.bondSettled ? 0 : _stepBond;
    }

    function _isHeld(BondStatus status) private pure returns (bool) {
        return status == BondStatus.Locked || status == BondStatus.Frozen;
    }
}
