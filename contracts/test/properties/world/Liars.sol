// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStatus, IRollup} from "../../../src/interfaces/IRollup.sol";
import {ITournament} from "../../../src/interfaces/ITournament.sol";
import {ClaimKey} from "../../../src/types/ClaimKey.sol";
import {BondId, ClaimId} from "../../../src/types/Ids.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {Level, MatchState, Phase, Side} from "../../../src/types/MatchState.sol";
import {Status} from "../../../src/types/TournamentState.sol";
import {Player} from "../../support/Dispute.sol";
import {RunTree, RunTrees} from "../../support/RunTree.sol";
import {Lie, ToyMachine} from "../../support/ToyMachine.sol";
import {Contest} from "./ContestBook.sol";
import {HonestSide} from "./HonestSide.sol";

/// @notice What a sybil claims.
enum Kind {
    Lie,
    Truth,
    /// A root that nobody can open.
    NoTree,
    /// The true root with another boundary.
    WrongBoundary
}

/// @notice What sybils do to win, or to be in the way: they build on anything that stands, post the truth first and challenge
/// it, and play either side of any match.
abstract contract Liars is HonestSide {
    using RunTrees for RunTree;

    uint256 internal constant MAX_CLAIMS = 20;
    uint256 internal constant MAX_BONDS = 14;
    uint256 internal constant MAX_STEP_MEMBERS = 6;
    /// @dev Alice's bond and Bob's are the first.
    uint256 internal constant FIRST_SYBIL_BOND = 2;

    // Claims

    /// @dev Claims something about the blocks after a claim that stands, with a bond that is brought there first.
    function _attack(uint256 seed, uint256 parentSeed, Kind kind, Lie memory lie) internal {
        (bool alive, uint256 parent) = _anyAlive(parentSeed);
        if (!alive || claims.length >= MAX_CLAIMS) return;
        (bool found, BondId bond) = _bondAt(seed, parent);
        if (!found) return;
        Status status = _contestStatus(parent);
        if (status == Status.Absent && inbox.latestBlock() == claims[parent].end) _appendBatch();

        Player memory who = _versionAfter(parent, kind == Kind.Lie ? lie : Lie(0, 0, 0));
        (who.account, who.bond) = (rollup.rootBonds(bond).owner, bond);
        if (kind == Kind.NoTree) who.claim.traceRoot = keccak256(abi.encode("no tree", lie.salt));
        if (kind == Kind.WrongBoundary) {
            who.end = keccak256(abi.encode("wrong boundary", lie.salt));
            who.claim.boundary = ToyMachine.hash(who.end);
        }
        if (_isKnown(who.claim.id())) _copy(who);
        else if (status == Status.Absent || status == Status.NoWinner) _open(who, parent, kind);
        else _rival(who, parent, status, kind);
    }

    /// @dev The claim is there already: the bond moves to it, if it stands.
    function _copy(Player memory who) private {
        bool dead = _isDead(_indexOf(who.claim.id()));
        if (_propose(who, dead ? IRollup.DeadClaim.selector : bytes4(0))) _reached("claim copied");
    }

    function _open(Player memory who, uint256 parent, Kind kind) private {
        propose(who);
        bool openable = kind == Kind.Lie || kind == Kind.Truth;
        _noteClaim(who, parent, openable);
        _reached(openable ? "first claim" : "first claim nobody can open");
        if (_isTrueClaim(who.claim.id().commitment())) _reached("truth claimed first by a sybil");
    }

    function _rival(Player memory who, uint256 parent, Status status, Kind kind) private {
        bytes4 refusal;
        if (status != Status.Joining) refusal = ITournament.JoiningClosed.selector;
        else if (kind == Kind.NoTree) refusal = ITournament.WrongOpening.selector;
        else if (kind == Kind.WrongBoundary) refusal = ITournament.WrongSpine.selector;
        _propose(who, status == Status.Joining ? IRollup.NotFirstChild.selector : IRollup.ContestClosed.selector);
        if (!_proposeSibling(who, parent, refusal)) return;
        _noteClaim(who, parent, true);
        _reached("rival claim");
        if (parent > 0 && !_isConfirmed(parent)) _reached("rival claim under an undecided one");
    }

    function _propose(Player memory who, bytes4 refusal) private returns (bool) {
        uint64 end = rollup.domainEnd(who.claim.parent);
        bytes memory boundary = ToyMachine.encode(who.end);
        bytes memory data =
            abi.encodeCall(IRollup.propose, (who.bond, who.claim.parent, end, who.claim.traceRoot, boundary));
        return _try(who.account, address(rollup), data, refusal);
    }

    function _proposeSibling(Player memory who, uint256 parent, bytes4 refusal) private returns (bool) {
        uint64 end = rollup.domainEnd(who.claim.parent);
        bytes memory boundary = ToyMachine.encode(who.end);
        bytes32[16] memory children = who.slots.opening(20, 0);
        bytes32[] memory spine = who.slots.spine(16, 15);
        bytes memory data = abi.encodeCall(
            IRollup.proposeSibling, (who.bond, _key(parent), end, who.claim.traceRoot, boundary, children, spine)
        );
        return _try(who.account, address(rollup), data, refusal);
    }

    /// @dev A sybil's bond goes one edge down, if the claim there stands.
    function _follow(uint256 bondSeed, uint256 childSeed) internal {
        if (rootBonds.length == FIRST_SYBIL_BOND) return;
        BondId bond = rootBonds[FIRST_SYBIL_BOND + bondSeed % (rootBonds.length - FIRST_SYBIL_BOND)];
        uint256 tip = _indexOf(rollup.rootBonds(bond).tip);
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 child = (childSeed % claims.length + i) % claims.length;
            if (child == 0 || claims[child].parent != tip) continue;
            bytes4 refusal;
            if (_status(bond) != BondStatus.Locked) refusal = IRollup.WrongBondStatus.selector;
            else if (_isDead(child)) refusal = IRollup.DeadClaim.selector;
            if (_tryFollow(bond, child, refusal)) _reached("claim followed");
            return;
        }
    }

    function _tryFollow(BondId bond, uint256 child, bytes4 refusal) private returns (bool) {
        return _try(rollup.rootBonds(bond).owner, address(rollup), _followCall(bond, child), refusal);
    }

    /// @dev A claim that something can be built on, in one case of two one whose children all lost.
    function _anyAlive(uint256 seed) private view returns (bool found, uint256 index) {
        uint256 latest = _indexOf(rollup.latestConfirmed());
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 other = (seed % claims.length + i) % claims.length;
            if (other != latest && (_isConfirmed(other) || _isDead(other))) continue;
            bool restarts = seed % 2 == 0 && _contestStatus(other) == Status.NoWinner;
            if (restarts || !found) (found, index) = (true, other);
            if (restarts) return (found, index);
        }
    }

    /// @dev A sybil's bond at a claim: one that can be brought there, or a new one.
    function _bondAt(uint256 seed, uint256 index) private returns (bool found, BondId bond) {
        uint256 count = rootBonds.length - FIRST_SYBIL_BOND;
        bool full = rootBonds.length >= MAX_BONDS;
        for (uint256 i = 0; i < count && (full || seed % 3 > 0) && !found; ++i) {
            bond = rootBonds[FIRST_SYBIL_BOND + (seed % count + i) % count];
            found = _status(bond) == BondStatus.Locked && _bring(bond, index);
        }
        if (found || full) return (found, bond);
        bond = _lockRootBond(_sybil(seed));
        found = _bring(bond, index);
    }

    /// @dev Moves a bond down to a claim, if that is below it and all between stand.
    function _bring(BondId bond, uint256 index) private returns (bool) {
        uint256 from = _indexOf(rollup.rootBonds(bond).tip);
        if (_isConfirmed(from)) from = _indexOf(rollup.latestConfirmed());
        (bool below, uint256[] memory path) = _pathUp(index, from);
        if (!below) return false;
        for (uint256 i = 0; i < path.length; ++i) {
            if (_isDead(path[i])) return false;
        }
        for (uint256 i = path.length; i > 0; --i) {
            _tryFollow(bond, path[i - 1], 0);
        }
        return true;
    }

    // Steps and turns

    /// @dev A sybil joins a step tournament on either side, with that side's own steps or some that go astray.
    function _enlist(uint256 seed, uint256 contestSeed, bool sideOne, uint256 astray) internal {
        (bool found, uint256 index) = _anyStepContest(contestSeed);
        if (!found || contests[index].members.length >= MAX_STEP_MEMBERS) return;
        MatchKey memory slotKey = contests[index].slotKey;
        RunTree memory tree = _stepsOf(slotKey, sideOne);
        if (astray % 8 < ToyMachine.STEPS) tree.values[astray % 8] = _learn(keccak256(abi.encode("astray", seed)));
        if (_isIn(stepCommitment(slotKey, tree))) return;
        _joinSteps(_sybil(seed), index, tree);
        if (contests[index].isDefended) {
            if (contests[index].defended == stepCommitment(slotKey, tree)) _reached("true steps joined by a sybil");
            else if (tree.last() == _treeOf(contests[index].defended).last()) _reached("true side joined astray");
        }
        _refresh();
    }

    function _anyStepContest(uint256 seed) private view returns (bool found, uint256 index) {
        for (uint256 i = 0; i < contests.length && !found; ++i) {
            index = (seed % contests.length + i) % contests.length;
            found = contests[index].level == Level.Steps && _now().isBefore(contests[index].closing);
        }
    }

    /// @dev Somebody makes the next move in a match for whoever is to move, or may prove its step; for the honest side only if
    /// `helps`.
    /// @return moved whether there was such a move
    function _moveAs(address sender, uint256 seed, bool helps) internal returns (bool moved) {
        for (uint256 i = 0; i < running.length && !moved; ++i) {
            MatchKey memory key = running[(seed % running.length + i) % running.length];
            MatchState memory state = tournament.matches(key.id());
            if (state.phase == Phase.Turning) moved = _turnAs(sender, key, state, helps);
            else if (state.phase == Phase.Sealed && seed & 16 == 0) moved = _proveAs(sender, key, state, helps);
        }
        _refresh();
    }

    function _turnAs(address sender, MatchKey memory key, MatchState memory state, bool helps) private returns (bool) {
        if (_isExpired(key) || (state.owing && !_canBeOpened(key.one))) return false;
        if (!helps && _isDefended(key, state.toMove == Side.One ? key.one : key.two)) return false;
        _move(sender, key);
        return true;
    }

    function _proveAs(address sender, MatchKey memory key, MatchState memory state, bool helps) private returns (bool) {
        if (coreOf[state.agreed] == 0) return false;
        if (!helps && (_isDefended(key, key.one) || _isDefended(key, key.two))) return false;
        _resolve(sender, key);
        return true;
    }
}
