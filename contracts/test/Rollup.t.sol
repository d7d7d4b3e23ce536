// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup, BondStatus, ClaimStatus} from "../src/interfaces/IRollup.sol";
import {ITournament} from "../src/interfaces/ITournament.sol";
import {Machine} from "../src/machine/Machine.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {ClaimId} from "../src/types/Ids.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Status} from "../src/types/TournamentState.sol";
import {Player} from "./support/Dispute.sol";
import {Encoding} from "./support/Encoding.sol";
import {RunTree, RunTrees} from "./support/RunTree.sol";
import {Stages} from "./support/Stages.sol";
import {Lie, ToyMachine} from "./support/ToyMachine.sol";

contract RollupTest is Stages {
    using RunTrees for RunTree;

    // Proposing

    function test_propose_confirm_lone() public {
        Player memory alice = honest("alice");
        propose(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotWinner.selector, alice.claim.id(), Status.Joining));
        rollup.confirm(alice.claim);
        confirm(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.AlreadyConfirmed.selector, alice.claim.id()));
        rollup.confirm(alice.claim);
    }

    function test_propose_chainWithoutWaiting() public {
        (Player memory parent, Player memory child) = chain();
        roll(tournament.closing(contest(child)));
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentNotConfirmed.selector, parent.claim.id()));
        rollup.confirm(child.claim);
        rollup.confirm(parent.claim);
        rollup.confirm(child.claim);
        assertEq(rollup.claims(child.claim.id()).end, GENESIS_NUMBER + 3);
        assertTrue(rollup.latestConfirmed() == child.claim.id());
    }

    function test_T26_propose_wrongDomain() public {
        Player memory alice = honest("alice");
        uint64 right = GENESIS_NUMBER + 2;
        uint64[4] memory wrong = [0, right - 1, right + 1, type(uint64).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WrongDomain.selector, right, wrong[i]));
            vm.prank(alice.account);
            rollup.propose(
                alice.bond, alice.claim.parent, wrong[i], alice.claim.traceRoot, ToyMachine.encode(alice.end)
            );
        }
        assertTrue(rollup.claims(alice.claim.id()).status == ClaimStatus.Absent);
        assertTrue(rollup.rootBonds(alice.bond).tip == rollup.genesis());
    }

    /// T26: nothing is narrowed on its way in.
    function test_T26_propose_widerWordsAreRefused() public {
        Player memory alice = honest("alice");
        bytes memory call = abi.encodeCall(
            IRollup.propose,
            (alice.bond, alice.claim.parent, GENESIS_NUMBER + 2, alice.claim.traceRoot, ToyMachine.encode(alice.end))
        );
        vm.startPrank(alice.account);
        // The words of the bond and of the domain's end, each with its 65th bit.
        for (uint256 word = 0; word <= 2; word += 2) {
            uint256 place = 4 + 32 * word + 23;
            call[place] = 0x01;
            (bool accepted,) = address(rollup).call(call);
            assertFalse(accepted);
            call[place] = 0x00;
        }
        (bool done,) = address(rollup).call(call);
        assertTrue(done);
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
        vm.expectRevert(abi.encodeWithSelector(IRollup.UnknownClaim.selector, alice.claim.parent));
        vm.prank(alice.account);
        rollup.propose(alice.bond, alice.claim.parent, GENESIS_NUMBER + 2, alice.claim.traceRoot, boundary);
    }

    function test_T60_propose_aCopyLandsFirst() public {
        Player memory alice = honest("alice");
        Player memory copier = honest("copier");
        propose(copier);
        propose(alice);
        assertTrue(rollup.rootBonds(alice.bond).tip == alice.claim.id(), "the bond went to the copy");
        confirm(alice);
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
        confirm(alice);
        assertTrue(rollup.isLost(mallory.claim.id()));
    }

    function test_dispute_liarProposedFirst() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);
        confirm(alice);
        assertTrue(rollup.isLost(mallory.claim.id()));
    }

    function test_T35_fuzz_dispute_everyPlaceOfATrace(uint32 slot, uint32 step, bool liarFirst) public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", Lie(slot % (1 << 20), step % (1 << 24), 7));
        propose(liarFirst ? mallory : alice);
        proposeSibling(liarFirst ? alice : mallory, genesis);
        playDispute(liarFirst ? mallory : alice, liarFirst ? alice : mallory, alice);
        MatchKey memory slotKey = liarFirst ? slotMatch(mallory, alice) : slotMatch(alice, mallory);
        assertEq(tournament.matches(slotKey.id()).position, slot % (1 << 20), "slot");
        confirm(alice);
    }

    function test_T59_batchAppendedAfterTheClaim() public {
        Player memory alice = honest("alice");
        // The block after the domain gets a batch; a lie there is still outside.
        Player memory mallory = player("mallory", Lie(2048, 0, 7));
        propose(alice);
        append();
        proposeSibling(mallory, genesis);
        playDispute(alice, mallory, alice);
        confirm(alice);
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
        confirm(alice);
    }

    function test_T76_T64_aRoundNobodyWins() public {
        Player memory mallory = player("mallory", twist);
        Player memory trudy = player("trudy", Lie(1025, 3, 8));
        propose(mallory);
        proposeSibling(trudy, genesis);
        bothLose(mallory, trudy);
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
        confirm(alice);

        MatchKey memory key = slotMatch(mallory, trudy);
        rollup.splitBond(mallory.claim, key, movesIn(key));
        assertEq(bonds.burned(), ROOT_BOND, "nobody won, so all of it burns");
    }

    /// T64: the old lie is another claim in the new round: it takes another bond, and loses again.
    function test_T64_anOldLieInANewRoundIsAnotherClaim() public {
        vm.pauseGasMetering();
        Player memory mallory = player("mallory", twist);
        Player memory trudy = player("trudy", Lie(1025, 3, 8));
        propose(mallory);
        proposeSibling(trudy, genesis);
        bothLose(mallory, trudy);
        roll(tournament.closing(contest(mallory)));

        Player memory alice = honest("alice");
        Player memory again = player("again", twist);
        (alice.claim.round, again.claim.round) = (1, 1);
        propose(alice);
        proposeSibling(again, genesis);
        assertEq(again.claim.traceRoot, mallory.claim.traceRoot);
        assertTrue(rollup.isLost(mallory.claim.id()) && !rollup.isLost(again.claim.id()), "another claim");
        playDispute(alice, again, alice);
        assertTrue(rollup.isLost(again.claim.id()));
        confirm(alice);
    }
}
