// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ITournament} from "../../src/interfaces/ITournament.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState} from "../../src/types/MatchState.sol";
import {ColdCall} from "../support/ColdCall.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";

/// @notice T20: what a move costs that somebody else has made already, besides being sent. A lane that asks the node first
/// does not even send it.
contract LateMoveGasTest is Stages, ColdCall {
    using RunTrees for RunTree;

    /// @dev A match is read from cold storage; nothing that was sent along is hashed.
    uint256 private constant BOUND = 20_000;

    function test_T20_aLateMoveIsCheap() public {
        vm.pauseGasMetering();
        (Player memory alice, Player memory mallory, MatchKey memory slotKey) = rivals();
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes memory late = abi.encodeCall(
            ITournament.openRoot, (slotKey, alice.slots.root(), alice.slots.last(), own, alice.slots.spine(16, 15))
        );
        openRoot(alice.account, slotKey, alice.slots);
        _assertCheap("openRoot", late, ITournament.AlreadyOpened.selector);

        bytes32[16] memory rival = mallory.slots.opening(20, 0);
        late = abi.encodeCall(ITournament.turn, (slotKey, alice.slots.root(), own, rival, alice.slots.opening(16, 0)));
        turn(alice.account, slotKey, alice.slots, mallory.slots);
        _assertCheap("turn", late, ITournament.UnexpectedNode.selector);

        turn(mallory.account, slotKey, mallory.slots, alice.slots);
        turn(alice.account, slotKey, alice.slots, mallory.slots);
        turn(mallory.account, slotKey, mallory.slots, alice.slots);
        MatchState memory state = tournament.matches(slotKey.id());
        late = abi.encodeCall(ITournament.lastTurn, (slotKey, state.nodeOne, own, rival, 0, new bytes32[](16)));
        turn(alice.account, slotKey, alice.slots, mallory.slots);
        _assertCheap("lastTurn", late, ITournament.WrongPhase.selector);

        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(alice.account, slotKey, right);
        late = abi.encodeCall(
            ITournament.joinSteps,
            (stepTournament_(slotKey), right.root(), right.last(), right.opening(24, 0), right.spine(20, 15))
        );
        _assertCheap("joinSteps", late, bytes4(0));

        joinSteps(mallory.account, slotKey, wrong);
        MatchKey memory stepKey = stepMatch(slotKey, right, wrong);
        playTurns(stepKey, alice.account, right, mallory.account, wrong);
        // As long as the longest witness that one transaction can carry.
        late = abi.encodeCall(ITournament.resolve, (stepKey, new bytes(120_000)));
        resolve(slotKey, stepKey, alice);
        _assertCheap("resolve", late, ITournament.AlreadySettled.selector);
        _assertCheap("timeout", abi.encodeCall(ITournament.timeout, (stepKey)), ITournament.AlreadySettled.selector);

        roll(tournament.closing(stepKey.tournament));
        tournament.conclude(slotKey);
        late = abi.encodeCall(ITournament.conclude, (slotKey));
        _assertCheap("conclude", late, ITournament.AlreadySettled.selector);
        confirm(alice);
        late = abi.encodeCall(IRollup.confirm, (alice.claim));
        _assertCheap(address(rollup), "confirm", late, IRollup.AlreadyConfirmed.selector);
    }

    function _assertCheap(string memory verb, bytes memory data, bytes4 refusal) private {
        _assertCheap(address(tournament), verb, data, refusal);
    }

    /// @param refusal the error with which the call must end; 0: it succeeds and does nothing
    function _assertCheap(address to, string memory verb, bytes memory data, bytes4 refusal) private {
        (bool done, bytes32 answer, uint256 gas) = coldCall(to, data);
        assertEq(done, refusal == 0, verb);
        // A selector.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (!done) assertEq(bytes4(answer), refusal, verb);
        assertLt(gas, BOUND, verb);
    }
}
