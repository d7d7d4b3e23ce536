// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStanding, ClaimReport, ClaimStanding, StepBondStanding, Walk} from "../../src/lens/ILens.sol";
import {Joiners} from "../../src/tournament/Delay.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {ClaimId} from "../../src/types/Ids.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Settled} from "../support/Settled.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice What the lens says where a proof has settled a contest.
contract SettledLensTest is Settled {
    using RunTrees for RunTree;

    function test_claimReport_ofASettledContest() public {
        Player memory first = honest("first");
        Player memory second = astray("second", 1);
        Player memory liar = player("liar", twist);
        propose(first);
        proposeSibling(second, genesis);
        proposeSibling(liar, genesis);
        append();
        Player memory under = childOf("under", second, Lie(0, 0, 0));
        follow(under, second.claim);
        propose(under);
        settle(first);

        assertTrue(_report(first.claim).standing == ClaimStanding.Confirmed);
        assertTrue(_report(second.claim).standing == ClaimStanding.Superseded);
        assertTrue(_report(liar.claim).standing == ClaimStanding.Lost);
        assertTrue(_report(second.claim).contestStatus == Status.Won);
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (under.claim, second.claim);
        ClaimReport memory report = lens.claimReport(path, new MatchKey[](0), Joiners(0, 0));
        assertTrue(report.standing == ClaimStanding.Orphaned && report.voidable);
        assertTrue(report.deadAncestor == second.claim.id());

        assertTrue(lens.bondReport(second.bond, _only(second.claim)).walk == Walk.Free);
        assertTrue(lens.bondReport(under.bond, path).walk == Walk.Free);
        assertTrue(lens.bondReport(liar.bond, _only(liar.claim)).walk == Walk.Burn);
        assertFalse(lens.bondReport(liar.bond, _only(liar.claim)).splittable);
        assertTrue(lens.bondReport(first.bond, _only(first.claim)).standing == BondStanding.Releasable);
        walk(second, second.claim);
        assertTrue(lens.bondReport(second.bond, new ClaimKey[](0)).standing == BondStanding.Releasable);
    }

    function test_claimReport_ofAClaimThatNobodyProposed() public {
        Player memory alice = honest("alice");
        ClaimId made = settle(alice);
        ClaimReport memory report = _report(unproposed(rollup.genesis(), alice.claim.boundary));
        assertTrue(report.id == made && report.standing == ClaimStanding.Confirmed);
        assertEq(report.end, GENESIS_NUMBER + 2);
        assertEq(report.stake, 0);
    }

    function test_stepBondReport_ofASettledContest() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory wrong = stepTree(slotKey, mallory);
        resolve(slotKey, stepKey, alice);
        StepBondStanding standing = lens.stepBondReport(slotKey, wrong.root(), wrong.last()).standing;
        assertTrue(standing == StepBondStanding.Splittable);
        settle(alice);
        standing = lens.stepBondReport(slotKey, wrong.root(), wrong.last()).standing;
        assertTrue(standing == StepBondStanding.Releasable);
    }

    function _report(ClaimKey memory key) private view returns (ClaimReport memory) {
        return lens.claimReport(_only(key), new MatchKey[](0), Joiners(0, 0));
    }

    function _only(ClaimKey memory key) private pure returns (ClaimKey[] memory path) {
        path = new ClaimKey[](1);
        path[0] = key;
    }
}
