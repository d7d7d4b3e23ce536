// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentState, Standing} from "../../src/types/CommitmentState.sol";
import {Duration} from "../../src/types/Duration.sol";
import {CommitmentId} from "../../src/types/Ids.sol";
import {currentInstant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice What a step tournament gives back, with every response as late as it may be.
contract RefillTest is Stages {
    using RunTrees for RunTree;

    uint256 private constant RIVALS = 15;
    /// @dev What censorship for the whole of C leaves of a budget, and what building a step tree leaves of that.
    uint40 private constant SPENT = BUDGET - CENSORSHIP;
    uint40 private constant BUILT = SPENT - BUILD - RESPONSE;

    Player private alice;
    Player[] private rivalsOfAlice;

    /// T11: each slot match makes Alice build another step tree, which takes T, and nothing of it is taken for good.
    function test_T11_repeatedStepTreesDoNotDrainTheClock() public {
        vm.pauseGasMetering();
        alice = honest("alice");
        propose(alice);
        // Rivals whose clocks are as short as Alice's will be: a longer one would lengthen hers.
        pass(CENSORSHIP);
        for (uint256 i = 1; i <= RIVALS; ++i) {
            Player memory rival = player(vm.toString(i), Lie(1025, 3, i));
            rivalsOfAlice.push(rival);
            proposeSibling(rival, genesis);
        }
        assertLt(BUILT, BUILD, "without a refill one tree is all that she can build");
        uint256 fought = 0;
        while (!_isWon()) {
            (MatchKey memory key, Player memory rival) = _nextMatch();
            if (key.one == CommitmentId.wrap(0)) {
                pass(1);
            } else {
                _fight(key, rival, fought++ == 0 ? CENSORSHIP : 0);
                assertEq(Duration.unwrap(_clock()), SPENT, "as if nothing had been built");
            }
            _timeoutTheSilent();
        }
        assertEq(fought, 4, "sixteen claims");
        confirm(alice);
    }

    /// @dev A whole slot match in which Alice lets her allowance pass before every response, and first is censored.
    function _fight(MatchKey memory key, Player memory rival, uint256 censored) private {
        Player memory she = alice;
        bool isOne = key.one == she.claim.id().commitment();
        _turns(key, she, she.slots, rival, rival.slots, isOne, censored);
        RunTree memory right = stepTree(key, she);
        RunTree memory wrong = stepTree(key, rival);
        joinSteps(rival.account, key, wrong);
        pass(BUILD + RESPONSE);
        vm.deal(she.account, STEP_BOND);
        vm.prank(she.account);
        bonds.deposit{value: STEP_BOND}();
        joinSteps(she.account, key, right);
        MatchKey memory stepKey = stepMatch(key, wrong, right);
        assertEq(Duration.unwrap(tournament.matches(stepKey.id()).clocks.two), BUILT, "lateness is charged");
        _turns(stepKey, she, right, rival, wrong, false, 0);
        pass(RESPONSE);
        resolve(key, stepKey, she);
        roll(tournament.closing(stepKey.tournament));
        tournament.conclude(key);
        assertTrue(tournament.matches(key.id()).outcome == (isOne ? Outcome.One : Outcome.Two));
    }

    function _turns(
        MatchKey memory key,
        Player memory she,
        RunTree memory right,
        Player memory rival,
        RunTree memory wrong,
        bool isOne,
        uint256 censored
    ) private {
        MatchState memory state = tournament.matches(key.id());
        while (state.phase == Phase.Turning) {
            if (isOne == (state.toMove == Side.One)) {
                pass(RESPONSE + censored);
                censored = 0;
                if (state.owing) openRoot(she.account, key, right);
                turn(she.account, key, right, wrong);
            } else {
                turn(rival.account, key, wrong, right);
            }
            state = tournament.matches(key.id());
        }
    }

    function _isWon() private view returns (bool) {
        CommitmentState memory state = tournament.commitments(alice.claim.id().commitment());
        return state.standing == Standing.Waiting && state.rank == 4;
    }

    /// @dev What Alice's clock has left, wherever it is.
    function _clock() private view returns (Duration) {
        (MatchKey memory key,) = _nextMatch();
        CommitmentId own = alice.claim.id().commitment();
        if (key.one == CommitmentId.wrap(0)) return tournament.commitments(own).remaining;
        MatchState memory state = tournament.matches(key.id());
        return key.one == own ? state.clocks.one : state.clocks.two;
    }

    /// @dev Alice's running match; zero when there is none.
    function _nextMatch() private view returns (MatchKey memory key, Player memory rival) {
        for (uint256 i = 0; i < RIVALS; ++i) {
            rival = rivalsOfAlice[i];
            key = slotMatch(alice, rival);
            if (tournament.matches(key.id()).phase == Phase.Turning) return (key, rival);
            key = slotMatch(rival, alice);
            if (tournament.matches(key.id()).phase == Phase.Turning) return (key, rival);
        }
        delete key;
    }

    /// @dev Rivals say nothing to one another.
    function _timeoutTheSilent() private {
        for (uint256 i = 0; i < RIVALS; ++i) {
            for (uint256 j = 0; j < RIVALS; ++j) {
                MatchKey memory key = slotMatch(rivalsOfAlice[i], rivalsOfAlice[j]);
                if (tournament.matches(key.id()).phase != Phase.Turning) continue;
                if (!currentInstant().isBefore(tournament.deadline(key.id()))) tournament.timeout(key);
            }
        }
    }
}
