// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Deploy, Settings} from "../../../scripts/Deploy.s.sol";
import {IBonds} from "../../src/interfaces/IBonds.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ITournament} from "../../src/interfaces/ITournament.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId, MatchId, TournamentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Level, MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

contract TournamentTest is Stages {
    using RunTrees for RunTree;

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
        assertStatus(id, Status.Joining);
        assertEq(tournament.tournaments(id).waitingRanks, 1, "nothing changed");
    }

    function test_T15_join_noTrailingProof() public {
        (Player memory alice,, MatchKey memory key) = narrowed();
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
        (Player memory alice,, MatchKey memory key) = rivals();
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
        (Player memory alice,, MatchKey memory key) = narrowed();
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
        (Player memory alice,, MatchKey memory key) = narrowed();
        RunTree memory right = stepTree(key, alice);
        bytes32[16] memory children = right.opening(24, 0);
        bytes32[] memory spine = right.spine(20, 15);
        (bytes32 root, bytes32 last) = (right.root(), right.last());
        TournamentId id = stepTournament_(key);
        vm.expectRevert(abi.encodeWithSelector(IBonds.InsufficientFree.selector, address(this), 0, STEP_BOND));
        tournament.joinSteps(id, root, last, children, spine);
    }

    function test_T47_joinSteps_twiceLocksNothing() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = narrowed();
        RunTree memory right = stepTree(key, alice);
        joinSteps(alice.account, key, right);
        joinSteps(mallory.account, key, right);
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, ROOT_BOND, "the second joiner keeps its step bond");
        assertEq(tournament.commitments(stepCommitment(key, right)).owner, alice.account);
    }

    // Turns

    function test_T26_turn_namesItsNode() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
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
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
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
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
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
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
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

    // Pairing

    function test_T77_merge_leftovers() public {
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
        assertStatus(id, Status.Playing);
        turn(bob.account, key, bob.slots, carol.slots);
    }

    // Deployment

    function test_T29_T78_constructor_timing() public {
        uint40[4][3] memory wrong = [[uint40(60), 1, 40, 200], [uint40(60), 5, 40, 114], [uint40(60), 0, 40, 100]];
        Deploy deployer = new Deploy();
        for (uint256 i = 0; i < wrong.length; ++i) {
            Settings memory chosen = settings();
            chosen.timing.censorship = Duration.wrap(wrong[i][0]);
            chosen.timing.response = Duration.wrap(wrong[i][1]);
            chosen.timing.build = Duration.wrap(wrong[i][2]);
            chosen.timing.budget = Duration.wrap(wrong[i][3]);
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
