// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Finality} from "../src/interfaces/IAsker.sol";
import {ClaimStatus, Death, IRollup} from "../src/interfaces/IRollup.sol";
import {ITournament} from "../src/interfaces/ITournament.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {ClaimId, TournamentId} from "../src/types/Ids.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Move} from "../src/types/Move.sol";
import {Status} from "../src/types/TournamentState.sol";
import {Player} from "./support/Dispute.sol";
import {RunTree, RunTrees} from "./support/RunTree.sol";
import {Settled} from "./support/Settled.sol";
import {Lie, ToyMachine} from "./support/ToyMachine.sol";

/// @notice What a proof of the boundary makes of claims.
contract SettledClaimsTest is Settled {
    using RunTrees for RunTree;

    // Who, what and when

    function test_settle_onlyTheSettlementContract() public {
        ClaimId parent = rollup.genesis();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotSettlement.selector, address(0xbad)));
        vm.prank(address(0xbad));
        rollup.settle(parent, GENESIS_NUMBER + 2, "boundary");
    }

    function test_settle_onlyUnderTheLatestConfirmed() public {
        (Player memory parent, Player memory child) = chain();
        ClaimId latest = rollup.genesis();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLatestConfirmed.selector, latest, parent.claim.id()));
        rollup.settle(parent.claim.id(), GENESIS_NUMBER + 3, child.claim.boundary);
        confirm(parent);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLatestConfirmed.selector, parent.claim.id(), latest));
        rollup.settle(latest, GENESIS_NUMBER + 2, "another boundary");
        assertTrue(settle(child) == child.claim.id());
    }

    function test_settle_onlyTheDomainOfTheContest() public {
        Player memory alice = honest("alice");
        propose(alice);
        append();
        uint64 end = GENESIS_NUMBER + 2;
        uint64[4] memory wrong = [end - 2, end - 1, end + 1, type(uint64).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WrongDomain.selector, end, wrong[i]));
            rollup.settle(alice.claim.parent, wrong[i], alice.claim.boundary);
        }
        assertTrue(rollup.settle(alice.claim.parent, end, alice.claim.boundary) == alice.claim.id());
    }

    function test_settle_withoutAContestAnyBlocksThatThereAre() public {
        ClaimId parent = rollup.genesis();
        uint64 end = GENESIS_NUMBER + 2;
        uint64[3] memory wrong = [end - 2, end + 1, type(uint64).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WrongDomain.selector, end, wrong[i]));
            rollup.settle(parent, wrong[i], "boundary");
        }
        ClaimId first = rollup.settle(parent, end - 1, "boundary");
        assertEq(rollup.claims(first).end, end - 1);
        ClaimId second = rollup.settle(first, end, "boundary");
        assertEq(rollup.claims(second).end, end);
        vm.expectRevert(abi.encodeWithSelector(IRollup.EmptyDomain.selector, end));
        rollup.settle(second, end + 1, "boundary");
        assertTrue(rollup.latestConfirmed() == second);
    }

    // Who is confirmed, lost and void

    function test_settle_firstChildWithTheBoundary() public {
        Player memory liar = player("liar", twist);
        Player memory first = astray("first", 1);
        Player memory second = honest("second");
        propose(liar);
        proposeSibling(first, genesis);
        proposeSibling(second, genesis);
        uint64 end = GENESIS_NUMBER + 2;
        vm.expectEmit();
        emit IRollup.ClaimSettled(first.claim.id(), rollup.genesis(), 0, GENESIS_NUMBER + 1, end, first.claim.boundary);
        assertTrue(settle(second) == first.claim.id());
        assertTrue(rollup.claims(first.claim.id()).status == ClaimStatus.Confirmed);
        assertTrue(rollup.settledBy(contest(first)) == first.claim.id());
        _assertFates(liar, first, second);

        // Its tournament goes on, without effect.
        timeoutOne(liar, first);
        roll(tournament.deadline(slotMatch(first, second).id()));
        tournament.timeout(slotMatch(first, second));
        assertTrue(tournament.isEliminated(first.claim.id().commitment()));
        _assertFates(liar, first, second);
    }

    function _assertFates(Player memory lost, Player memory confirmed, Player memory superseded) private view {
        assertTrue(rollup.isLost(lost.claim.id()) && !rollup.isVoid(lost.claim.id()), "lost");
        assertTrue(!rollup.isLost(confirmed.claim.id()) && !rollup.isVoid(confirmed.claim.id()), "confirmed");
        assertTrue(!rollup.isLost(superseded.claim.id()) && rollup.isVoid(superseded.claim.id()), "void");
    }

    function test_settle_nobodyHasTheBoundary() public {
        Player memory liar = player("liar", twist);
        propose(liar);
        Player memory alice = honest("alice");
        ClaimId settled = settle(alice);
        ClaimKey memory key = unproposed(rollup.genesis(), alice.claim.boundary);
        assertTrue(settled == key.id() && rollup.latestConfirmed() == settled);
        assertTrue(rollup.isLost(liar.claim.id()));

        // Proposing goes on from it, and a rival there finds its start in the key.
        append();
        Player memory next = playerAfter("next", Lie(0, 0, 0), key, alice.end, lastRecord());
        Player memory rival = playerAfter("rival", Lie(1, 1, 7), key, alice.end, lastRecord());
        propose(next);
        proposeSibling(rival, key);
        timeoutTwo(next, rival);
        confirm(next);
    }

    /// @dev Side One moves, and Two lets its clock run out.
    function timeoutTwo(Player memory one, Player memory two) private {
        MatchKey memory key = slotMatch(one, two);
        openRoot(one.account, key, one.slots);
        turn(one.account, key, one.slots, two.slots);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        assertTrue(tournament.isEliminated(two.claim.id().commitment()));
    }

    /// An eliminated claim stays dead, whatever its boundary: nothing that was built on its death is undone.
    function test_settle_anEliminatedClaimIsNotRevived() public {
        Player memory first = astray("first", 1);
        Player memory liar = player("liar", twist);
        propose(first);
        proposeSibling(liar, genesis);
        timeoutOne(first, liar);
        assertTrue(rollup.isLost(first.claim.id()));
        ClaimId settled = settle(first);
        assertTrue(settled == unproposed(rollup.genesis(), first.claim.boundary).id());
        assertTrue(!rollup.isLost(first.claim.id()) && rollup.isVoid(first.claim.id()), "void, not lost");
        assertTrue(rollup.isLost(liar.claim.id()));
    }

    function test_settle_theWinnerWhenTheFirstWasEliminated() public {
        Player memory first = astray("first", 1);
        Player memory second = honest("second");
        propose(first);
        proposeSibling(second, genesis);
        timeoutOne(first, second);
        roll(tournament.closing(contest(second)));
        assertStatus(contest(second), Status.Won);
        assertTrue(settle(second) == second.claim.id());
        assertTrue(rollup.isVoid(first.claim.id()));
    }

    function test_settle_aFurtherRound() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = narrowed();
        roll(tournament.closing(stepTournament_(key)));
        tournament.conclude(key);
        roll(tournament.closing(contest(alice)));
        assertStatus(contest(alice), Status.NoWinner);
        Player memory again = honest("again");
        again.claim.round = 1;
        propose(again);
        assertTrue(settle(again) == again.claim.id());
        assertTrue(rollup.isLost(alice.claim.id()) && rollup.isLost(mallory.claim.id()), "of the round before");
        assertTrue(ClaimId.unwrap(rollup.settledBy(contest(alice))) == 0);
    }

    function test_settle_aContestThatNobodyWon() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = narrowed();
        roll(tournament.closing(stepTournament_(key)));
        tournament.conclude(key);
        roll(tournament.closing(contest(alice)));
        ClaimId settled = settle(alice);
        assertTrue(settled == unproposed(rollup.genesis(), alice.claim.boundary).id());
        assertTrue(rollup.isVoid(alice.claim.id()) && rollup.isLost(mallory.claim.id()));
        _refuseClosed(player("again", Lie(7, 1, 9)), 0);
    }

    // Afterwards

    function test_settled_onlyTheConfirmedChildTakesBonds() public {
        Player memory alice = honest("alice");
        Player memory liar = player("liar", twist);
        propose(alice);
        proposeSibling(liar, genesis);
        settle(alice);
        append();
        assertEq(rollup.domainEnd(rollup.genesis()), GENESIS_NUMBER + 2);

        Player memory copy = inFirstDomain(honest("copy"));
        propose(copy);
        assertTrue(rollup.rootBonds(copy.bond).tip == alice.claim.id());
        proposeSibling(copy, genesis);
        _refuseClosed(inFirstDomain(player("late", Lie(7, 1, 9))), 0);

        Player memory dead = inFirstDomain(player("dead", twist));
        bytes memory boundary = ToyMachine.encode(dead.end);
        vm.expectRevert(abi.encodeWithSelector(IRollup.DeadClaim.selector, liar.claim.id()));
        vm.prank(dead.account);
        rollup.propose(dead.bond, dead.claim.parent, GENESIS_NUMBER + 2, dead.claim.traceRoot, boundary);

        vm.expectRevert(abi.encodeWithSelector(IRollup.AlreadyConfirmed.selector, alice.claim.id()));
        rollup.confirm(alice.claim);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotWinner.selector, liar.claim.id(), Status.Won));
        rollup.confirm(liar.claim);
    }

    /// @dev Neither of the ways to propose takes another child.
    function _refuseClosed(Player memory who, uint32 round) private {
        bytes memory boundary = ToyMachine.encode(who.end);
        bytes32[16] memory children = who.slots.opening(20, 0);
        bytes32[] memory spine = who.slots.spine(16, 15);
        uint64 end = GENESIS_NUMBER + 2;
        bytes memory closed =
            abi.encodeWithSelector(IRollup.ContestClosed.selector, who.claim.parent, round, Status.Won);
        vm.startPrank(who.account);
        vm.expectRevert(closed);
        rollup.propose(who.bond, who.claim.parent, end, who.claim.traceRoot, boundary);
        vm.expectRevert(closed);
        rollup.proposeSibling(who.bond, genesis, end, who.claim.traceRoot, boundary, children, spine);
        vm.stopPrank();
    }

    function test_settled_descendantsAreVoid() public {
        Player memory first = honest("first");
        Player memory second = astray("second", 1);
        Player memory liar = player("liar", twist);
        propose(first);
        proposeSibling(second, genesis);
        proposeSibling(liar, genesis);
        append();
        Player memory underSecond = childOf("underSecond", second, Lie(0, 0, 0));
        Player memory underLiar = childOf("underLiar", liar, Lie(0, 0, 0));
        follow(underSecond, second.claim);
        propose(underSecond);
        follow(underLiar, liar.claim);
        propose(underLiar);
        settle(first);
        vm.expectEmit();
        emit IRollup.ClaimVoided(underSecond.claim.id(), second.claim.id(), Death.Void);
        rollup.voidClaim(underSecond.claim);
        vm.expectEmit();
        emit IRollup.ClaimVoided(underLiar.claim.id(), liar.claim.id(), Death.Lost);
        rollup.voidClaim(underLiar.claim);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentAlive.selector, rollup.genesis()));
        rollup.voidClaim(second.claim);
    }

    // Step bonds

    function test_settled_stepBondsAreFree() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        resolve(slotKey, stepKey, alice);
        settle(alice);
        assertTrue(rollup.finality(slotKey.tournament) == Finality.Void);
        Move[] memory moves = movesIn(stepKey);
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotFinal.selector, slotKey.tournament));
        tournament.splitStepBonds(slotKey, stepKey, moves);
        tournament.releaseStepBond(slotKey, wrong.root(), wrong.last());
        tournament.releaseStepBond(slotKey, right.root(), right.last());
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, ROOT_BOND);
        walk(mallory, mallory.claim);
        assertEq(bonds.burned(), ROOT_BOND, "the whole root bond");
        assertReleased(alice);
    }

    function test_settled_whatWasSplitStaysSplit() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory wrong = stepTree(slotKey, mallory);
        resolve(slotKey, stepKey, alice);
        tournament.splitStepBonds(slotKey, stepKey, movesIn(stepKey));
        uint256 burned = bonds.burned();
        settle(alice);
        vm.expectPartialRevert(ITournament.BondSettled.selector);
        tournament.releaseStepBond(slotKey, wrong.root(), wrong.last());
        assertEq(bonds.burned(), burned);
    }

    /// @dev Whoever joins afterwards stakes nothing.
    function test_settled_aLateStepBondIsFree() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey) = narrowed();
        settle(alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(mallory.account, slotKey, wrong);
        tournament.releaseStepBond(slotKey, wrong.root(), wrong.last());
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, ROOT_BOND);
    }

    function test_finality_ofAnUnknownContest() public {
        TournamentId unknown = TournamentId.wrap("unknown");
        vm.expectRevert(abi.encodeWithSelector(IRollup.UnknownClaim.selector, ClaimId.wrap(0)));
        rollup.finality(unknown);
    }
}
