// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bond, BondStatus, ClaimStatus, IRollup} from "../../../src/interfaces/IRollup.sol";
import {ITournament} from "../../../src/interfaces/ITournament.sol";
import {CommitmentState, Standing} from "../../../src/types/CommitmentState.sol";
import {ClaimKey} from "../../../src/types/ClaimKey.sol";
import {BondId, ClaimId, CommitmentId, TournamentId, rootTournament, stepTournament} from "../../../src/types/Ids.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {Level, MatchState, Outcome, Phase} from "../../../src/types/MatchState.sol";
import {Move} from "../../../src/types/Move.sol";
import {Status} from "../../../src/types/TournamentState.sol";
import {RunTree, RunTrees} from "../../support/RunTree.sol";
import {ToyMachine, ToyVerifier} from "../../support/ToyMachine.sol";
import {Contest} from "./ContestBook.sol";
import {Liars} from "./Liars.sol";

/// @notice The verbs that anybody may call, on anything at any time. What they must answer is told from the books by the tables of
/// docs/protocol.md.
abstract contract Anyone is Liars {
    using RunTrees for RunTree;

    /// @dev Step bonds that were forfeited.
    uint256 internal forfeitedSteps;

    // Matches and tournaments

    function _tryTimeout(address sender, MatchKey memory key) internal {
        Phase phase = tournament.matches(key.id()).phase;
        bytes4 refusal = phase == Phase.Sealed ? bytes4(0) : _wrongPhase(phase, Phase.Turning);
        if (refusal == 0 && !_isExpired(key)) refusal = ITournament.ClockNotExpired.selector;
        bytes memory data = abi.encodeCall(ITournament.timeout, (key));
        if (!_try(sender, address(tournament), data, refusal)) return;
        _reached(phase == Phase.Sealed ? "timeout of a sealed match" : "timeout");
        _refresh();
    }

    function _tryConclude(address sender, MatchKey memory key) internal {
        Phase phase = tournament.matches(key.id()).phase;
        bytes4 refusal = _wrongPhase(phase, Phase.InSteps);
        if (refusal == 0 && !_isDecided(stepTournament(key.id()))) refusal = ITournament.StepsUndecided.selector;
        bytes memory data = abi.encodeCall(ITournament.conclude, (key));
        if (!_try(sender, address(tournament), data, refusal)) return;
        _reached("conclude");
        _refresh();
    }

    function _tryMerge(address sender, uint256 index) internal {
        bytes4 refusal = _canMerge(index) ? bytes4(0) : ITournament.NothingToMerge.selector;
        bytes memory data = abi.encodeCall(ITournament.merge, (contests[index].id));
        if (!_try(sender, address(tournament), data, refusal)) return;
        _reached("merge");
        _refresh();
    }

    /// @dev With the right witness, if the agreed state is one that somebody knows, or with a wrong one.
    function _tryResolve(address sender, MatchKey memory key, bool right) internal {
        MatchState memory state = tournament.matches(key.id());
        if (state.phase == Phase.Sealed && right) {
            if (coreOf[state.agreed] != 0) _resolve(sender, key);
            _refresh();
            return;
        }
        bytes4 refusal = _wrongPhase(state.phase, Phase.Sealed);
        if (refusal == 0) refusal = ToyVerifier.WrongWitness.selector;
        bytes memory data = abi.encodeCall(ITournament.resolve, (key, ToyMachine.encode(keccak256("wrong"))));
        _try(sender, address(tournament), data, refusal);
    }

    /// @dev A move from a node at which the match does not stand.
    function _tryMisplacedTurn(address sender, MatchKey memory key) internal {
        MatchState memory state = tournament.matches(key.id());
        bytes4 refusal = _wrongPhase(state.phase, Phase.Turning);
        if (refusal == 0 && _isExpired(key)) refusal = ITournament.ClockExpired.selector;
        if (refusal == 0 && state.owing) refusal = ITournament.NotOpened.selector;
        if (refusal == 0) refusal = ITournament.UnexpectedNode.selector;
        bytes32[16] memory opening;
        bytes memory data = abi.encodeCall(ITournament.turn, (key, keccak256("nowhere"), opening, opening, opening));
        _try(sender, address(tournament), data, refusal);
    }

    function _wrongPhase(Phase actual, Phase needed) private pure returns (bytes4) {
        if (actual == needed) return 0;
        if (actual == Phase.Settled) return ITournament.AlreadySettled.selector;
        if (actual == Phase.Absent) return ITournament.UnknownMatch.selector;
        return ITournament.WrongPhase.selector;
    }

    function _isDecided(TournamentId id) internal view returns (bool) {
        (Status status,) = tournament.result(id);
        return status == Status.Won || status == Status.NoWinner;
    }

    // The tree

    function _tryConfirm(address sender, uint256 index) internal {
        bytes4 refusal;
        (Status status, CommitmentId winner) = tournament.result(_contestOf(index));
        if (_isConfirmed(index)) refusal = IRollup.AlreadyConfirmed.selector;
        else if (!_isConfirmed(claims[index].parent)) refusal = IRollup.ParentNotConfirmed.selector;
        else if (status != Status.Won || !(winner.claim() == _id(index))) refusal = IRollup.NotWinner.selector;
        bytes memory data = abi.encodeCall(IRollup.confirm, (_key(index)));
        if (_try(sender, address(rollup), data, refusal)) _reached("confirm");
    }

    function _tryVoid(address sender, uint256 index) internal {
        bytes4 refusal;
        if (rollup.claims(_id(index)).status == ClaimStatus.Void) refusal = IRollup.AlreadyVoid.selector;
        else if (index == 0 || !_isDead(claims[index].parent)) refusal = IRollup.ParentAlive.selector;
        bytes memory data = abi.encodeCall(IRollup.voidClaim, (_key(index)));
        if (_try(sender, address(rollup), data, refusal)) _reached("void");
    }

    // Root bonds

    /// @dev Splits the bond behind a claim, or is refused; with moves that are not the match's, if `wrong`.
    function _trySplit(address sender, uint256 index, bool wrong) internal {
        ClaimId id = _id(index);
        BondId bond = rollup.claims(id).bond;
        MatchKey memory key = _matchLostBy(id.commitment());
        bytes4 refusal;
        if (!rollup.isLost(id)) refusal = IRollup.NotLost.selector;
        else if (!_isConfirmed(claims[index].parent)) refusal = IRollup.ParentNotConfirmed.selector;
        else if (!_isAtStake(bond)) refusal = IRollup.WrongBondStatus.selector;
        else if (wrong) refusal = ITournament.WrongMoves.selector;
        bytes memory data = abi.encodeCall(IRollup.splitBond, (_key(index), key, _moves(key, wrong)));
        if (_try(sender, address(rollup), data, refusal)) _reached("root bond split");
        _noteBonds();
    }

    /// @dev Walks `length` edges of a bond's path, or of one that is not, if `wrong`.
    function _tryWalk(address sender, BondId bond, uint256 length, bool wrong) internal {
        Bond memory state = rollup.rootBonds(bond);
        bool atStake = _isAtStake(bond);
        bool resumed = state.walking && !_isConfirmed(_indexOf(state.walked));
        uint256 from = _indexOf(resumed ? state.walked : state.tip);
        if (wrong) from = (from + 1) % claims.length;
        (, uint256[] memory path) = _pathUp(from, 0);
        uint256 taken = path.length < length ? path.length : length;
        ClaimKey[] memory keys = new ClaimKey[](from == 0 ? 1 : taken);
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = from == 0 ? genesis : _key(path[i]);
        }
        bytes4 refusal;
        if (!atStake) refusal = IRollup.WrongBondStatus.selector;
        else if (wrong && claims.length > 1 && keys.length > 0) refusal = IRollup.NotOnPath.selector;
        bool done = _try(sender, address(rollup), abi.encodeCall(IRollup.walk, (bond, keys)), refusal);
        if (done && _status(bond) == BondStatus.Forfeited) _reached("bond burned by a walk");
        _noteBonds();
    }

    function _tryRelease(address sender, BondId bond) internal {
        Bond memory state = rollup.rootBonds(bond);
        bytes4 refusal;
        if (state.owner != sender) refusal = IRollup.NotBondOwner.selector;
        else if (state.status != BondStatus.Locked) refusal = IRollup.WrongBondStatus.selector;
        else if (!_isConfirmed(_indexOf(state.tip))) refusal = IRollup.BondStillNeeded.selector;
        _try(sender, address(rollup), abi.encodeCall(IRollup.releaseBond, (bond)), refusal);
        _noteBonds();
    }

    // Step bonds

    /// @dev Splits the bonds of those who lost a match, or is refused; the contest of a root match is tried too.
    function _trySplitSteps(address sender, MatchKey memory key, bool wrong) internal {
        Contest storage known = contests[_contestIndex(key.tournament)];
        MatchState memory state = tournament.matches(key.id());
        bytes4 refusal;
        if (known.level != Level.Steps) refusal = ITournament.NotInStepTournament.selector;
        else if (state.phase != Phase.Settled) refusal = ITournament.WrongPhase.selector;
        else if (!_isConfirmed(known.parent)) refusal = ITournament.NotFinal.selector;
        else if (wrong) refusal = ITournament.WrongMoves.selector;
        else if (_anyLoserSettled(key, state.outcome)) refusal = ITournament.BondSettled.selector;
        bytes memory data = abi.encodeCall(ITournament.splitStepBonds, (known.slotKey, key, _moves(key, wrong)));
        if (!_try(sender, address(tournament), data, refusal)) return;
        if (state.outcome != Outcome.One) _forfeitStep(key.one);
        if (state.outcome != Outcome.Two) _forfeitStep(key.two);
    }

    function _anyLoserSettled(MatchKey memory key, Outcome outcome) private view returns (bool) {
        return (outcome != Outcome.One && tournament.commitments(key.one).bondSettled)
            || (outcome != Outcome.Two && tournament.commitments(key.two).bondSettled);
    }

    function _forfeitStep(CommitmentId id) private {
        assertTrue(tournament.commitments(id).bondSettled, "a bond was split and stands");
        ++forfeitedSteps;
        _reached("step bond split");
    }

    function _tryReleaseStep(address sender, uint256 index, CommitmentId id) internal {
        Contest storage known = contests[index];
        CommitmentState memory state = tournament.commitments(id);
        (Status status, CommitmentId winner) = tournament.result(known.id);
        bool won = status == Status.Won && winner == id;
        bytes4 refusal;
        if (state.standing == Standing.Absent) refusal = ITournament.UnknownCommitment.selector;
        else if (state.bondSettled) refusal = ITournament.BondSettled.selector;
        else if (!won && !_isDead(known.parent)) refusal = ITournament.BondStillNeeded.selector;
        RunTree memory tree = _treeOf(id);
        bytes memory data = abi.encodeCall(ITournament.releaseStepBond, (known.slotKey, tree.root(), tree.last()));
        if (!_try(sender, address(tournament), data, refusal)) return;
        _reached(won ? "step bond of a winner released" : "step bond under a void claim released");
    }

    // What to try it on

    /// @dev A match under way, one that is over, or none at all.
    function _anyMatch(uint256 seed) internal view returns (MatchKey memory key) {
        uint256 pick = seed % (running.length + ended.length + 1);
        if (pick < running.length) return running[pick];
        pick -= running.length;
        if (pick < ended.length) return ended[pick].key;
        key.tournament = contests[0].id;
    }

    function _matchLostBy(CommitmentId id) internal view returns (MatchKey memory key) {
        if (lostIn[id] != 0) key = ended[lostIn[id] - 1].key;
    }

    /// @dev The moves of a match, or others.
    function _moves(MatchKey memory key, bool wrong) private view returns (Move[] memory moves) {
        moves = movesOf[keccak256(abi.encode(key))];
        if (!wrong) return moves;
        if (moves.length == 0) return new Move[](1);
        ++moves[moves.length - 1].refund;
    }

    /// @dev The contest that a claim is in.
    function _contestOf(uint256 index) internal view returns (TournamentId) {
        return rootTournament(_key(index).parent, _key(index).round);
    }
}
