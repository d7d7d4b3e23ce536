// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondId, CommitmentId, TournamentId, stepTournament} from "../../../src/types/Ids.sol";
import {Instant} from "../../../src/types/Instant.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {Level, MatchState, Phase, Side} from "../../../src/types/MatchState.sol";
import {Status} from "../../../src/types/TournamentState.sol";
import {Player} from "../../support/Dispute.sol";
import {Lie} from "../../support/ToyMachine.sol";
import {Contest, ContestBook} from "./ContestBook.sol";

/// @notice Alice does what DESIGN 6 asks of an honest player, as late as it allows: each response within G, a step
/// commitment within T + G, not counting the blocks in which she is kept off L1, C of them in total. Bob does the same when he
/// feels like it.
abstract contract HonestSide is ContestBook {
    BondId internal aliceBond;
    BondId internal bobBond;
    /// @dev How long Alice waits before she responds, at most G, and how long she builds, at most T.
    uint256 internal responsePace;
    uint256 internal buildPace;
    /// @dev Blocks in which Alice was kept off L1; and how many of them had passed by a block.
    uint256 internal censored;
    mapping(uint256 blockNumber => uint256 count) private _censoredBy;
    Instant private _appended;
    /// @dev Height up to which the truth was last seen confirmed.
    uint256 private _final;

    function _openHonestSide() internal {
        aliceBond = _lockRootBond(alice);
        bobBond = _lockRootBond(bob);
        _appended = _now();
    }

    // Time

    /// @dev `blocks` pass without a transaction of Alice's.
    function _tick(uint256 blocks, bool isCensored) internal {
        uint256 current = vm.getBlockNumber();
        for (uint256 i = 1; i <= blocks; ++i) {
            if (isCensored) ++censored;
            _censoredBy[current + i] = censored;
        }
        vm.roll(current + blocks);
        vm.warp(vm.getBlockTimestamp() + 12 * blocks);
    }

    /// @dev Blocks since `instant` in which Alice could have acted.
    function _age(Instant instant) private view returns (uint256) {
        uint256 current = vm.getBlockNumber();
        uint256 from = Instant.unwrap(instant);
        return current - from - (_censoredBy[current] - _censoredBy[from]);
    }

    function _appendBatch() internal {
        append();
        _appended = _now();
        _reached("batch");
    }

    // Alice

    /// @dev Everything that is due.
    function _defend() internal {
        bool acted = true;
        while (acted) {
            acted = false;
            for (uint256 i = 0; i < running.length; ++i) {
                if (_concernsTruth(_contestIndex(running[i].tournament)) && _respond(running[i])) acted = true;
            }
            for (uint256 i = 0; i < contests.length; ++i) {
                if (!contests[i].decided && _concernsTruth(i) && _mergeIfPossible(i)) acted = true;
            }
            if (acted) _refresh();
        }
        _confirmTruth();
        _extend(alice, aliceBond, responsePace);
    }

    /// @dev Whether the contest, or the one that opened it, compares children of a true claim.
    function _concernsTruth(uint256 index) private view returns (bool) {
        return claims[contests[index].parent].honest;
    }

    function _respond(MatchKey memory key) private returns (bool) {
        MatchState memory state = tournament.matches(key.id());
        if (state.phase == Phase.Settled) return false;
        if (state.phase == Phase.InSteps) return _respondInSteps(key);
        bool ours = state.phase == Phase.Sealed
            ? _isDefended(key, key.one) || _isDefended(key, key.two)
            : _isDefended(key, state.toMove == Side.One ? key.one : key.two);
        if (state.phase == Phase.Turning && _isExpired(key)) return _timeoutWhenDue(key);
        if (!ours) return _isExpired(key) && _timeoutWhenDue(key);
        if (_age(state.clocks.since) < responsePace || !_isBuilt(key.tournament)) return false;
        if (state.phase == Phase.Sealed) {
            _resolve(alice, key);
        } else {
            _move(alice, key);
        }
        return true;
    }

    /// @dev Alice has every slot commitment at hand; step commitments take her time.
    function _isBuilt(TournamentId id) private view returns (bool) {
        Contest storage known = contests[_contestIndex(id)];
        return known.level == Level.Slots || _age(known.opened) >= buildPace + responsePace;
    }

    function _timeoutWhenDue(MatchKey memory key) private returns (bool) {
        if (_age(tournament.deadline(key.id())) < responsePace) return false;
        _timeout(key);
        return true;
    }

    /// @dev Concludes what is decided, and joins the steps of a match of ours.
    function _respondInSteps(MatchKey memory slotKey) private returns (bool) {
        if (_concludeIfDecided(slotKey)) return true;
        TournamentId id = stepTournament(slotKey.id());
        uint256 index = _contestIndex(id);
        Contest storage known = contests[index];
        if (!known.isDefended || _isIn(known.defended) || !_isBuilt(id)) return false;
        _joinSteps(alice, index, _treeOf(known.defended));
        return true;
    }

    function _mergeIfPossible(uint256 index) private returns (bool possible) {
        possible = _canMerge(index);
        if (!possible) return false;
        tournament.merge(contests[index].id);
        _reached("merge");
    }

    /// @dev Whatever is due in any contest and needs no player: somebody passes by and calls it.
    function _sweep() internal {
        for (uint256 i = running.length; i > 0; --i) {
            MatchKey memory key = running[i - 1];
            if (tournament.matches(key.id()).phase == Phase.InSteps) _concludeIfDecided(key);
            else if (_isExpired(key)) _timeout(key);
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            if (!contests[i].decided) _mergeIfPossible(i);
        }
        _refresh();
    }

    function _concludeIfDecided(MatchKey memory slotKey) private returns (bool decided) {
        (Status status,) = tournament.result(stepTournament(slotKey.id()));
        decided = status == Status.Won || status == Status.NoWinner;
        if (!decided) return false;
        tournament.conclude(slotKey);
        _reached("conclude");
    }

    function _confirmTruth() private {
        for (; _final + 1 < honestChain.length; ++_final) {
            uint256 next = honestChain[_final + 1];
            if (_isConfirmed(next)) continue;
            (Status status, CommitmentId winner) = tournament.result(_contestUnder(honestChain[_final]));
            if (status != Status.Won) return;
            assertTrue(winner.claim() == _id(next), "a lie won");
            rollup.confirm(_key(next));
            _reached("confirm");
        }
    }

    /// @dev Brings an honest bond to the last true claim, and proposes the next one when `pace` blocks have gone by.
    function _extend(address account, BondId bond, uint256 pace) internal {
        uint256 height = _followTruth(account, bond);
        uint256 parent = honestChain[height];
        Status status = _contestStatus(parent);
        if (status == Status.Absent) {
            if (inbox.latestBlock() == claims[parent].end || _age(_appended) < pace) return;
        } else if (_age(_state(_contestUnder(parent)).start) < pace) {
            return;
        }
        Player memory who = _versionAfter(parent, Lie(0, 0, 0));
        (who.account, who.bond) = (account, bond);
        if (status == Status.Absent) propose(who);
        else proposeSibling(who, _key(parent));
        _noteClaim(who, parent, true);
        _reached("true claim");
    }

    /// @return height of the last true claim, where the bond now is
    function _followTruth(address account, BondId bond) private returns (uint256 height) {
        uint256 tip = _indexOf(rollup.rootBonds(bond).tip);
        while (honestChain[height] != tip) ++height;
        for (; height + 1 < honestChain.length; ++height) {
            _try(account, address(rollup), _followCall(bond, honestChain[height + 1]), 0);
            _reached("truth followed");
        }
    }
}
