// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentId} from "../../../src/types/Ids.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {Level, MatchState, Outcome} from "../../../src/types/MatchState.sol";
import {Anyone} from "./Anyone.sol";

/// @notice The way forward from any state: no liar lifts a finger any more, and still everything ends, every bond is settled
/// and everybody is paid.
abstract contract WrapUp is Anyone {
    /// @dev Blocks within which everything must have ended, with what Alice still proposes.
    uint256 private constant PATIENCE = 5000;

    function _endDisputes() internal {
        (responsePace, buildPace) = (0, 0);
        uint256 last = vm.getBlockNumber() + PATIENCE;
        _defend();
        while (!_isOver() && vm.getBlockNumber() < last) {
            _tick(RESPONSE - 1, false);
            _defend();
            _sweep();
        }
        assertTrue(_isOver(), "something stands still");
    }

    function _isOver() private view returns (bool) {
        for (uint256 i = 0; i < contests.length; ++i) {
            if (!contests[i].decided) return false;
        }
        return running.length == 0 && _isConfirmed(honestChain[honestChain.length - 1]);
    }

    function _settleBonds() internal {
        for (uint256 i = 1; i < claims.length; ++i) {
            if (!_isDead(i) && _isDead(claims[i].parent)) _tryVoid(bob, i);
        }
        for (uint256 i = 1; i < claims.length; ++i) {
            bool isDue = rollup.isLost(_id(i)) && _isConfirmed(claims[i].parent);
            if (isDue && _isAtStake(rollup.claims(_id(i)).bond)) _trySplit(bob, i, false);
        }
        for (uint256 i = 0; i < rootBonds.length; ++i) {
            if (!_isAtStake(rootBonds[i])) continue;
            if (_isConfirmed(_indexOf(rollup.rootBonds(rootBonds[i]).tip))) {
                _tryRelease(rollup.rootBonds(rootBonds[i]).owner, rootBonds[i]);
            } else {
                _tryWalk(bob, rootBonds[i], claims.length, false);
            }
            assertFalse(_isAtStake(rootBonds[i]), "a root bond is stuck");
        }
        for (uint256 i = 0; i < ended.length; ++i) {
            if (_isUnsettledStepMatch(ended[i].key, ended[i].outcome)) _trySplitSteps(bob, ended[i].key, false);
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            if (contests[i].level == Level.Steps) _releaseSteps(i);
        }
        for (uint256 i = 0; i < actors.length; ++i) {
            assertEq(_locked(actors[i]), 0, "locked in the end");
        }
    }

    function _isUnsettledStepMatch(MatchKey memory key, Outcome outcome) private view returns (bool) {
        MatchState memory state = tournament.matches(key.id());
        if (state.level != Level.Steps || !_isConfirmed(contests[_contestIndex(key.tournament)].parent)) return false;
        CommitmentId loser = outcome == Outcome.One ? key.two : key.one;
        return !tournament.commitments(loser).bondSettled;
    }

    function _releaseSteps(uint256 index) private {
        CommitmentId[] memory members = contests[index].members;
        for (uint256 i = 0; i < members.length; ++i) {
            if (!tournament.commitments(members[i]).bondSettled) _tryReleaseStep(bob, index, members[i]);
        }
    }

    /// @dev Nobody's payout stands in another's way, whatever the recipients before did.
    function _payEverybody() internal {
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 free = _free(actors[i]);
            if (free > 0) _withdrawTo(actors[i], 1 + i % 2, free);
            _withdraw(actors[i], makeAddr("purse"), free);
        }
        assertEq(address(bonds).balance, bonds.burned() + forced, "only what is burned or forced is left");
        assertGe(withdrawn[alice], deposited[alice], "Alice lost ETH");
        assertGe(withdrawn[bob], deposited[bob], "Bob lost ETH");
    }
}
