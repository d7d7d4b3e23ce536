// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {Death, Forfeiture, Ground, IRollup} from "../src/interfaces/IRollup.sol";
import {ITournament} from "../src/interfaces/ITournament.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {CommitmentId, MatchId, TournamentId} from "../src/types/Ids.sol";
import {Instant} from "../src/types/Instant.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Outcome, Reason, Side} from "../src/types/MatchState.sol";
import {Move} from "../src/types/Move.sol";
import {Player} from "./support/Dispute.sol";
import {RunTree, RunTrees} from "./support/RunTree.sol";
import {Stages} from "./support/Stages.sol";
import {Lie} from "./support/ToyMachine.sol";

/// @notice What the events of claims, matches and bonds say to who watches: why, until when, how much.
contract EventsTest is Stages {
    using RunTrees for RunTree;

    // Matches

    function test_matchStarted_tellsTheDeadline() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(alice);
        MatchKey memory key = slotMatch(alice, mallory);
        Instant deadline = Instant.wrap(uint40(block.number) + BUDGET + RESPONSE);
        vm.expectEmit(address(tournament));
        emit ITournament.MatchStarted(key.tournament, key.one, key.two, key.id(), 1, deadline);
        proposeSibling(mallory, genesis);
        assertEq(Instant.unwrap(tournament.deadline(key.id())), Instant.unwrap(deadline));
    }

    function test_turned_tellsTheOtherSidesDeadline() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        pass(RESPONSE + 3);
        openRoot(alice.account, key, alice.slots);
        vm.recordLogs();
        turn(alice.account, key, alice.slots, mallory.slots);
        Vm.Log memory log = _only(ITournament.Turned.selector);
        assertEq(log.topics[1], TournamentId.unwrap(key.tournament));
        assertEq(log.topics[2], MatchId.unwrap(key.id()));
        (Side side, uint8 height,, Instant deadline,) =
            abi.decode(log.data, (Side, uint8, uint32, Instant, bytes32[16]));
        assertTrue(side == Side.One && height == 16);
        assertEq(Instant.unwrap(deadline), Instant.unwrap(tournament.deadline(key.id())));
    }

    function test_narrowed_tellsWhenJoiningClosesOrTimeRunsOut() public {
        vm.recordLogs();
        (,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        Vm.Log[] memory logs = _all(ITournament.Narrowed.selector);
        assertEq(logs.length, 2);
        assertEq(logs[0].topics[1], TournamentId.unwrap(slotKey.tournament));
        assertEq(logs[1].topics[1], TournamentId.unwrap(stepKey.tournament));
        assertEq(_lastWord(logs[0].data), Instant.unwrap(tournament.closing(stepKey.tournament)));
        assertEq(_lastWord(logs[1].data), Instant.unwrap(tournament.deadline(stepKey.id())));
    }

    function test_moved_isIndexedByTheMover() public {
        (Player memory alice,, MatchKey memory key) = rivals();
        vm.recordLogs();
        openRoot(alice.account, key, alice.slots);
        Vm.Log memory log = _only(ITournament.Moved.selector);
        assertEq(log.topics[1], MatchId.unwrap(key.id()));
        assertEq(address(uint160(uint256(log.topics[2]))), alice.account);
    }

    function test_timeout_namesWinnerLoserAndReason() public {
        (,, MatchKey memory key) = rivals();
        roll(tournament.deadline(key.id()));
        vm.expectEmit(address(tournament));
        emit ITournament.MatchSettled(key.tournament, key.id(), key.two, Outcome.Two, Reason.Timeout);
        vm.expectEmit(address(tournament));
        emit ITournament.Eliminated(key.tournament, key.one, key.id(), Reason.Timeout);
        tournament.timeout(key);
        assertTrue(tournament.matches(key.id()).reason == Reason.Timeout);
    }

    function test_resolveAndConclude_nameTheirReasons() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        bytes memory proof = witness(slotKey, stepKey, alice);
        vm.expectEmit(address(tournament));
        emit ITournament.MatchSettled(stepKey.tournament, stepKey.id(), stepKey.one, Outcome.One, Reason.Proof);
        vm.expectEmit(address(tournament));
        emit ITournament.Eliminated(stepKey.tournament, stepKey.two, stepKey.id(), Reason.Proof);
        tournament.resolve(stepKey, proof);
        roll(tournament.closing(stepKey.tournament));
        vm.expectEmit(address(tournament));
        emit ITournament.MatchSettled(slotKey.tournament, slotKey.id(), slotKey.one, Outcome.One, Reason.StepTournament);
        vm.expectEmit(address(tournament));
        emit ITournament.Eliminated(slotKey.tournament, slotKey.two, slotKey.id(), Reason.StepTournament);
        tournament.conclude(slotKey);
        assertTrue(tournament.matches(slotKey.id()).reason == Reason.StepTournament);
    }

    // Claims

    function test_confirm_tellsOnWhatGround() public {
        Player memory alice = honest("alice");
        propose(alice);
        roll(tournament.closing(contest(alice)));
        vm.expectEmit(address(rollup));
        emit IRollup.ClaimConfirmed(alice.claim.id(), alice.claim.parent, GENESIS_NUMBER + 2, Ground.Unopposed);
        rollup.confirm(alice.claim);
        vm.expectEmit(address(rollup));
        emit IRollup.BondReleased(alice.bond, alice.account, ROOT_BOND);
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
        assertTrue(rollup.latestConfirmed() == alice.claim.id());
    }

    function test_confirm_afterAContest() public {
        (Player memory alice,,) = played();
        roll(tournament.closing(contest(alice)));
        vm.expectEmit(address(rollup));
        emit IRollup.ClaimConfirmed(alice.claim.id(), alice.claim.parent, GENESIS_NUMBER + 2, Ground.Contest);
        rollup.confirm(alice.claim);
        assertTrue(rollup.latestConfirmed() == alice.claim.id());
    }

    function test_deadBranch_tellsWhoDiedOfWhatAndWhatItCost() public {
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        follow(child, mallory.claim);
        propose(child);
        append();
        Player memory grandchild = playerAfter("grandchild", Lie(0, 0, 0), child.claim, child.end, lastRecord());
        (grandchild.account, grandchild.bond) = (child.account, child.bond);
        propose(grandchild);
        Player memory alice = inFirstDomain(honest("alice"));
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);

        vm.expectEmit(address(rollup));
        emit IRollup.ClaimVoided(child.claim.id(), mallory.claim.id(), Death.Lost);
        rollup.voidClaim(child.claim);
        vm.expectEmit(address(rollup));
        emit IRollup.ClaimVoided(grandchild.claim.id(), child.claim.id(), Death.Void);
        rollup.voidClaim(grandchild.claim);

        ClaimKey[] memory path = new ClaimKey[](3);
        (path[0], path[1], path[2]) = (grandchild.claim, child.claim, mallory.claim);
        vm.expectEmit(address(rollup));
        emit IRollup.BondFrozen(child.bond, child.account, mallory.claim.id());
        vm.expectEmit(address(rollup));
        emit IRollup.BondForfeited(
            child.bond, child.account, mallory.claim.id(), Forfeiture.Backer, ROOT_BOND, ROOT_BOND
        );
        rollup.walk(child.bond, path);

        MatchKey memory key = slotMatch(mallory, alice);
        uint256 before = bonds.burned();
        vm.recordLogs();
        rollup.splitBond(mallory.claim, key, movesIn(key));
        Vm.Log memory log = _only(IRollup.BondForfeited.selector);
        (Forfeiture cause, uint256 amount, uint256 burned) = abi.decode(log.data, (Forfeiture, uint256, uint256));
        assertTrue(cause == Forfeiture.Creator);
        assertEq(amount, ROOT_BOND);
        assertEq(burned, bonds.burned() - before);
        assertGt(burned, ROOT_BOND / 2);
    }

    // Step bonds

    function test_stepBonds_tellCauseAndBurn() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory right = stepTree(slotKey, alice);
        resolve(slotKey, stepKey, alice);
        Move[] memory moves = movesIn(stepKey);
        uint256 before = bonds.burned();
        vm.recordLogs();
        tournament.splitStepBonds(slotKey, stepKey, moves);
        Vm.Log memory log = _only(ITournament.StepBondSplit.selector);
        assertEq(log.topics[2], CommitmentId.unwrap(stepKey.two));
        assertEq(address(uint160(uint256(log.topics[3]))), mallory.account);
        assertEq(_lastWord(log.data), bonds.burned() - before);
        roll(tournament.closing(stepKey.tournament));
        vm.expectEmit(address(tournament));
        emit ITournament.StepBondReleased(stepKey.tournament, stepKey.one, alice.account, ITournament.Release.Won);
        tournament.releaseStepBond(slotKey, right.root(), right.last());
    }

    // Reading logs

    function _all(bytes32 topic) private returns (Vm.Log[] memory found) {
        found = vm.getRecordedLogs();
        uint256 count = 0;
        for (uint256 i = 0; i < found.length; ++i) {
            if (found[i].topics[0] == topic) found[count++] = found[i];
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    function _only(bytes32 topic) private returns (Vm.Log memory) {
        Vm.Log[] memory found = _all(topic);
        assertEq(found.length, 1, "one event");
        return found[0];
    }

    function _lastWord(bytes memory data) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, mload(data)))
        }
    }
}
