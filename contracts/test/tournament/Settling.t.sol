// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ITournament} from "../../src/interfaces/ITournament.sol";
import {CommitmentState, Standing} from "../../src/types/CommitmentState.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId, MatchId, TournamentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie, ToyVerifier} from "../support/ToyMachine.sol";

contract SettlingTest is Stages {
    using RunTrees for RunTree;

    // Clocks

    function test_T21_clock_equalityIsExpiry() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        openRoot(alice.account, key, alice.slots);
        Instant deadline = tournament.deadline(key.id());
        assertEq(Instant.unwrap(deadline), vm.getBlockNumber() + BUDGET + RESPONSE);
        vm.roll(Instant.unwrap(deadline) - 1);
        vm.expectRevert(abi.encodeWithSelector(ITournament.ClockNotExpired.selector, key.id(), deadline));
        tournament.timeout(key);
        uint256 snapshot = vm.snapshotState();
        turn(alice.account, key, alice.slots, mallory.slots);
        MatchState memory state = tournament.matches(key.id());
        assertEq(Duration.unwrap(state.clocks.one), 1, "charged without the allowance");
        vm.revertToState(snapshot);
        vm.roll(Instant.unwrap(deadline));
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes32 root = alice.slots.root();
        vm.expectRevert(abi.encodeWithSelector(ITournament.ClockExpired.selector, key.id(), deadline));
        tournament.turn(key, root, own, own, own);
        tournament.timeout(key);
        assertTrue(tournament.matches(key.id()).outcome == Outcome.Two);
    }

    function test_T10_winnerMayWaitLongerThanItsClock() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        pass(100 * BUDGET);
        tournament.timeout(key);
        CommitmentState memory winner = tournament.commitments(mallory.claim.id().commitment());
        assertTrue(winner.standing == Standing.Waiting);
        assertEq(Duration.unwrap(winner.remaining), BUDGET, "a paused clock is never charged");
        assertTrue(tournament.isEliminated(alice.claim.id().commitment()));
    }

    function test_T06_T12_proofSettlesWhateverTheClocksSay() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        pass(10 * BUDGET);
        resolve(slotKey, stepKey, alice);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.One);
        CommitmentState memory winner = tournament.commitments(stepKey.one);
        assertEq(Duration.unwrap(winner.remaining), 0, "what its clock has left, at least nothing");
        tournament.conclude(slotKey);
        MatchState memory state = tournament.matches(slotKey.id());
        assertTrue(state.outcome == Outcome.One);
        assertEq(
            Duration.unwrap(tournament.commitments(slotKey.one).remaining), BUILD + 2 * RESPONSE, "T11: the refill"
        );
        assertTrue(tournament.isEliminated(mallory.claim.id().commitment()));
    }

    function test_T05_sealedTimeout_bothExpired() public {
        (,,, MatchKey memory stepKey) = sealedMatch();
        pass(10 * BUDGET);
        tournament.timeout(stepKey);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.Neither);
        assertTrue(tournament.isEliminated(stepKey.one) && tournament.isEliminated(stepKey.two));
    }

    function test_T07_deadlineAgreesWithTimeout() public {
        MatchId nobody = MatchId.wrap("nobody");
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnknownMatch.selector, nobody));
        tournament.deadline(nobody);
        (,,, MatchKey memory stepKey) = sealedMatch();
        Instant deadline = tournament.deadline(stepKey.id());
        vm.roll(Instant.unwrap(deadline) - 1);
        vm.expectRevert(abi.encodeWithSelector(ITournament.ClockNotExpired.selector, stepKey.id(), deadline));
        tournament.timeout(stepKey);
        vm.roll(Instant.unwrap(deadline));
        tournament.timeout(stepKey);
        assertTrue(tournament.matches(stepKey.id()).phase == Phase.Settled);
    }

    function test_steps_parentsStandStill() public {
        (,, MatchKey memory key) = narrowed();
        MatchState memory frozen = tournament.matches(key.id());
        pass(3 * BUDGET);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongPhase.selector, key.id(), Phase.InSteps));
        tournament.timeout(key);
        assertEq(
            keccak256(abi.encode(tournament.matches(key.id()))), keccak256(abi.encode(frozen)), "no charge, no change"
        );
    }

    function test_steps_aJoinerGetsTheBetterClockLessItsLateness() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        openRoot(alice.account, key, alice.slots);
        pass(RESPONSE + 20);
        playTurns(key, alice.account, alice.slots, mallory.account, mallory.slots);
        assertEq(Duration.unwrap(tournament.tournaments(stepTournament_(key)).budget), BUDGET, "Mallory's");
        pass(30);
        RunTree memory right = stepTree(key, alice);
        joinSteps(alice.account, key, right);
        assertEq(Duration.unwrap(tournament.commitments(stepCommitment(key, right)).remaining), BUDGET - 30);
        vm.expectRevert(
            abi.encodeWithSelector(ITournament.StepsUndecided.selector, stepTournament_(key), Status.Joining)
        );
        tournament.conclude(key);
    }

    /// T17: a clock is its commitment's own; who beats or meets another takes nothing from that one's.
    function test_T17_noClockIsInherited() public {
        Player memory alice = honest("alice");
        Player memory bob = player("bob", Lie(1, 1, 8));
        Player memory carol = player("carol", Lie(2, 2, 9));
        propose(alice);
        pass(30);
        proposeSibling(bob, genesis);
        pass(20);
        proposeSibling(carol, genesis);
        MatchKey memory key = slotMatch(alice, bob);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        MatchState memory state = tournament.matches(slotMatch(bob, carol).id());
        assertEq(Duration.unwrap(state.clocks.one), BUDGET - 30, "not Alice's longer one");
        assertEq(Duration.unwrap(state.clocks.two), BUDGET - 50, "not Bob's longer one");
    }

    /// T24: whenever the rival moves, the other side has all of its own time, from then on.
    function test_T24_aMoveInTheLastBlockTakesNoTimeFromTheOther() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey) = rivals();
        openRoot(alice.account, slotKey, alice.slots);
        _stall(slotKey, alice, alice.slots, mallory, mallory.slots);
        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(alice.account, slotKey, right);
        vm.roll(Instant.unwrap(tournament.closing(stepTournament_(slotKey))) - 1);
        joinSteps(mallory.account, slotKey, wrong);
        MatchKey memory stepKey = stepMatch(slotKey, right, wrong);
        _stall(stepKey, alice, right, mallory, wrong);
        // Mallory made the last turn too. Both clocks run, and hers ends first.
        roll(tournament.deadline(stepKey.id()));
        tournament.timeout(stepKey);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.One);
        tournament.conclude(slotKey);
        assertEq(Duration.unwrap(tournament.commitments(slotKey.one).remaining), BUDGET);
    }

    /// @dev Alice, side One, answers at once; Mallory in the last block in which she may.
    function _stall(
        MatchKey memory key,
        Player memory alice,
        RunTree memory right,
        Player memory mallory,
        RunTree memory wrong
    ) private {
        MatchState memory state = tournament.matches(key.id());
        while (state.phase == Phase.Turning) {
            Instant deadline = tournament.deadline(key.id());
            if (state.toMove == Side.One) {
                assertEq(Instant.unwrap(deadline), vm.getBlockNumber() + BUDGET + RESPONSE, "all of her time");
                turn(alice.account, key, right, wrong);
            } else {
                vm.roll(Instant.unwrap(deadline) - 1);
                turn(mallory.account, key, wrong, right);
            }
            state = tournament.matches(key.id());
        }
    }

    // Terminal states

    /// T23: a match is not settled before its step tournament, nor a claim before its matches; and nothing reopens them.
    function test_T23_nothingIsDecidedBeforeItsParts() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey) = narrowed();
        TournamentId steps = stepTournament_(slotKey);
        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(alice.account, slotKey, right);
        vm.expectRevert(abi.encodeWithSelector(ITournament.StepsUndecided.selector, steps, Status.Joining));
        tournament.conclude(slotKey);
        joinSteps(mallory.account, slotKey, wrong);
        roll(tournament.closing(steps));
        vm.expectRevert(abi.encodeWithSelector(ITournament.StepsUndecided.selector, steps, Status.Playing));
        tournament.conclude(slotKey);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongPhase.selector, slotKey.id(), Phase.InSteps));
        tournament.timeout(slotKey);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotWinner.selector, alice.claim.id(), Status.Playing));
        rollup.confirm(alice.claim);

        MatchKey memory stepKey = stepMatch(slotKey, right, wrong);
        playTurns(stepKey, alice.account, right, mallory.account, wrong);
        resolve(slotKey, stepKey, alice);
        tournament.conclude(slotKey);
        vm.expectRevert(abi.encodeWithSelector(ITournament.AlreadySettled.selector, slotKey.id()));
        tournament.conclude(slotKey);
        vm.deal(address(this), STEP_BOND);
        bonds.depositFor{value: STEP_BOND}(mallory.account);
        right.values[0] = keccak256("another");
        bytes32[16] memory children = right.opening(24, 0);
        bytes32[] memory spine = right.spine(20, 15);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        Instant closes = tournament.closing(steps);
        vm.expectRevert(abi.encodeWithSelector(ITournament.JoiningClosed.selector, steps, closes));
        vm.prank(mallory.account);
        tournament.joinSteps(steps, root, last, children, spine);
        confirm(alice);
    }

    function test_T02_T32_everyVerbSaysAlreadySettled() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        resolve(slotKey, stepKey, alice);
        bytes memory done = abi.encodeWithSelector(ITournament.AlreadySettled.selector, stepKey.id());
        bytes32[16] memory any;
        vm.expectRevert(done);
        tournament.resolve(stepKey, "");
        vm.expectRevert(done);
        tournament.timeout(stepKey);
        vm.expectRevert(done);
        tournament.turn(stepKey, 0, any, any, any);
        vm.expectRevert(done);
        tournament.lastTurn(stepKey, 0, any, any, 0, new bytes32[](0));
        vm.expectRevert(done);
        tournament.openRoot(stepKey, 0, 0, any, new bytes32[](0));
        vm.expectRevert(done);
        tournament.conclude(stepKey);
    }

    function test_T77_aSlotLeafIsNotResolved() public {
        (,, MatchKey memory slotKey) = narrowed();
        bytes memory expected = abi.encodeWithSelector(ITournament.WrongPhase.selector, slotKey.id(), Phase.InSteps);
        vm.expectRevert(expected);
        tournament.resolve(slotKey, "");
        slotKey.two = CommitmentId.wrap("nobody");
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnknownMatch.selector, slotKey.id()));
        tournament.resolve(slotKey, "");
    }

    function test_T77_aFirstClaimNobodyCanOpenLoses() public {
        Player memory ghost = player("ghost", Lie(0, 0, 0));
        ghost.claim.traceRoot = keccak256("no tree");
        propose(ghost);
        Player memory alice = honest("alice");
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(ghost, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        (Status status, CommitmentId winner) = tournament.result(contest(alice));
        assertTrue(status == Status.Won && winner == alice.claim.id().commitment());
    }

    function test_resolve_flippedWitness() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        bytes memory proof = witness(slotKey, stepKey, alice);
        for (uint256 i = 1; i < proof.length; i += 31) {
            proof[i] ^= 0x01;
            vm.expectPartialRevert(ToyVerifier.WrongWitness.selector);
            tournament.resolve(stepKey, proof);
            proof[i] ^= 0x01;
        }
        assertTrue(tournament.matches(stepKey.id()).phase == Phase.Sealed, "nothing changed");
        resolve(slotKey, stepKey, alice);
    }

    function test_resolve_neitherIsRight() public {
        Player memory mallory = player("mallory", twist);
        Player memory trudy = player("trudy", Lie(1025, 3, 8));
        propose(mallory);
        proposeSibling(trudy, genesis);
        MatchKey memory slotKey = slotMatch(mallory, trudy);
        openRoot(mallory.account, slotKey, mallory.slots);
        playTurns(slotKey, mallory.account, mallory.slots, trudy.account, trudy.slots);
        MatchKey memory stepKey = playSteps(slotKey, mallory, trudy);
        resolve(slotKey, stepKey, mallory);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.Neither);
        roll(tournament.closing(stepTournament_(slotKey)));
        tournament.conclude(slotKey);
        assertTrue(tournament.matches(slotKey.id()).outcome == Outcome.Neither, "both parents out");

        tournament.splitStepBonds(slotKey, stepKey, movesIn(stepKey));
        assertEq(bonds.burned(), 2 * STEP_BOND);
    }
}
