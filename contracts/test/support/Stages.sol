// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {CommitmentId, TournamentId} from "../../src/types/Ids.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Outcome, Phase} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Dispute, Player} from "./Dispute.sol";
import {RunTree, RunTrees} from "./RunTree.sol";
import {Lie, ToyMachine} from "./ToyMachine.sol";

/// @notice Disputes at any stage: Alice is honest, Mallory lies about one step.
abstract contract Stages is Dispute {
    using RunTrees for RunTree;

    Lie internal twist = Lie(1025, 3, 7);

    /// @dev Alice's claim came first, Mallory's second.
    function rivals() internal returns (Player memory alice, Player memory mallory, MatchKey memory key) {
        alice = honest("alice");
        mallory = player("mallory", twist);
        propose(alice);
        proposeSibling(mallory, genesis);
        key = slotMatch(alice, mallory);
    }

    function narrowed() internal returns (Player memory alice, Player memory mallory, MatchKey memory key) {
        (alice, mallory, key) = rivals();
        openRoot(alice.account, key, alice.slots);
        playTurns(key, alice.account, alice.slots, mallory.account, mallory.slots);
    }

    function sealedMatch()
        internal
        returns (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey)
    {
        (alice, mallory, slotKey) = narrowed();
        stepKey = playSteps(slotKey, alice, mallory);
    }

    function assertStatus(TournamentId id, Status expected) internal view {
        (Status status,) = tournament.result(id);
        assertTrue(status == expected, "status");
    }

    function confirm(Player memory who) internal {
        roll(tournament.closing(contest(who)));
        (Status status, CommitmentId winner) = tournament.result(contest(who));
        assertTrue(status == Status.Won && winner == who.claim.id().commitment(), "winner");
        rollup.confirm(who.claim);
        assertTrue(rollup.latestConfirmed() == who.claim.id(), "confirmed");
    }

    function lastRecord() internal view returns (bytes32[] memory domain) {
        domain = new bytes32[](1);
        domain[0] = records[records.length - 1];
    }

    /// @dev A claim and a child of it, one proposer.
    function chain() internal returns (Player memory parent, Player memory child) {
        parent = honest("parent");
        propose(parent);
        append();
        child = playerAfter("child", Lie(0, 0, 0), parent.claim, parent.end, lastRecord());
        (child.account, child.bond) = (parent.account, parent.bond);
        propose(child);
    }

    /// @dev An honest claim that nobody contests yet, and under it an honest one and its rival.
    function rivalsUnderAnUndecided() internal returns (Player memory parent, Player memory one, Player memory two) {
        parent = honest("parent");
        propose(parent);
        append();
        one = playerAfter("one", Lie(0, 0, 0), parent.claim, parent.end, lastRecord());
        two = playerAfter("two", Lie(1, 1, 7), parent.claim, parent.end, lastRecord());
        follow(one, parent.claim);
        follow(two, parent.claim);
        propose(one);
        proposeSibling(two, parent.claim);
    }

    /// @dev The player's claim over the first two blocks, when more have been appended.
    function inFirstDomain(Player memory who) internal view returns (Player memory) {
        bytes32[] memory domain = new bytes32[](2);
        (domain[0], domain[1]) = (records[0], records[1]);
        who.records = domain;
        (who.slots, who.end) = ToyMachine.slotTree(domain, who.lie, genesisCore);
        who.claim = ClaimKey(rollup.genesis(), 0, who.slots.root(), ToyMachine.hash(who.end));
        return who;
    }

    /// @dev Narrows the slot match, then nobody joins the step tournament.
    function bothLose(Player memory one, Player memory two) internal {
        MatchKey memory key = slotMatch(one, two);
        openRoot(one.account, key, one.slots);
        playTurns(key, one.account, one.slots, two.account, two.slots);
        roll(tournament.closing(stepTournament_(key)));
        tournament.conclude(key);
        assertTrue(tournament.matches(key.id()).outcome == Outcome.Neither);
    }

    /// @dev A dispute that Alice has won, and the moves of its slot match.
    function played() internal returns (Player memory alice, Player memory mallory, Move[] memory moves) {
        MatchKey memory key;
        (alice, mallory, key) = rivals();
        playDispute(alice, mallory, alice);
        moves = movesIn(key);
        assertTrue(tournament.matches(key.id()).phase == Phase.Settled);
    }

    function movesIn(MatchKey memory key) internal view returns (Move[] memory) {
        return movesOf[keccak256(abi.encode(key))];
    }
}
