// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITournament} from "../../src/interfaces/ITournament.sol";
import {RESOLVE_GAS} from "../../src/rules/RefundGas.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Phase, Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Player} from "../support/Dispute.sol";
import {Refunds} from "../support/Refunds.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

contract StepBondsTest is Stages {
    using RunTrees for RunTree;

    /// T02: bonds that anybody settled early stand in nobody's way.
    function test_T02_bondsSettledEarlyBlockNothing() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        _settleAndConfirm(alice, mallory, slotKey, stepKey);
    }

    /// T08, T09: nobody whose money moves is called.
    function test_T08_T09_playersThatBurnAllGasBlockNothing() public {
        vm.pauseGasMetering();
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        bytes memory invalid = hex"fe";
        vm.etch(alice.account, invalid);
        vm.etch(mallory.account, invalid);
        _settleAndConfirm(alice, mallory, slotKey, stepKey);
        vm.startPrank(alice.account);
        rollup.releaseBond(alice.bond);
        (uint128 free, uint128 locked) = bonds.accounts(alice.account);
        assertEq(locked, 0);
        bonds.withdraw(makeAddr("elsewhere"), free);
        assertEq(makeAddr("elsewhere").balance, free);
    }

    /// T34: the bounty is bound to the bond that won, so a proof copied from the pool earns what sending it costs.
    function test_T34_aCopiedProofEarnsItsRefundOnly() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        bytes memory proof = witness(slotKey, stepKey, alice);
        address copier = makeAddr("copier");
        vm.recordLogs();
        vm.prank(copier);
        tournament.resolve(stepKey, proof);
        (, uint256 refund) = Refunds.refundOf(vm.getRecordedLogs());
        movesOf[keccak256(abi.encode(stepKey))].push(Move(Side.One, copier, refund));
        (uint128 before,) = bonds.accounts(alice.account);
        tournament.splitStepBonds(slotKey, stepKey, movesIn(stepKey));
        (uint128 copied,) = bonds.accounts(copier);
        assertEq(copied, refund);
        (uint128 free,) = bonds.accounts(alice.account);
        assertGe(free - before, STEP_BOND * 15 / 100, "the bounty");
    }

    function test_splitStepBonds_and_release() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory right = stepTree(slotKey, alice);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        vm.expectRevert(abi.encodeWithSelector(ITournament.BondStillNeeded.selector, stepKey.one));
        tournament.releaseStepBond(slotKey, root, last);
        resolve(slotKey, stepKey, alice);
        Move[] memory moves = movesIn(stepKey);
        (uint128 before,) = bonds.accounts(alice.account);
        tournament.splitStepBonds(slotKey, stepKey, moves);
        uint256 refund = 0;
        for (uint256 i = 0; i < moves.length; ++i) {
            if (moves[i].side == Side.One) refund += moves[i].refund;
        }
        (uint128 free,) = bonds.accounts(alice.account);
        assertEq(free - before, refund + STEP_BOND * 15 / 100);
        assertGe(bonds.burned(), STEP_BOND / 2);
        vm.expectRevert(abi.encodeWithSelector(ITournament.BondSettled.selector, stepKey.two));
        tournament.splitStepBonds(slotKey, stepKey, moves);

        roll(tournament.closing(stepTournament_(slotKey)));
        tournament.releaseStepBond(slotKey, root, last);
        vm.expectRevert(abi.encodeWithSelector(ITournament.BondSettled.selector, stepKey.one));
        tournament.releaseStepBond(slotKey, root, last);
        (, uint128 locked) = bonds.accounts(alice.account);
        assertEq(locked, ROOT_BOND);
    }

    /// T20, T34: a proof is refunded with what it took, so that sending somebody else's first earns nothing.
    function test_T20_resolve_refundsWhatTheProofTook() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        uint256 snapshot = vm.snapshotState();
        uint256 price = 11 gwei;
        bytes memory proof = witness(slotKey, stepKey, alice);
        uint256 refund;
        for (uint256 gas = 1_000_000; gas <= 16_000_000; gas += 5_000_000) {
            vm.recordLogs();
            uint256 used = gasleft();
            tournament.resolve{gas: gas}(stepKey, proof);
            used -= gasleft();
            (, uint256 last) = Refunds.refundOf(vm.getRecordedLogs());
            assertTrue(refund == 0 || last == refund, "whatever gas the mover brings");
            refund = last;
            assertGe(refund / price, used, "no less than it took");
            assertLe(refund / price, RESOLVE_GAS + 40 * proof.length + used, "nor a prize");
            vm.revertToState(snapshot);
        }
    }

    function test_splitStepBonds_wrongMatch() public {
        (,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        Move[] memory none = new Move[](0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITournament.NotInStepTournament.selector, stepTournament_(stepKey), stepKey.tournament
            )
        );
        tournament.splitStepBonds(stepKey, stepKey, none);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongPhase.selector, stepKey.id(), Phase.Sealed));
        tournament.splitStepBonds(slotKey, stepKey, none);
    }

    function test_T62_stepBondsWaitForTheParentAndUnlockUnderAVoidClaim() public {
        // A dispute under Mallory's claim, which is itself lost later.
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(1025, 3, 7));
        propose(mallory);
        proposeSibling(alice, genesis);
        append();
        bytes32[] memory domain = new bytes32[](1);
        domain[0] = records[2];
        Player memory one = playerAfter("one", Lie(0, 0, 0), mallory.claim, mallory.end, domain);
        Player memory two = playerAfter("two", Lie(1, 1, 7), mallory.claim, mallory.end, domain);
        follow(one, mallory.claim);
        follow(two, mallory.claim);
        propose(one);
        proposeSibling(two, mallory.claim);
        MatchKey memory slotKey = slotMatch(one, two);
        openRoot(one.account, slotKey, one.slots);
        playTurns(slotKey, one.account, one.slots, two.account, two.slots);
        MatchKey memory stepKey = playSteps(slotKey, one, two);
        resolve(slotKey, stepKey, one);
        Move[] memory moves = movesIn(stepKey);
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotFinal.selector, slotKey.tournament));
        tournament.splitStepBonds(slotKey, stepKey, moves);

        MatchKey memory parentKey = slotMatch(mallory, alice);
        roll(tournament.deadline(parentKey.id()));
        tournament.timeout(parentKey);
        assertTrue(rollup.isLost(mallory.claim.id()));
        RunTree memory wrong = stepTree(slotKey, two);
        tournament.releaseStepBond(slotKey, wrong.root(), wrong.last());
        (, uint128 locked) = bonds.accounts(two.account);
        assertEq(locked, ROOT_BOND, "void is not lost");
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotFinal.selector, slotKey.tournament));
        tournament.splitStepBonds(slotKey, stepKey, moves);
    }

    /// @dev Alice proves; every bond is split or released as early as it can be, and her claim is confirmed.
    function _settleAndConfirm(
        Player memory alice,
        Player memory mallory,
        MatchKey memory slotKey,
        MatchKey memory stepKey
    ) private {
        RunTree memory right = stepTree(slotKey, alice);
        resolve(slotKey, stepKey, alice);
        tournament.splitStepBonds(slotKey, stepKey, movesIn(stepKey));
        roll(tournament.closing(stepTournament_(slotKey)));
        tournament.releaseStepBond(slotKey, right.root(), right.last());
        tournament.conclude(slotKey);
        rollup.splitBond(mallory.claim, slotKey, movesIn(slotKey));
        confirm(alice);
    }
}
