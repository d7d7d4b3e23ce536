// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup, Bond, BondStatus, ClaimStatus} from "../src/interfaces/IRollup.sol";
import {ITournament} from "../src/interfaces/ITournament.sol";
import {Machine} from "../src/machine/Machine.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {BondId, ClaimId, CommitmentId} from "../src/types/Ids.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Outcome, Phase, Side} from "../src/types/MatchState.sol";
import {Move} from "../src/types/Move.sol";
import {Status} from "../src/types/TournamentState.sol";
import {Dispute, Player} from "./support/Dispute.sol";
import {Encoding} from "./support/Encoding.sol";
import {RunTree, RunTrees} from "./support/RunTree.sol";
import {Lie, ToyMachine} from "./support/ToyMachine.sol";

contract RollupTest is Dispute {
    using RunTrees for RunTree;

    Lie private twist = Lie(1025, 3, 7);

    // Proposing

    function test_propose_confirm_lone() public {
        Player memory alice = honest("alice");
        propose(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotWinner.selector, alice.claim.id(), Status.Joining));
        rollup.confirm(alice.claim);
        _confirm(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.AlreadyConfirmed.selector, alice.claim.id()));
        rollup.confirm(alice.claim);
    }

    function test_propose_chainWithoutWaiting() public {
        (Player memory parent, Player memory child) = _chain();
        roll(tournament.closing(contest(child)));
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentNotConfirmed.selector, parent.claim.id()));
        rollup.confirm(child.claim);
        rollup.confirm(parent.claim);
        rollup.confirm(child.claim);
        assertEq(rollup.claims(child.claim.id()).end, GENESIS_NUMBER + 3);
        assertTrue(rollup.latestConfirmed() == child.claim.id());
    }

    function test_propose_wrongDomain() public {
        Player memory alice = honest("alice");
        uint64 right = GENESIS_NUMBER + 2;
        for (uint64 wrong = right - 1; wrong <= right + 1; wrong += 2) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WrongDomain.selector, right, wrong));
            vm.prank(alice.account);
            rollup.propose(alice.bond, alice.claim.parent, wrong, alice.claim.traceRoot, ToyMachine.encode(alice.end));
        }
        assertTrue(rollup.claims(alice.claim.id()).status == ClaimStatus.Absent);
        assertTrue(rollup.rootBonds(alice.bond).tip == rollup.genesis());
    }

    function test_T63_propose_emptyDomain() public {
        Player memory alice = honest("alice");
        propose(alice);
        ClaimId parent = alice.claim.id();
        vm.expectRevert(abi.encodeWithSelector(IRollup.EmptyDomain.selector, GENESIS_NUMBER + 2));
        rollup.domainEnd(parent);
        bytes memory boundary = ToyMachine.encode(alice.end);
        vm.expectRevert(abi.encodeWithSelector(IRollup.EmptyDomain.selector, GENESIS_NUMBER + 2));
        vm.prank(alice.account);
        rollup.propose(alice.bond, parent, GENESIS_NUMBER + 2, "", boundary);
    }

    function test_propose_firstChildFixesTheDomain() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        append();
        assertEq(rollup.domainEnd(rollup.genesis()), GENESIS_NUMBER + 2);
        proposeSibling(mallory, genesis);
        assertEq(rollup.claims(mallory.claim.id()).end, GENESIS_NUMBER + 2);
    }

    function test_propose_notABoundary() public {
        Player memory alice = honest("alice");
        for (uint256 i = 0; i < 5; ++i) {
            Machine memory machine = ToyMachine.boundary(alice.end);
            if (i == 0) machine.phase = 1;
            if (i == 1) machine.txHash = "tx";
            if (i == 2) machine.frameHash = "frame";
            if (i == 3) machine.jobHash = "job";
            if (i == 4) machine.scratchRoot = "scratch";
            bytes memory boundary = Encoding.encode(machine);
            vm.expectRevert(abi.encodeWithSelector(IRollup.NotBoundary.selector, Encoding.hash(machine)));
            vm.prank(alice.account);
            rollup.propose(alice.bond, alice.claim.parent, GENESIS_NUMBER + 2, alice.claim.traceRoot, boundary);
        }
        assertTrue(rollup.claims(alice.claim.id()).status == ClaimStatus.Absent);
    }

    function test_propose_unknownParent() public {
        Player memory alice = honest("alice");
        alice.claim.parent = ClaimId.wrap("nobody");
        bytes memory boundary = ToyMachine.encode(alice.end);
        vm.expectRevert(
            abi.encodeWithSelector(IRollup.BondElsewhere.selector, alice.bond, rollup.genesis(), alice.claim.parent)
        );
        vm.prank(alice.account);
        rollup.propose(alice.bond, alice.claim.parent, GENESIS_NUMBER + 2, alice.claim.traceRoot, boundary);
    }

    function test_T60_propose_aCopyLandsFirst() public {
        Player memory alice = honest("alice");
        Player memory copier = honest("copier");
        propose(copier);
        propose(alice);
        assertTrue(rollup.rootBonds(alice.bond).tip == alice.claim.id(), "the bond went to the copy");
        _confirm(alice);
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
    }

    function test_T47_proposeSibling_twice() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory second = honest("second");
        propose(mallory);
        proposeSibling(alice, genesis);
        proposeSibling(second, genesis);
        assertTrue(rollup.rootBonds(second.bond).tip == alice.claim.id());
        assertEq(tournament.running(contest(alice), 1), 1, "one match");
    }

    function test_T61_oneBondNeverBacksTwoSiblings() public {
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        Player memory other = player("other", Lie(1, 1, 9));
        other.bond = mallory.bond;
        other.account = mallory.account;
        bytes memory boundary = ToyMachine.encode(other.end);
        bytes32[16] memory children = other.slots.opening(20, 0);
        bytes32[] memory spine = other.slots.spine(16, 15);
        vm.expectRevert(
            abi.encodeWithSelector(IRollup.BondElsewhere.selector, mallory.bond, mallory.claim.id(), rollup.genesis())
        );
        vm.prank(mallory.account);
        rollup.proposeSibling(
            mallory.bond, genesis, GENESIS_NUMBER + 2, other.claim.traceRoot, boundary, children, spine
        );
    }

    function test_propose_othersBond() public {
        Player memory alice = honest("alice");
        bytes memory boundary = ToyMachine.encode(alice.end);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotBondOwner.selector, alice.bond, alice.account, address(this)));
        rollup.propose(alice.bond, alice.claim.parent, GENESIS_NUMBER + 2, alice.claim.traceRoot, boundary);
    }

    function test_propose_rivalNeedsItsOpening() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        bytes memory boundary = ToyMachine.encode(mallory.end);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotFirstChild.selector, rollup.genesis(), 0));
        vm.prank(mallory.account);
        rollup.propose(mallory.bond, mallory.claim.parent, GENESIS_NUMBER + 2, mallory.claim.traceRoot, boundary);
    }

    function test_proposeSibling_withoutAFirstChild() public {
        Player memory alice = honest("alice");
        bytes memory boundary = ToyMachine.encode(alice.end);
        bytes32[16] memory children = alice.slots.opening(20, 0);
        bytes32[] memory spine = alice.slots.spine(16, 15);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NoSibling.selector, rollup.genesis(), 0));
        vm.prank(alice.account);
        rollup.proposeSibling(alice.bond, genesis, GENESIS_NUMBER + 2, alice.claim.traceRoot, boundary, children, spine);
    }

    function test_T81_propose_afterTheContestIsWon() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        roll(tournament.closing(contest(alice)));
        bytes memory boundary = ToyMachine.encode(mallory.end);
        bytes32[16] memory children = mallory.slots.opening(20, 0);
        bytes32[] memory spine = mallory.slots.spine(16, 15);
        vm.startPrank(mallory.account);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ContestClosed.selector, rollup.genesis(), 0, Status.Won));
        rollup.propose(mallory.bond, mallory.claim.parent, GENESIS_NUMBER + 2, mallory.claim.traceRoot, boundary);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITournament.JoiningClosed.selector, contest(alice), tournament.closing(contest(alice))
            )
        );
        rollup.proposeSibling(
            mallory.bond, genesis, GENESIS_NUMBER + 2, mallory.claim.traceRoot, boundary, children, spine
        );
        rollup.releaseBond(mallory.bond);
        vm.stopPrank();
        assertTrue(rollup.rootBonds(mallory.bond).status == BondStatus.Released);
    }

    // Disputes

    function test_dispute_honestProposedFirst() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        proposeSibling(mallory, genesis);
        playDispute(alice, mallory, alice);
        _confirm(alice);
        assertTrue(rollup.isLost(mallory.claim.id()));
    }

    function test_dispute_liarProposedFirst() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);
        _confirm(alice);
        assertTrue(rollup.isLost(mallory.claim.id()));
    }

    function test_fuzz_dispute_everyPlaceOfATrace(uint32 slot, uint32 step, bool liarFirst) public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(slot % (1 << 20), step % (1 << 24), 7));
        propose(liarFirst ? mallory : alice);
        proposeSibling(liarFirst ? alice : mallory, genesis);
        playDispute(liarFirst ? mallory : alice, liarFirst ? alice : mallory, alice);
        MatchKey memory slotKey = liarFirst ? slotMatch(mallory, alice) : slotMatch(alice, mallory);
        assertEq(tournament.matches(slotKey.id()).position, slot % (1 << 20), "slot");
        _confirm(alice);
    }

    function test_T59_batchAppendedAfterTheClaim() public {
        Player memory alice = honest("alice");
        // The block after the domain gets a batch; a lie there is still outside.
        Player memory mallory = player("mallory", Lie(2048, 0, 7));
        propose(alice);
        append();
        proposeSibling(mallory, genesis);
        playDispute(alice, mallory, alice);
        _confirm(alice);
    }

    function test_T80_honestRootWithAWrongBoundary() public {
        Player memory alice = honest("alice");
        Player memory mallory = honest("mallory");
        mallory.end = keccak256("wrong");
        mallory.claim.boundary = ToyMachine.hash(mallory.end);
        propose(mallory);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        bytes32[16] memory children = mallory.slots.opening(20, 0);
        bytes32[] memory spine = mallory.slots.spine(16, 15);
        bytes32 root = mallory.claim.traceRoot;
        vm.expectPartialRevert(ITournament.WrongSpine.selector);
        tournament.openRoot(key, root, mallory.claim.boundary, children, spine);
        vm.expectPartialRevert(ITournament.WrongCommitment.selector);
        tournament.openRoot(key, root, alice.claim.boundary, children, spine);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        _confirm(alice);
    }

    function test_T76_T64_aRoundNobodyWins() public {
        Player memory mallory = player("mallory", twist);
        Player memory trudy = player("trudy", Lie(1025, 3, 8));
        propose(mallory);
        proposeSibling(trudy, genesis);
        _bothLose(mallory, trudy);
        roll(tournament.closing(contest(mallory)));

        append();
        Player memory alice = honest("alice");
        bytes32[] memory domain = new bytes32[](2);
        (domain[0], domain[1]) = (records[0], records[1]);
        (alice.slots, alice.end) = ToyMachine.slotTree(domain, alice.lie, genesisCore);
        alice.claim = ClaimKey(rollup.genesis(), 1, alice.slots.root(), ToyMachine.hash(alice.end));
        propose(alice);
        assertEq(rollup.claims(rollup.genesis()).round, 1);
        assertEq(rollup.claims(alice.claim.id()).end, GENESIS_NUMBER + 2, "the same domain");
        assertTrue(rollup.isLost(mallory.claim.id()) && rollup.isLost(trudy.claim.id()), "lost for ever");
        _confirm(alice);

        MatchKey memory key = slotMatch(mallory, trudy);
        rollup.splitBond(mallory.claim, key, _moves(key));
        assertEq(bonds.burned(), ROOT_BOND, "nobody won, so all of it burns");
    }

    // Bonds

    function test_splitBond_honestLineIsRefunded() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = _played();
        MatchKey memory key = slotMatch(alice, mallory);
        (uint128 before,) = bonds.accounts(alice.account);
        rollup.splitBond(mallory.claim, key, moves);
        uint256 refund = 0;
        for (uint256 i = 0; i < moves.length; ++i) {
            if (moves[i].side == Side.One) refund += moves[i].refund;
        }
        (uint128 free,) = bonds.accounts(alice.account);
        assertEq(free - before, refund + ROOT_BOND * 15 / 100);
        assertEq(bonds.burned(), ROOT_BOND - refund - ROOT_BOND * 15 / 100);
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, STEP_BOND, "the step bond is another matter");
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBondStatus.selector, mallory.bond, BondStatus.Forfeited));
        rollup.splitBond(mallory.claim, key, moves);
    }

    function test_splitBond_wrongMoves() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = _played();
        moves[1].mover = address(this);
        MatchKey memory key = slotMatch(alice, mallory);
        vm.expectPartialRevert(ITournament.WrongMoves.selector);
        rollup.splitBond(mallory.claim, key, moves);
    }

    function test_splitBond_wrongMatchOrClaim() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = _played();
        MatchKey memory key = slotMatch(mallory, alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLostThere.selector, mallory.claim.id(), key));
        rollup.splitBond(mallory.claim, key, moves);
        key = slotMatch(alice, mallory);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLost.selector, alice.claim.id()));
        rollup.splitBond(alice.claim, key, moves);
    }

    function test_T62_shamLossUnderAnUndecidedParent() public {
        Player memory parent = honest("parent");
        propose(parent);
        append();
        (Player memory one, Player memory two) = _rivalsUnder(parent);
        propose(one);
        proposeSibling(two, parent.claim);
        MatchKey memory slotKey = slotMatch(one, two);
        _bothLose(one, two);
        Move[] memory moves = _moves(slotKey);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentNotConfirmed.selector, parent.claim.id()));
        rollup.splitBond(one.claim, slotKey, moves);
    }

    function test_T75_childOfABadClaim() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, _last());
        (child.account, child.bond) = (mallory.account, mallory.bond);
        propose(child);
        proposeSibling(_inFirstDomain(alice), genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);

        rollup.voidClaim(child.claim);
        assertTrue(rollup.claims(child.claim.id()).status == ClaimStatus.Void);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondStillNeeded.selector, mallory.bond, child.claim.id()));
        vm.prank(mallory.account);
        rollup.releaseBond(mallory.bond);
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (child.claim, mallory.claim);
        rollup.walk(mallory.bond, path);
        assertTrue(rollup.rootBonds(mallory.bond).status == BondStatus.Frozen);
        rollup.splitBond(mallory.claim, key, _moves(key));
        assertTrue(rollup.rootBonds(mallory.bond).status == BondStatus.Forfeited);
    }

    function test_walk_burnsABackerOfALostClaim() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory backer = player("mallory2", twist);
        propose(mallory);
        vm.prank(backer.account);
        rollup.follow(backer.bond, mallory.claim);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = alice.claim;
        vm.expectRevert(
            abi.encodeWithSelector(IRollup.NotOnPath.selector, backer.bond, mallory.claim.id(), alice.claim.id())
        );
        rollup.walk(backer.bond, path);
        path[0] = mallory.claim;
        rollup.walk(backer.bond, path);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Forfeited);
        assertEq(bonds.burned(), ROOT_BOND, "only burned");
    }

    function test_walk_waitsAtAnUndecidedClaim() public {
        (Player memory parent, Player memory child) = _chain();
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (child.claim, parent.claim);
        rollup.walk(parent.bond, path);
        Bond memory bond = rollup.rootBonds(parent.bond);
        assertTrue(bond.status == BondStatus.Locked && bond.walking && bond.walked == parent.claim.id());
    }

    function test_voidClaim_parentAlive() public {
        (Player memory parent, Player memory child) = _chain();
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentAlive.selector, parent.claim.id()));
        rollup.voidClaim(child.claim);
    }

    function test_follow_andDeadClaims() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory backer = honest("backer");
        propose(mallory);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        vm.startPrank(backer.account);
        vm.expectRevert(abi.encodeWithSelector(IRollup.DeadClaim.selector, mallory.claim.id()));
        rollup.follow(backer.bond, mallory.claim);
        rollup.follow(backer.bond, alice.claim);
        vm.stopPrank();
        _confirm(alice);
        vm.prank(backer.account);
        rollup.releaseBond(backer.bond);
        (uint128 free, uint128 locked) = bonds.accounts(backer.account);
        assertEq(free, ROOT_BOND + STEP_BOND);
        assertEq(locked, 0);
    }

    function test_releaseBond_backingAnUndecidedClaim() public {
        Player memory alice = honest("alice");
        propose(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondStillNeeded.selector, alice.bond, alice.claim.id()));
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
    }

    function test_bond_atAConfirmedClaimStandsForTheLatest() public {
        Player memory late = honest("late");
        Player memory alice = honest("alice");
        propose(alice);
        _confirm(alice);
        append();
        Player memory next = playerAfter("next", Lie(0, 0, 0), alice.claim, alice.end, _last());
        (next.account, next.bond) = (late.account, late.bond);
        propose(next);
        _confirm(next);
    }

    // Helpers

    function _confirm(Player memory who) private {
        roll(tournament.closing(contest(who)));
        (Status status, CommitmentId winner) = tournament.result(contest(who));
        assertTrue(status == Status.Won && winner == who.claim.id().commitment(), "winner");
        rollup.confirm(who.claim);
        assertTrue(rollup.latestConfirmed() == who.claim.id(), "confirmed");
    }

    function _last() private view returns (bytes32[] memory domain) {
        domain = new bytes32[](1);
        domain[0] = records[records.length - 1];
    }

    /// @dev A claim and a child of it, one proposer.
    function _chain() private returns (Player memory parent, Player memory child) {
        parent = honest("parent");
        propose(parent);
        append();
        child = playerAfter("child", Lie(0, 0, 0), parent.claim, parent.end, _last());
        (child.account, child.bond) = (parent.account, parent.bond);
        propose(child);
    }

    function _rivalsUnder(Player memory parent) private returns (Player memory one, Player memory two) {
        one = playerAfter("one", Lie(0, 0, 0), parent.claim, parent.end, _last());
        two = playerAfter("two", Lie(1, 1, 7), parent.claim, parent.end, _last());
        vm.prank(one.account);
        rollup.follow(one.bond, parent.claim);
        vm.prank(two.account);
        rollup.follow(two.bond, parent.claim);
    }

    /// @dev The player's claim over the first two blocks, when more have been appended.
    function _inFirstDomain(Player memory who) private view returns (Player memory) {
        bytes32[] memory domain = new bytes32[](2);
        (domain[0], domain[1]) = (records[0], records[1]);
        who.records = domain;
        (who.slots, who.end) = ToyMachine.slotTree(domain, who.lie, genesisCore);
        who.claim = ClaimKey(rollup.genesis(), 0, who.slots.root(), ToyMachine.hash(who.end));
        return who;
    }

    /// @dev Narrows the slot match, then nobody joins the step tournament.
    function _bothLose(Player memory one, Player memory two) private {
        MatchKey memory key = slotMatch(one, two);
        openRoot(one.account, key, one.slots);
        playTurns(key, one.account, one.slots, two.account, two.slots);
        roll(tournament.closing(stepTournament_(key)));
        tournament.conclude(key);
        assertTrue(tournament.matches(key.id()).outcome == Outcome.Neither);
    }

    /// @dev A dispute that Alice has won, and the moves of its slot match.
    function _played() private returns (Player memory alice, Player memory mallory, Move[] memory moves) {
        alice = honest("alice");
        mallory = player("mallory", twist);
        propose(alice);
        proposeSibling(mallory, genesis);
        playDispute(alice, mallory, alice);
        moves = _moves(slotMatch(alice, mallory));
        assertTrue(tournament.matches(slotMatch(alice, mallory).id()).phase == Phase.Settled);
    }

    function _moves(MatchKey memory key) private view returns (Move[] memory) {
        return movesOf[keccak256(abi.encode(key))];
    }
}
