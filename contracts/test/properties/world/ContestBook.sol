// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Standing} from "../../../src/types/CommitmentState.sol";
import {CommitmentId, TournamentId, commitmentId, stepTournament} from "../../../src/types/Ids.sol";
import {Instant} from "../../../src/types/Instant.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {Level, MatchState, Outcome, Phase, Side} from "../../../src/types/MatchState.sol";
import {Move} from "../../../src/types/Move.sol";
import {Status, TournamentState} from "../../../src/types/TournamentState.sol";
import {Player} from "../../support/Dispute.sol";
import {Refunds} from "../../support/Refunds.sol";
import {RunTree, RunTrees} from "../../support/RunTree.sol";
import {ToyMachine} from "../../support/ToyMachine.sol";
import {ClaimBook} from "./ClaimBook.sol";

/// @notice A tournament of either level.
struct Contest {
    TournamentId id;
    Level level;
    /// The claim whose children it compares; for steps, whose children's slot match opened it.
    uint256 parent;
    /// Steps: that match, and the index of its contest.
    MatchKey slotKey;
    uint256 above;
    Instant opened;
    Instant closing;
    CommitmentId[] members;
    /// Steps: whether one side's slot commitment is true, and then the commitment to its true steps, joined or not.
    bool isDefended;
    CommitmentId defended;
    bool decided;
}

/// @notice A match that is over.
struct Ended {
    MatchKey key;
    Outcome outcome;
}

/// @notice Every tournament, commitment and match, with the trees behind the commitments. Matches are found by asking for
/// pairs, so no event is trusted.
abstract contract ContestBook is ClaimBook {
    using RunTrees for RunTree;

    Contest[] internal contests;
    MatchKey[] internal running;
    Ended[] internal ended;
    /// @dev Index in `ended` plus one of the match that a commitment lost.
    mapping(CommitmentId => uint256 numberFromOne) internal lostIn;
    mapping(CommitmentId => uint256) internal matchesPlayed;
    mapping(CommitmentId => RunTree) private _trees;
    /// @dev The core behind each state that a step commitment shows.
    mapping(bytes32 machineHash => bytes32 core) internal coreOf;
    mapping(TournamentId => uint256 numberFromOne) private _numbers;
    mapping(CommitmentId => bool) private _isMember;
    mapping(CommitmentId => bool) private _isInMatch;

    // Bringing the books up to date

    /// @dev Notes a claim that `who` has just proposed, and that it is in its contest.
    function _noteClaim(Player memory who, uint256 parent, bool openable) internal {
        _know(who, parent, openable);
        TournamentId id = contest(who);
        if (_numbers[id] == 0) {
            Contest storage opened = _newContest(id, Level.Slots, parent);
            opened.above = contests.length - 1;
            if (who.claim.round > 0) _reached("further round");
        }
        _enter(_contestIndex(id), who.claim.id().commitment(), who.slots);
        _refresh();
    }

    function _enter(uint256 index, CommitmentId commitment, RunTree memory tree) internal {
        if (_isMember[commitment]) return;
        _isMember[commitment] = true;
        contests[index].members.push(commitment);
        _trees[commitment] = tree;
    }

    /// @dev To call after whatever may have changed a tournament.
    function _refresh() internal {
        _noteBonds();
        for (uint256 i = running.length; i > 0; --i) {
            _noteMatch(i - 1);
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            if (!contests[i].decided) _noteContest(i);
        }
    }

    function _noteMatch(uint256 index) private {
        MatchKey memory key = running[index];
        MatchState memory state = tournament.matches(key.id());
        if (state.phase == Phase.InSteps && _numbers[stepTournament(key.id())] == 0) _noteSteps(key);
        if (state.phase != Phase.Settled) return;
        running[index] = running[running.length - 1];
        running.pop();
        ended.push(Ended(key, state.outcome));
        _isInMatch[key.one] = false;
        _isInMatch[key.two] = false;
        if (state.outcome != Outcome.One) lostIn[key.one] = ended.length;
        if (state.outcome != Outcome.Two) lostIn[key.two] = ended.length;
        if (state.outcome == Outcome.Neither) {
            _reached(state.level == Level.Slots ? "slot match lost by both" : "step match lost by both");
        }
    }

    function _noteSteps(MatchKey memory slotKey) private {
        TournamentId id = stepTournament(slotKey.id());
        uint256 above = _contestIndex(slotKey.tournament);
        Contest storage opened = _newContest(id, Level.Steps, contests[above].parent);
        opened.slotKey = slotKey;
        opened.above = above;
        bool oneIsTrue = _isTrueClaim(slotKey.one);
        if (!oneIsTrue && !_isTrueClaim(slotKey.two)) return;
        RunTree memory tree = _stepsOf(slotKey, oneIsTrue);
        opened.isDefended = true;
        opened.defended = commitmentId(id, tree.root(), tree.last());
        _trees[opened.defended] = tree;
    }

    function _newContest(TournamentId id, Level level, uint256 parent) private returns (Contest storage opened) {
        opened = contests.push();
        _numbers[id] = contests.length;
        opened.id = id;
        opened.level = level;
        opened.parent = parent;
        opened.opened = tournament.tournaments(id).start;
        opened.closing = tournament.closing(id);
    }

    /// @dev Finds the matches that have begun, and whether it is over.
    function _noteContest(uint256 index) private {
        Contest storage known = contests[index];
        CommitmentId[] memory members = known.members;
        for (uint256 i = 0; i < members.length; ++i) {
            if (!_plays(members[i])) continue;
            for (uint256 j = 0; j < members.length; ++j) {
                if (i == j || !_plays(members[j])) continue;
                MatchKey memory key = MatchKey(known.id, members[i], members[j]);
                if (tournament.matches(key.id()).phase == Phase.Absent) continue;
                running.push(key);
                _isInMatch[key.one] = true;
                _isInMatch[key.two] = true;
                ++matchesPlayed[key.one];
                ++matchesPlayed[key.two];
                break;
            }
        }
        (Status status,) = tournament.result(known.id);
        known.decided = status == Status.Won || status == Status.NoWinner;
        if (status == Status.NoWinner) {
            _reached(known.level == Level.Slots ? "contest without a winner" : "step contest without a winner");
        }
    }

    /// @dev Whether it is in a match that has not been noted.
    function _plays(CommitmentId id) private view returns (bool) {
        return !_isInMatch[id] && tournament.commitments(id).standing == Standing.Playing;
    }

    // Moving

    /// @dev The next move of the side to move, with the first commitment's debt if that is due.
    function _move(address sender, MatchKey memory key) internal {
        MatchState memory state = tournament.matches(key.id());
        bool oneMoves = state.toMove == Side.One;
        RunTree memory own = _trees[oneMoves ? key.one : key.two];
        RunTree memory rival = _trees[oneMoves ? key.two : key.one];
        if (state.owing) openRoot(sender, key, own);
        turn(sender, key, own, rival);
        _reached("turn");
    }

    function _timeout(MatchKey memory key) internal {
        bool sealed_ = tournament.matches(key.id()).phase == Phase.Sealed;
        tournament.timeout(key);
        _reached(sealed_ ? "timeout of a sealed match" : "timeout");
    }

    function _joinSteps(address account, uint256 index, RunTree memory tree) internal {
        MatchKey memory slotKey = contests[index].slotKey;
        _fund(account, STEP_BOND);
        joinSteps(account, slotKey, tree);
        _enter(index, stepCommitment(slotKey, tree), tree);
        _reached("step join");
    }

    /// @dev Proves the step of a sealed match whose agreed state is known.
    function _resolve(address sender, MatchKey memory key) internal {
        bytes memory proof = ToyMachine.encode(coreOf[tournament.matches(key.id()).agreed]);
        vm.recordLogs();
        vm.prank(sender);
        tournament.resolve(key, proof);
        (Side side, uint256 refund) = Refunds.refundOf(vm.getRecordedLogs());
        Outcome outcome = tournament.matches(key.id()).outcome;
        if (outcome == Outcome.Neither) {
            _reached("proof against both");
        } else {
            movesOf[keccak256(abi.encode(key))].push(Move(side, sender, refund));
            _reached("proof");
        }
    }

    /// @dev The steps of the slot in contest as one side of the slot match has them, and what lies behind them.
    function _stepsOf(MatchKey memory slotKey, bool sideOne) internal returns (RunTree memory tree) {
        Player memory who = claims[_claimOf(sideOne ? slotKey.one : slotKey.two)].version;
        uint32 slot = tournament.matches(slotKey.id()).position;
        bytes32 core = ToyMachine.before(who.records, who.lie, who.start, slot);
        _learn(core);
        (uint256[] memory starts, bytes32[] memory values) = ToyMachine.stepCores(who.records, who.lie, slot, core);
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = _learn(values[i]);
        }
        tree = RunTree(24, starts, values);
    }

    function _learn(bytes32 core) internal returns (bytes32 machineHash) {
        machineHash = ToyMachine.hash(core);
        coreOf[machineHash] = core;
    }

    // Reading

    function _contestIndex(TournamentId id) internal view returns (uint256) {
        assertNotEq(_numbers[id], 0, "unknown tournament");
        return _numbers[id] - 1;
    }

    function _claimOf(CommitmentId id) internal view returns (uint256) {
        return _indexOf(id.claim());
    }

    function _isTrueClaim(CommitmentId id) internal view returns (bool) {
        return _isKnown(id.claim()) && claims[_claimOf(id)].honest;
    }

    /// @dev Whether an honest player stands up for the commitment: a true claim, or the true steps of one in contest.
    function _isDefended(MatchKey memory key, CommitmentId id) internal view returns (bool) {
        Contest storage known = contests[_contestIndex(key.tournament)];
        if (known.level == Level.Slots) return _isTrueClaim(id);
        return known.isDefended && known.defended == id;
    }

    function _canBeOpened(CommitmentId id) internal view returns (bool) {
        return !_isKnown(id.claim()) || claims[_claimOf(id)].openable;
    }

    function _isIn(CommitmentId id) internal view returns (bool) {
        return _isMember[id];
    }

    function _treeOf(CommitmentId id) internal view returns (RunTree memory) {
        return _trees[id];
    }

    function _isExpired(MatchKey memory key) internal view returns (bool) {
        return !_now().isBefore(tournament.deadline(key.id()));
    }

    /// @dev The block as a nested roll leaves it, which the optimizer would not see.
    function _now() internal view returns (Instant) {
        return Instant.wrap(uint40(vm.getBlockNumber()));
    }

    /// @dev Whether two commitments left over may meet: the rule of docs/protocol.md 12, told from the commitments.
    function _canMerge(uint256 index) internal view returns (bool) {
        Contest storage known = contests[index];
        if (_now().isBefore(known.closing)) return false;
        (uint256 lowest, uint256 second) = (type(uint256).max, type(uint256).max);
        for (uint256 i = 0; i < known.members.length; ++i) {
            CommitmentId member = known.members[i];
            Standing standing = tournament.commitments(member).standing;
            // The first of a root tournament waits without a state until somebody meets it.
            if (standing == Standing.Playing || standing == Standing.Eliminated) continue;
            uint256 rank = tournament.commitments(member).rank;
            if (rank < lowest) (lowest, second) = (rank, lowest);
            else if (rank < second) second = rank;
        }
        if (second == type(uint256).max) return false;
        for (uint256 i = 0; i < running.length; ++i) {
            if (_contestIndex(running[i].tournament) != index) continue;
            if (tournament.matches(running[i].id()).rank <= second) return false;
        }
        return true;
    }

    function _state(TournamentId id) internal view returns (TournamentState memory) {
        return tournament.tournaments(id);
    }
}
