// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    BondReport,
    BondStanding,
    ClaimReport,
    ClaimStanding,
    Due,
    ILens,
    MatchReport,
    Mover,
    StepBondReport,
    TournamentReport
} from "../../src/lens/ILens.sol";
import {Joiners} from "../../src/tournament/Delay.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {Duration} from "../../src/types/Duration.sol";
import {BondId, TournamentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Level, Outcome, Phase, Reason} from "../../src/types/MatchState.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice What the lens tells beside whether verbs succeed, which LensAgrees compares.
contract LensTest is Stages {
    using RunTrees for RunTree;

    Joiners private nobody = Joiners(0, 0);
    MatchKey[] private none;

    function _path(Player memory who) private pure returns (ClaimKey[] memory path) {
        path = new ClaimKey[](1);
        path[0] = who.claim;
    }

    function _path(Player memory who, Player memory parent) private pure returns (ClaimKey[] memory path) {
        path = new ClaimKey[](2);
        (path[0], path[1]) = (who.claim, parent.claim);
    }

    function _blocks(Duration duration) private pure returns (uint256) {
        return Duration.unwrap(duration);
    }

    // Claims

    function test_claimReport_ofALoneClaim() public {
        Player memory alice = honest("alice");
        propose(alice);
        uint256 closing = block.number + BUDGET;
        pass(10);
        ClaimReport memory report = lens.claimReport(_path(alice), none, nobody);
        assertTrue(report.id == alice.claim.id());
        assertEq(uint256(report.standing), uint256(ClaimStanding.Joining));
        assertEq(uint256(report.contestStatus), uint256(Status.Joining));
        assertEq(report.first, GENESIS_NUMBER + 1);
        assertEq(report.end, GENESIS_NUMBER + 2);
        assertTrue(report.bond == alice.bond);
        assertEq(report.owner, alice.account);
        assertEq(report.stake, ROOT_BOND);
        assertEq(Instant.unwrap(report.closing), closing);
        assertEq(Instant.unwrap(report.earliest), closing, "nothing else to wait for");
        assertEq(_blocks(report.maxRemainingDelay), BUDGET - 10);
        assertEq(report.matches.length, 0);

        uint256 contested = _blocks(lens.claimReport(_path(alice), none, Joiners(1, 2)).maxRemainingDelay);
        // From the start: five turns, both clocks, and a step match with the larger one.
        assertEq(contested, 5 * RESPONSE + BUDGET + 2 * BUDGET + 7 * RESPONSE - 10);

        confirm(alice);
        report = lens.claimReport(_path(alice), none, nobody);
        assertEq(uint256(report.standing), uint256(ClaimStanding.Confirmed));
        assertEq(report.stake, ROOT_BOND, "until the bond is released");
        assertEq(_blocks(report.maxRemainingDelay), 0);
    }

    function test_claimReport_genesisAndUnknown() public view {
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = genesis;
        ClaimReport memory report = lens.claimReport(path, none, nobody);
        assertEq(uint256(report.standing), uint256(ClaimStanding.Confirmed));
        assertEq(report.end, GENESIS_NUMBER);
        path[0].round = 7;
        report = lens.claimReport(path, none, nobody);
        assertEq(uint256(report.standing), uint256(ClaimStanding.Unknown));
        assertEq(report.stake, 0);
    }

    function test_claimReport_ofAChildWaitsForItsAncestors() public {
        Player memory alice = honest("alice");
        propose(alice);
        append();
        pass(20);
        Player memory child = playerAfter("child", Lie(0, 0, 0), alice.claim, alice.end, lastRecord());
        (child.account, child.bond) = (alice.account, alice.bond);
        propose(child);
        ClaimReport memory report = lens.claimReport(_path(child, alice), none, nobody);
        assertEq(Instant.unwrap(report.earliest), block.number + BUDGET);
        // The parent can be contested for longer than the child if one joins.
        uint256 parents = _blocks(lens.claimReport(_path(alice), none, Joiners(1, 0)).maxRemainingDelay);
        report = lens.claimReport(_path(child, alice), none, Joiners(1, 0));
        assertGe(_blocks(report.maxRemainingDelay), parents);

        vm.expectRevert(abi.encodeWithSelector(ILens.ShortPath.selector, alice.claim.id()));
        lens.claimReport(_path(child), none, nobody);
        vm.expectRevert(abi.encodeWithSelector(ILens.BrokenPath.selector, alice.claim.id(), child.claim.id()));
        lens.claimReport(_path(child, child), none, nobody);
        vm.expectRevert(ILens.EmptyPath.selector);
        lens.claimReport(new ClaimKey[](0), none, nobody);
    }

    function test_claimReport_namesTheDeadAncestorAndTheLostMatch() public {
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        (child.account, child.bond) = (mallory.account, mallory.bond);
        propose(child);
        Player memory alice = inFirstDomain(honest("alice"));
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);

        ClaimReport memory report = lens.claimReport(_path(child, mallory), none, nobody);
        assertEq(uint256(report.standing), uint256(ClaimStanding.Orphaned));
        assertTrue(report.deadAncestor == mallory.claim.id());
        assertTrue(report.voidable);

        MatchKey[] memory matches = new MatchKey[](1);
        matches[0] = slotMatch(mallory, alice);
        report = lens.claimReport(_path(mallory), matches, nobody);
        assertEq(uint256(report.standing), uint256(ClaimStanding.Lost));
        assertEq(report.matches.length, 1);
        assertTrue(report.matches[0].outcome == Outcome.Two && report.matches[0].reason == Reason.StepTournament);
        assertEq(report.matches[0].stakeOne, ROOT_BOND, "until it is split");
        rollup.splitBond(mallory.claim, matches[0], movesIn(matches[0]));
        report = lens.claimReport(_path(mallory), matches, nobody);
        assertEq(report.stake, 0);
        assertEq(report.matches[0].stakeOne, 0);
        BondReport memory bond = lens.bondReport(mallory.bond, _path(mallory));
        assertEq(uint256(bond.standing), uint256(BondStanding.Forfeited));
    }

    // Matches

    function test_matchReport_turning() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        pass(RESPONSE + 7);
        MatchReport memory report = lens.matchReport(key, none, 2);
        assertEq(uint256(report.due), uint256(Due.OpenRoot));
        assertEq(uint256(report.mover), uint256(Mover.One));
        assertTrue(report.deadline.isBefore(tournament.deadline(key.id())) == false);
        assertEq(_blocks(report.left), BUDGET - 7);
        assertEq(_blocks(report.clockOne), BUDGET - 7, "as if it moved now");
        assertEq(_blocks(report.clockTwo), BUDGET);
        assertEq(report.stakeOne, ROOT_BOND);
        assertEq(report.stakeTwo, ROOT_BOND);
        uint256 bound = 5 * RESPONSE + BUDGET + 2 * BUDGET + 7 * RESPONSE - (RESPONSE + 7);
        assertEq(_blocks(report.maxRemainingDelay), bound);
        openRoot(alice.account, key, alice.slots);
        assertEq(uint256(lens.matchReport(key, none, 2).due), uint256(Due.Turn));
        turn(alice.account, key, alice.slots, mallory.slots);
        assertEq(uint256(lens.matchReport(key, none, 2).mover), uint256(Mover.Two));
    }

    function test_matchReport_stepsAndProof() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        MatchReport memory report = lens.matchReport(stepKey, none, 0);
        assertTrue(report.level == Level.Steps && report.phase == Phase.Sealed);
        assertEq(uint256(report.due), uint256(Due.Proof));
        assertEq(uint256(report.mover), uint256(Mover.Either));
        assertEq(report.stakeOne, STEP_BOND);
        assertEq(_blocks(report.maxRemainingDelay), BUDGET + RESPONSE, "then a clock runs out");

        MatchKey[] memory matches = new MatchKey[](1);
        matches[0] = stepKey;
        report = lens.matchReport(slotKey, matches, 0);
        assertEq(uint256(report.due), uint256(Due.Steps));
        assertEq(uint256(report.mover), uint256(Mover.Nobody));
        assertEq(Instant.unwrap(report.deadline), Instant.unwrap(tournament.closing(stepKey.tournament)));
        assertEq(_blocks(report.maxRemainingDelay), BUDGET + RESPONSE);
        assertGt(_blocks(lens.matchReport(slotKey, none, 0).maxRemainingDelay), BUDGET + RESPONSE, "not looked at");

        resolve(slotKey, stepKey, alice);
        report = lens.matchReport(stepKey, none, 0);
        assertTrue(report.reason == Reason.Proof && report.outcome == Outcome.One);
        assertEq(_blocks(report.maxRemainingDelay), 0);
        StepBondReport memory bond =
            lens.stepBondReport(slotKey, stepTree(slotKey, alice).root(), stepTree(slotKey, alice).last());
        assertEq(bond.owner, alice.account);
        assertEq(bond.stake, STEP_BOND);
    }

    function test_matchReport_notAscending() public {
        (,, MatchKey memory key) = rivals();
        MatchKey[] memory matches = new MatchKey[](2);
        (matches[0], matches[1]) = (key, key);
        vm.expectRevert(abi.encodeWithSelector(ILens.NotAscending.selector, key.id(), key.id()));
        lens.matchReport(key, matches, 0);
    }

    // Tournaments

    function test_tournamentReport() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        Player memory carol = player("carol", Lie(1, 1, 1));
        proposeSibling(carol, genesis);
        TournamentReport memory report = lens.tournamentReport(contest(alice), none, nobody);
        assertEq(uint256(report.status), uint256(Status.Joining));
        assertEq(report.contenders, 3);
        assertEq(_blocks(report.left), BUDGET);
        assertEq(report.ranks.length, 2);
        assertTrue(report.ranks[0].isAwaited && report.ranks[0].waiting == carol.claim.id().commitment());
        assertEq(report.ranks[1].rank, 1);
        assertEq(report.ranks[1].running, 1);
        assertFalse(report.ranks[1].isAwaited);

        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        report = lens.tournamentReport(contest(alice), none, nobody);
        assertEq(report.contenders, 2, "Mallory and Carol, in a match");
        assertEq(report.ranks.length, 1);
        MatchKey memory last = MatchKey(key.tournament, mallory.claim.id().commitment(), carol.claim.id().commitment());
        roll(tournament.deadline(last.id()));
        tournament.timeout(last);
        report = lens.tournamentReport(contest(alice), none, nobody);
        assertEq(uint256(report.status), uint256(Status.Won));
        assertTrue(report.winner == last.two);
    }

    function test_maxRemainingDelay_unknownTournament() public {
        TournamentId unknown = TournamentId.wrap(keccak256("unknown"));
        vm.expectRevert(abi.encodeWithSelector(ILens.UnknownTournament.selector, unknown));
        lens.maxRemainingDelay(unknown, none, nobody);
        TournamentReport memory report = lens.tournamentReport(unknown, none, nobody);
        assertEq(uint256(report.status), uint256(Status.Absent));
    }

    function test_bondReport_unknown() public view {
        BondReport memory report = lens.bondReport(BondId.wrap(99), new ClaimKey[](0));
        assertEq(uint256(report.standing), uint256(BondStanding.Unknown));
        assertEq(report.stake, 0);
        assertFalse(report.splittable);
    }
}
