// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Deploy, Settings} from "../../../scripts/Deploy.s.sol";
import {IBonds} from "../../src/interfaces/IBonds.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ITournament} from "../../src/interfaces/ITournament.sol";
import {CommitmentState, Standing} from "../../src/types/CommitmentState.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId, MatchId, TournamentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Level, MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Dispute, Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Lie, ToyVerifier} from "../support/ToyMachine.sol";

contract TournamentTest is Dispute {
    using RunTrees for RunTree;

    Lie private twist = Lie(1025, 3, 7);

    /// @dev Alice's claim came first, Mallory's second.
    function _rivals() private returns (Player memory alice, Player memory mallory, MatchKey memory key) {
        alice = honest("alice");
        mallory = player("mallory", twist);
        propose(alice);
        proposeSibling(mallory, genesis);
        key = slotMatch(alice, mallory);
    }

    function _narrowed() private returns (Player memory alice, Player memory mallory, MatchKey memory key) {
        (alice, mallory, key) = _rivals();
        openRoot(alice.account, key, alice.slots);
        playTurns(key, alice.account, alice.slots, mallory.account, mallory.slots);
    }

    function _sealed()
        private
        returns (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey)
    {
        (alice, mallory, slotKey) = _narrowed();
        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(alice.account, slotKey, right);
        joinSteps(mallory.account, slotKey, wrong);
        stepKey = stepMatch(slotKey, right, wrong);
        playTurns(stepKey, alice.account, right, mallory.account, wrong);
    }

    function _assertStatus(TournamentId id, Status expected) private view {
        (Status status,) = tournament.result(id);
        assertTrue(status == expected, "status");
    }

    // Joining

    function test_start_join_onlyAsker() public {
        bytes memory expected = abi.encodeWithSelector(ITournament.NotAsker.selector, address(this));
        vm.expectRevert(expected);
        tournament.start(TournamentId.wrap("t"), CommitmentId.wrap("c"), 1, 1);
        bytes32[16] memory children;
        vm.expectRevert(expected);
        tournament.join(TournamentId.wrap("t"), 0, 0, 0, address(0), children, new bytes32[](16));
    }

    function test_start_once() public {
        Player memory alice = honest("alice");
        propose(alice);
        TournamentId id = contest(alice);
        vm.expectRevert(abi.encodeWithSelector(ITournament.AlreadyStarted.selector, id));
        vm.prank(address(rollup));
        tournament.start(id, CommitmentId.wrap("c"), 1, 1);
    }

    function test_T65_join_latenessIsCharged() public {
        Player memory alice = honest("alice");
        Player memory late = player("late", twist);
        Player memory tooLate = player("tooLate", Lie(1, 1, 9));
        propose(alice);
        pass(BUDGET - 1);
        proposeSibling(late, genesis);
        MatchState memory state = tournament.matches(slotMatch(alice, late).id());
        assertEq(Duration.unwrap(state.clocks.one), BUDGET);
        assertEq(Duration.unwrap(state.clocks.two), 1);
        pass(1);
        bytes32[16] memory children = tooLate.slots.opening(20, 0);
        bytes32[] memory spine = tooLate.slots.spine(16, 15);
        TournamentId id = contest(tooLate);
        Instant closes = tournament.closing(id);
        vm.expectRevert(abi.encodeWithSelector(ITournament.JoiningClosed.selector, id, closes));
        vm.prank(address(rollup));
        tournament.join(
            id, genesis.boundary, tooLate.claim.traceRoot, tooLate.claim.boundary, tooLate.account, children, spine
        );
    }

    function test_T54_join_fixedHeights() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        TournamentId id = contest(alice);
        bytes32[16] memory children = mallory.slots.opening(20, 0);
        // An inner node of the right height cannot pass for the last leaf.
        bytes32 inner = mallory.slots.node(1, 2 ** 19 - 1);
        bytes32[] memory spine = mallory.slots.spine(16, 15);
        bytes32[] memory short = new bytes32[](15);
        for (uint256 i = 0; i < 15; ++i) {
            short[i] = spine[i + 1];
        }
        bytes32 root = mallory.claim.traceRoot;
        vm.startPrank(address(rollup));
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongSpineLength.selector, 16, 15));
        tournament.join(id, genesis.boundary, root, inner, mallory.account, children, short);
        vm.expectPartialRevert(ITournament.WrongSpine.selector);
        tournament.join(id, genesis.boundary, root, inner, mallory.account, children, spine);
        vm.stopPrank();
        _assertStatus(id, Status.Joining);
        assertEq(tournament.tournaments(id).waitingRanks, 1, "nothing changed");
    }

    function test_T15_join_noTrailingProof() public {
        (Player memory alice,, MatchKey memory key) = _narrowed();
        RunTree memory right = stepTree(key, alice);
        bytes32[16] memory children = right.opening(24, 0);
        TournamentId id = stepTournament_(key);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        vm.startPrank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongSpineLength.selector, 20, 21));
        tournament.joinSteps(id, root, last, children, new bytes32[](21));
        children[7] ^= bytes32(uint256(1));
        vm.expectPartialRevert(ITournament.WrongOpening.selector);
        tournament.joinSteps(id, root, last, children, new bytes32[](20));
    }

    function test_T16_joinSteps_onlyRecordedTournaments() public {
        (Player memory alice,, MatchKey memory key) = _rivals();
        bytes32[16] memory children;
        bytes32[] memory spine = new bytes32[](20);
        TournamentId orphan = TournamentId.wrap("orphan");
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnknownTournament.selector, orphan));
        tournament.joinSteps(orphan, 0, 0, children, spine);
        TournamentId root = contest(alice);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongLevel.selector, root, Level.Slots));
        tournament.joinSteps(root, 0, 0, children, spine);
        TournamentId early = stepTournament_(key);
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnknownTournament.selector, early));
        tournament.joinSteps(early, 0, 0, children, spine);
    }

    function test_joinSteps_onlyContestedLeaves() public {
        (Player memory alice,, MatchKey memory key) = _narrowed();
        RunTree memory stray = stepTree(key, alice);
        stray.values[stray.values.length - 1] = keccak256("elsewhere");
        TournamentId id = stepTournament_(key);
        bytes32[16] memory children = stray.opening(24, 0);
        bytes32[] memory spine = stray.spine(20, 15);
        (bytes32 root, bytes32 last) = (stray.root(), stray.last());
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotContested.selector, id, last));
        vm.prank(alice.account);
        tournament.joinSteps(id, root, last, children, spine);
    }

    function test_joinSteps_needsABond() public {
        (Player memory alice,, MatchKey memory key) = _narrowed();
        RunTree memory right = stepTree(key, alice);
        bytes32[16] memory children = right.opening(24, 0);
        bytes32[] memory spine = right.spine(20, 15);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        TournamentId id = stepTournament_(key);
        vm.expectRevert(abi.encodeWithSelector(IBonds.InsufficientFree.selector, address(this), 0, STEP_BOND));
        tournament.joinSteps(id, root, last, children, spine);
    }

    function test_T47_joinSteps_twiceLocksNothing() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _narrowed();
        RunTree memory right = stepTree(key, alice);
        joinSteps(alice.account, key, right);
        joinSteps(mallory.account, key, right);
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, ROOT_BOND, "the second joiner keeps its step bond");
        assertEq(tournament.commitments(stepCommitment(key, right)).owner, alice.account);
    }

    // Turns

    function test_T26_turn_namesItsNode() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
        openRoot(alice.account, key, alice.slots);
        MatchId id = key.id();
        bytes32[16] memory own = mallory.slots.opening(20, 0);
        bytes32 wrong = mallory.slots.root();
        bytes32 right = alice.slots.root();
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnexpectedNode.selector, id, wrong, right));
        tournament.turn(key, wrong, own, own, own);
        assertEq(tournament.matches(id).height, 20);
    }

    function test_turn_wrongOpenings() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
        openRoot(alice.account, key, alice.slots);
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes32[16] memory rival = mallory.slots.opening(20, 0);
        bytes32[16] memory next = alice.slots.opening(16, 0);
        bytes32 root = alice.slots.root();
        bytes32 before = keccak256(abi.encode(tournament.matches(key.id())));
        for (uint256 i = 0; i < 16; i += 5) {
            own[i] ^= bytes32(uint256(1) << i);
            vm.expectPartialRevert(ITournament.WrongOpening.selector);
            tournament.turn(key, root, own, rival, next);
            own[i] ^= bytes32(uint256(1) << i);
            rival[i] ^= bytes32(uint256(1) << i);
            vm.expectPartialRevert(ITournament.WrongOpening.selector);
            tournament.turn(key, root, own, rival, next);
            rival[i] ^= bytes32(uint256(1) << i);
            next[i] ^= bytes32(uint256(1) << i);
            vm.expectPartialRevert(ITournament.WrongOpening.selector);
            tournament.turn(key, root, own, rival, next);
            next[i] ^= bytes32(uint256(1) << i);
        }
        assertEq(keccak256(abi.encode(tournament.matches(key.id()))), before, "nothing changed");
        tournament.turn(key, root, own, rival, next);
    }

    function test_openRoot_comesFirstAndOnce() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes32[16] memory rival = mallory.slots.opening(20, 0);
        bytes32[16] memory next = alice.slots.opening(16, 0);
        bytes32 root = alice.slots.root();
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotOpened.selector, key.one));
        tournament.turn(key, root, own, rival, next);
        openRoot(alice.account, key, alice.slots);
        bytes32[] memory spine = alice.slots.spine(16, 15);
        bytes32 last = alice.slots.last();
        vm.expectRevert(abi.encodeWithSelector(ITournament.AlreadyOpened.selector, key.one));
        tournament.openRoot(key, root, last, own, spine);
    }

    function test_turn_andLastTurnAtTheirHeights() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
        openRoot(alice.account, key, alice.slots);
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes32[16] memory rival = mallory.slots.opening(20, 0);
        bytes32 root = alice.slots.root();
        MatchId id = key.id();
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongTurn.selector, id, 20));
        tournament.lastTurn(key, root, own, rival, 0, new bytes32[](0));
        for (uint256 i = 0; i < 4; ++i) {
            if (i % 2 == 0) turn(alice.account, key, alice.slots, mallory.slots);
            else turn(mallory.account, key, mallory.slots, alice.slots);
        }
        bytes32 node = tournament.matches(id).nodeOne;
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongTurn.selector, id, 4));
        tournament.turn(key, node, own, rival, own);
    }

    function test_lastTurn_provesTheAgreedState() public {
        // Position 3 of its 16 is the first active slot after a resting one: the agreed leaf lies in another subtree.
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(1024, 0, 7));
        propose(alice);
        proposeSibling(mallory, genesis);
        MatchKey memory key = slotMatch(alice, mallory);
        openRoot(alice.account, key, alice.slots);
        for (uint256 i = 0; i < 4; ++i) {
            if (i % 2 == 0) turn(alice.account, key, alice.slots, mallory.slots);
            else turn(mallory.account, key, mallory.slots, alice.slots);
        }
        MatchState memory state = tournament.matches(key.id());
        assertEq(state.agreedHeight, 8, "1024 = 4 * 256");
        bytes32[16] memory own = alice.slots.opening(4, state.position);
        bytes32[16] memory rival = mallory.slots.opening(4, state.position);
        bytes32 agreed = alice.slots.leaf(1023);
        bytes32[] memory spine = alice.slots.spine(8, 3);
        vm.expectPartialRevert(ITournament.WrongSpine.selector);
        tournament.lastTurn(key, state.nodeOne, own, rival, keccak256("another"), spine);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongSpineLength.selector, 8, 0));
        tournament.lastTurn(key, state.nodeOne, own, rival, agreed, new bytes32[](0));
        tournament.lastTurn(key, state.nodeOne, own, rival, agreed, spine);
        state = tournament.matches(key.id());
        assertEq(state.agreed, agreed);
        assertEq(state.position, 1024);
        assertEq(state.nodeOne, alice.slots.leaf(1024));
        assertEq(state.nodeTwo, mallory.slots.leaf(1024));
        assertTrue(state.phase == Phase.InSteps);
    }

    function test_T01_zeroHeavyTree() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        for (uint256 i = 2; i < mallory.slots.values.length; ++i) {
            mallory.slots.values[i] = bytes32(0);
        }
        mallory.claim.traceRoot = mallory.slots.root();
        propose(alice);
        TournamentId id = contest(alice);
        bytes32[16] memory children = mallory.slots.opening(20, 0);
        bytes32[] memory spine = mallory.slots.spine(16, 15);
        bytes32 root = mallory.slots.root();
        vm.prank(address(rollup));
        tournament.join(id, genesis.boundary, root, bytes32(0), mallory.account, children, spine);
        mallory.claim.boundary = bytes32(0);
        MatchKey memory key = slotMatch(alice, mallory);
        openRoot(alice.account, key, alice.slots);
        playTurns(key, alice.account, alice.slots, mallory.account, mallory.slots);
        assertEq(tournament.matches(key.id()).nodeTwo, bytes32(0), "a leaf of zeros is a leaf");
        joinSteps(alice.account, key, stepTree(key, alice));
        roll(tournament.closing(stepTournament_(key)));
        tournament.conclude(key);
        assertTrue(tournament.matches(key.id()).outcome == Outcome.One);
    }

    // Clocks

    function test_clock_equalityIsExpiry() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
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
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
        pass(100 * BUDGET);
        tournament.timeout(key);
        CommitmentState memory winner = tournament.commitments(mallory.claim.id().commitment());
        assertTrue(winner.standing == Standing.Waiting);
        assertEq(Duration.unwrap(winner.remaining), BUDGET, "a paused clock is never charged");
        assertTrue(tournament.isEliminated(alice.claim.id().commitment()));
    }

    function test_T06_T12_proofSettlesWhateverTheClocksSay() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = _sealed();
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
        (,,, MatchKey memory stepKey) = _sealed();
        pass(10 * BUDGET);
        tournament.timeout(stepKey);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.Neither);
        assertTrue(tournament.isEliminated(stepKey.one) && tournament.isEliminated(stepKey.two));
    }

    function test_T07_deadlineAgreesWithTimeout() public {
        MatchId nobody = MatchId.wrap("nobody");
        vm.expectRevert(abi.encodeWithSelector(ITournament.UnknownMatch.selector, nobody));
        tournament.deadline(nobody);
        (,,, MatchKey memory stepKey) = _sealed();
        Instant deadline = tournament.deadline(stepKey.id());
        vm.roll(Instant.unwrap(deadline) - 1);
        vm.expectRevert(abi.encodeWithSelector(ITournament.ClockNotExpired.selector, stepKey.id(), deadline));
        tournament.timeout(stepKey);
        vm.roll(Instant.unwrap(deadline));
        tournament.timeout(stepKey);
        assertTrue(tournament.matches(stepKey.id()).phase == Phase.Settled);
    }

    function test_steps_parentsStandStill() public {
        (,, MatchKey memory key) = _narrowed();
        MatchState memory frozen = tournament.matches(key.id());
        pass(3 * BUDGET);
        vm.expectRevert(abi.encodeWithSelector(ITournament.WrongPhase.selector, key.id(), Phase.InSteps));
        tournament.timeout(key);
        assertEq(
            keccak256(abi.encode(tournament.matches(key.id()))), keccak256(abi.encode(frozen)), "no charge, no change"
        );
    }

    function test_steps_aJoinerGetsTheBetterClockLessItsLateness() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = _rivals();
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

    // Terminal states

    function test_T02_T32_everyVerbSaysAlreadySettled() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = _sealed();
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
        (,, MatchKey memory slotKey) = _narrowed();
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
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = _sealed();
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
        RunTree memory one = stepTree(slotKey, mallory);
        RunTree memory two = stepTree(slotKey, trudy);
        joinSteps(mallory.account, slotKey, one);
        joinSteps(trudy.account, slotKey, two);
        MatchKey memory stepKey = stepMatch(slotKey, one, two);
        playTurns(stepKey, mallory.account, one, trudy.account, two);
        resolve(slotKey, stepKey, mallory);
        assertTrue(tournament.matches(stepKey.id()).outcome == Outcome.Neither);
        roll(tournament.closing(stepTournament_(slotKey)));
        tournament.conclude(slotKey);
        assertTrue(tournament.matches(slotKey.id()).outcome == Outcome.Neither, "both parents out");

        tournament.splitStepBonds(slotKey, stepKey, movesOf[keccak256(abi.encode(stepKey))]);
        assertEq(bonds.burned(), 2 * STEP_BOND);
    }

    // Pairing

    function test_merge_leftovers() public {
        Player memory alice = honest("alice");
        Player memory bob = player("bob", Lie(1, 1, 8));
        Player memory carol = player("carol", Lie(2, 2, 9));
        propose(alice);
        proposeSibling(bob, genesis);
        proposeSibling(carol, genesis);
        TournamentId id = contest(alice);
        vm.expectRevert(abi.encodeWithSelector(ITournament.NothingToMerge.selector, id));
        tournament.merge(id);
        roll(tournament.deadline(slotMatch(alice, bob).id()));
        tournament.timeout(slotMatch(alice, bob));
        // Joining has closed meanwhile, so settling has merged at once; the higher rank moves first.
        MatchKey memory key = slotMatch(bob, carol);
        MatchState memory state = tournament.matches(key.id());
        assertTrue(state.phase == Phase.Turning && !state.owing && state.toMove == Side.One);
        assertEq(state.rank, 2);
        assertEq(state.nodeOne, bob.slots.root());
        _assertStatus(id, Status.Playing);
        turn(bob.account, key, bob.slots, carol.slots);
    }

    // Bonds

    function test_splitStepBonds_and_release() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = _sealed();
        RunTree memory right = stepTree(slotKey, alice);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        vm.expectRevert(abi.encodeWithSelector(ITournament.BondStillNeeded.selector, stepKey.one));
        tournament.releaseStepBond(slotKey, root, last);
        resolve(slotKey, stepKey, alice);
        Move[] memory moves = movesOf[keccak256(abi.encode(stepKey))];
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

    function test_splitStepBonds_wrongMatch() public {
        (,, MatchKey memory slotKey, MatchKey memory stepKey) = _sealed();
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
        vm.prank(one.account);
        rollup.follow(one.bond, mallory.claim);
        vm.prank(two.account);
        rollup.follow(two.bond, mallory.claim);
        propose(one);
        proposeSibling(two, mallory.claim);
        MatchKey memory slotKey = slotMatch(one, two);
        openRoot(one.account, slotKey, one.slots);
        playTurns(slotKey, one.account, one.slots, two.account, two.slots);
        RunTree memory right = stepTree(slotKey, one);
        RunTree memory wrong = stepTree(slotKey, two);
        joinSteps(one.account, slotKey, right);
        joinSteps(two.account, slotKey, wrong);
        MatchKey memory stepKey = stepMatch(slotKey, right, wrong);
        playTurns(stepKey, one.account, right, two.account, wrong);
        resolve(slotKey, stepKey, one);
        Move[] memory moves = movesOf[keccak256(abi.encode(stepKey))];
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotFinal.selector, slotKey.tournament));
        tournament.splitStepBonds(slotKey, stepKey, moves);

        MatchKey memory parentKey = slotMatch(mallory, alice);
        roll(tournament.deadline(parentKey.id()));
        tournament.timeout(parentKey);
        assertTrue(rollup.isLost(mallory.claim.id()));
        tournament.releaseStepBond(slotKey, wrong.root(), wrong.last());
        (, uint128 locked) = bonds.accounts(two.account);
        assertEq(locked, ROOT_BOND, "void is not lost");
        vm.expectRevert(abi.encodeWithSelector(ITournament.NotFinal.selector, slotKey.tournament));
        tournament.splitStepBonds(slotKey, stepKey, moves);
    }

    // Deployment

    function test_T78_constructor_timing() public {
        uint40[4][3] memory wrong = [[uint40(60), 1, 40, 200], [uint40(60), 5, 40, 114], [uint40(60), 0, 40, 100]];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Settings memory chosen = settings();
            chosen.timing.censorship = Duration.wrap(wrong[i][0]);
            chosen.timing.response = Duration.wrap(wrong[i][1]);
            chosen.timing.build = Duration.wrap(wrong[i][2]);
            chosen.timing.budget = Duration.wrap(wrong[i][3]);
            Deploy deployer = new Deploy();
            vm.expectPartialRevert(ITournament.InvalidTiming.selector);
            deployer.deploy(chosen, address(deployer));
        }
    }

    function test_constructor_bonds() public {
        Settings memory chosen = settings();
        chosen.stepBond = 2 ether;
        Deploy deployer = new Deploy();
        vm.expectRevert(abi.encodeWithSelector(ITournament.StepBondTooSmall.selector, 2 ether, 2.025 ether));
        deployer.deploy(chosen, address(deployer));
        chosen = settings();
        chosen.rootBond = 2 ether;
        deployer = new Deploy();
        vm.expectRevert(abi.encodeWithSelector(IRollup.RootBondTooSmall.selector, 2 ether, 2.025 ether));
        deployer.deploy(chosen, address(deployer));
    }

    function test_constructor_wiring() public {
        Deploy deployer = new Deploy();
        Settings memory chosen = settings();
        vm.expectPartialRevert(ITournament.NotWired.selector);
        deployer.deploy(chosen, makeAddr("another deployer"));
    }
}
