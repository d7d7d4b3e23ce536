// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStatus, ClaimStatus} from "../../../src/interfaces/IRollup.sol";
import {Spoils} from "../../../src/rules/Spoils.sol";
import {BondId, ClaimId, CommitmentId} from "../../../src/types/Ids.sol";
import {Instant} from "../../../src/types/Instant.sol";
import {MatchState, Level, Outcome, Phase} from "../../../src/types/MatchState.sol";
import {Contest, Ended} from "./ContestBook.sol";
import {WrapUp} from "./WrapUp.sol";

/// @notice What the protocol promises at every instant, told from the books.
abstract contract Promises is WrapUp {
    /// @dev Free allowances of a slot match, with what its timeout or conclusion and the merge after it may wait for: five turns,
    /// a debt, two calls. Of a step match: six turns, the proof, two calls.
    uint256 private constant RESPONSES_A_SLOT_MATCH = 8;
    uint256 private constant RESPONSES_A_STEP_MATCH = 9;

    /// @dev True claims are never lost or void, and the true steps of one never eliminated.
    function _truthStands() internal view {
        for (uint256 i = 1; i < honestChain.length; ++i) {
            ClaimId id = _id(honestChain[i]);
            assertFalse(rollup.isLost(id), "a true claim is lost");
            assertTrue(rollup.claims(id).status != ClaimStatus.Void, "a true claim is void");
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            if (!contests[i].isDefended) continue;
            assertFalse(tournament.isEliminated(contests[i].defended), "true steps are eliminated");
        }
    }

    /// @dev Only true claims are confirmed, in order.
    function _onlyTruthIsConfirmed() internal view {
        uint256 latest = 0;
        for (uint256 i = 1; i < claims.length; ++i) {
            if (!_isConfirmed(i)) continue;
            assertTrue(claims[i].honest, "a lie is confirmed");
            assertEq(claims[i].parent, latest, "confirmed out of order");
            latest = i;
        }
        assertTrue(rollup.latestConfirmed() == _id(latest), "the latest confirmed claim");
    }

    /// @dev A match ends once, and who lost it is out for ever.
    function _resultsStand() internal view {
        for (uint256 i = 0; i < ended.length; ++i) {
            Ended memory over = ended[i];
            MatchState memory state = tournament.matches(over.key.id());
            assertTrue(state.phase == Phase.Settled && state.outcome == over.outcome, "a result changed");
            bool oneIsOut = tournament.isEliminated(over.key.one);
            bool twoIsOut = tournament.isEliminated(over.key.two);
            assertTrue(oneIsOut || over.outcome == Outcome.One, "a loser came back");
            assertTrue(twoIsOut || over.outcome == Outcome.Two, "a loser came back");
        }
    }

    /// @dev ETH held is ETH owed, burned or forced in; what is locked stands behind bonds at stake.
    function _ethIsConserved() internal view {
        (uint256 free, uint256 locked) = (0, 0);
        for (uint256 i = 0; i < actors.length; ++i) {
            free += _free(actors[i]);
            locked += _locked(actors[i]);
        }
        assertEq(address(bonds).balance, free + locked + bonds.burned() + forced, "ETH held");
        assertEq(locked, ROOT_BOND * _rootBondsAtStake() + STEP_BOND * _stepBondsAtStake(), "ETH locked");
        assertEq(address(tournament).balance + address(rollup).balance, 0, "ETH elsewhere");
    }

    function _rootBondsAtStake() private view returns (uint256 count) {
        for (uint256 i = 0; i < rootBonds.length; ++i) {
            if (_isAtStake(rootBonds[i])) ++count;
        }
    }

    function _stepBondsAtStake() private view returns (uint256 count) {
        for (uint256 i = 0; i < contests.length; ++i) {
            if (contests[i].level != Level.Steps) continue;
            CommitmentId[] memory members = contests[i].members;
            for (uint256 j = 0; j < members.length; ++j) {
                if (!tournament.commitments(members[j]).bondSettled) ++count;
            }
        }
    }

    /// @dev At least half of what was forfeited is burned, so the sybils together never gain; Alice and Bob never lose.
    function _lyingCosts() internal view {
        uint256 forfeited = STEP_BOND * forfeitedSteps;
        for (uint256 i = 0; i < rootBonds.length; ++i) {
            if (_status(rootBonds[i]) == BondStatus.Forfeited) forfeited += ROOT_BOND;
        }
        assertGe(2 * bonds.burned(), forfeited, "less than half is burned");
        assertGe(_wealth(alice), deposited[alice], "Alice lost ETH");
        assertGe(_wealth(bob), deposited[bob], "Bob lost ETH");
        assertTrue(
            _status(aliceBond) != BondStatus.Frozen && _status(aliceBond) != BondStatus.Forfeited, "Alice's bond"
        );
        assertTrue(_status(bobBond) != BondStatus.Frozen && _status(bobBond) != BondStatus.Forfeited, "Bob's bond");
        (uint256 paidIn, uint256 owned) = (0, 0);
        for (uint256 i = 2; i < actors.length; ++i) {
            paidIn += deposited[actors[i]];
            owned += _wealth(actors[i]);
        }
        assertLe(owned + (forfeited + 1) / 2, paidIn + forfeited, "the sybils gained");
    }

    /// @dev The bond that made an undecided claim still backs it, or is forfeited: so it never backs two siblings.
    function _bondsBackTheirClaims() internal view {
        for (uint256 i = 1; i < claims.length; ++i) {
            if (_isConfirmed(i)) continue;
            BondId bond = rollup.claims(_id(i)).bond;
            BondStatus status = _status(bond);
            assertTrue(status != BondStatus.Released, "an undecided claim's bond was released");
            if (status == BondStatus.Forfeited) continue;
            (bool backed,) = _pathUp(_indexOf(rollup.rootBonds(bond).tip), i);
            assertTrue(backed, "a bond left its claim");
        }
    }

    /// @dev A commitment plays at most ceil(log2 N) matches.
    function _fewMatches() internal view {
        for (uint256 i = 0; i < contests.length; ++i) {
            CommitmentId[] memory members = contests[i].members;
            for (uint256 j = 0; j < members.length; ++j) {
                assertLe(matchesPlayed[members[j]], _log2(members.length), "matches a commitment plays");
            }
        }
    }

    /// @dev The honest side has one step bond at stake a height in dispute: a commitment plays one match at a time.
    function _oneDisputeAHeight() internal view {
        uint256[] memory disputes = new uint256[](contests.length);
        for (uint256 i = 0; i < contests.length; ++i) {
            if (contests[i].isDefended && !contests[i].decided) ++disputes[contests[i].above];
            assertLe(disputes[contests[i].above], 1, "two disputes at one height");
        }
    }

    /// @dev Contests in which somebody stands up for the truth end within the bound of DESIGN 14.
    function _delayIsBounded() internal view {
        for (uint256 i = 0; i < contests.length; ++i) {
            Contest storage known = contests[i];
            if (known.decided || known.level != Level.Slots || !claims[known.parent].honest) continue;
            if (_isDecided(known.id)) continue;
            assertLe(vm.getBlockNumber(), Instant.unwrap(known.opened) + _longest(i), "a contest takes too long");
        }
    }

    /// @dev ceil(log2 N) x (1 + ceil(log2 of the commitments in a step tournament)) budgets, at least one; the allowances, which
    /// the formula leaves out; and C, in which nobody may do what anybody could.
    function _longest(uint256 index) private view returns (uint256) {
        uint256 rounds = _log2(contests[index].members.length);
        uint256 stepRounds = 0;
        for (uint256 i = 0; i < contests.length; ++i) {
            if (contests[i].level == Level.Slots || contests[i].above != index) continue;
            // One commitment alone still waits for a budget.
            uint256 needed = contests[i].members.length < 2 ? 1 : _log2(contests[i].members.length);
            if (needed > stepRounds) stepRounds = needed;
        }
        uint256 budgets = rounds == 0 ? 1 : rounds * (1 + stepRounds);
        uint256 responses = rounds * (RESPONSES_A_SLOT_MATCH + stepRounds * RESPONSES_A_STEP_MATCH);
        return budgets * BUDGET + responses * RESPONSE + CENSORSHIP;
    }

    function _log2(uint256 count) private pure returns (uint256 rounds) {
        while (uint256(1) << rounds < count) ++rounds;
    }
}
