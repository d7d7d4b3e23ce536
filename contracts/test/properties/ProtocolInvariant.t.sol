// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {Test} from "../support/TestBase.sol";
import {ProtocolHandler} from "./world/ProtocolHandler.sol";

/// @notice Rollup, Tournament, Bonds and Inbox with honest and dishonest actors who do as a fuzzer likes. A long campaign:
/// FOUNDRY_PROFILE=deep forge test --match-path contracts/test/properties/ProtocolInvariant.t.sol
contract ProtocolInvariantTest is Test {
    /// @dev Everything a campaign should get to, and within how many runs of how many actions.
    string private constant OUTCOMES = "batch,true claim,truth followed,truth claimed first by a sybil,first claim,first claim nobody can open,"
        "rival claim,rival claim under an undecided one,claim copied,claim followed,"
        "turn,step join,true steps joined by a sybil,true side joined astray,proof,proof against both,"
        "timeout,timeout of a sealed match,conclude,merge,step match lost by both,"
        "confirm,void,bond released,bond forfeited,"
        "root bond split,bond burned by a walk,step bond split,step bond of a winner released,"
        "step bond under a void claim released,censored,payment to a bomb,payment refused,payment reentered,forced ETH";
    uint256 private constant MAX_WORLDS = 40;
    uint256 private constant ACTIONS_A_WORLD = 150;

    ProtocolHandler private handler;

    function setUp() public {
        vm.pauseGasMetering();
        handler = new ProtocolHandler();
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), _actions()));
    }

    /// forge-config: default.invariant.runs = 24
    /// forge-config: default.invariant.depth = 100
    /// forge-config: deep.invariant.runs = 1000
    /// forge-config: deep.invariant.depth = 200
    function invariant_everyPromiseHolds() public {
        handler.checkPromises();
    }

    /// @dev There is a way forward from every state.
    function afterInvariant() public {
        handler.wrapUp();
        handler.checkPromises();
    }

    /// @dev Random actions get to every verb and outcome, so the promises are not kept for want of trying.
    function test_theWorldGetsEverywhere() public {
        string[] memory outcomes = vm.split(OUTCOMES, ",");
        uint256[] memory times = new uint256[](outcomes.length);
        uint256 missing = outcomes.length;
        uint256 start = vm.snapshotState();
        for (uint256 world = 0; world < MAX_WORLDS && missing > 0; ++world) {
            for (uint256 i = 0; i < ACTIONS_A_WORLD; ++i) {
                _act(uint256(keccak256(abi.encode(world, i))));
            }
            handler.checkPromises();
            handler.wrapUp();
            missing = 0;
            for (uint256 i = 0; i < outcomes.length; ++i) {
                times[i] += handler.reached(outcomes[i]);
                if (times[i] == 0) ++missing;
            }
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < outcomes.length; ++i) {
            console.log(outcomes[i], times[i]);
            assertGt(times[i], 0, outcomes[i]);
        }
    }

    /// @dev A lie that two others are built on, and which lives long enough for the contest of those to have no winner: their
    /// bonds are frozen, and the contest starts again. Random actions hardly get here.
    function test_theWorldGetsToAFurtherRound() public {
        handler.attack(1, 0, 0, 10, 1);
        handler.attack(1, 0, 0, 11, 1);
        handler.appendBatch();
        handler.attack(3, 1, 0, 10, 1);
        handler.attack(3, 1, 0, 11, 1);
        for (uint256 i = 0; i < 5; ++i) {
            // The second of the matches under way. Nobody joins its step tournament.
            handler.move(4 * i + 1);
        }
        for (uint256 i = 0; i < 4; ++i) {
            handler.elapse(29);
        }
        handler.sweep();
        handler.collect(1 << 16, 1, 1);
        handler.attack(1, 0, 0, 12, 1);
        assertEq(handler.reached("step contest without a winner"), 1);
        assertEq(handler.reached("slot match lost by both"), 1);
        assertEq(handler.reached("contest without a winner"), 1);
        assertEq(handler.reached("bond frozen"), 1);
        assertEq(handler.reached("further round"), 1);
        handler.checkPromises();
        handler.wrapUp();
        handler.checkPromises();
    }

    /// @dev One liar who answers at once, Alice as late as she may, and all of C in one round: wherever that is, she wins.
    function test_honestLineStandsCensorshipAnywhere() public {
        uint256 start = vm.snapshotState();
        for (uint256 round = 0; round < 24; ++round) {
            handler.attack(1, 0, 0, 1, 4);
            handler.squeeze(1, 12, round < 12 ? round : 23);
            handler.squeeze(1, 12, round < 12 ? 23 : round - 12);
            handler.checkPromises();
            assertEq(handler.reached("censored"), 1);
            handler.wrapUp();
            assertGt(handler.reached("proof"), 0);
            vm.revertToState(start);
        }
    }

    /// @dev An action takes up to five words.
    function _act(uint256 seed) private {
        bytes4[] memory actions = _actions();
        bytes32[5] memory words;
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
        (bool done, bytes memory reason) =
            address(handler).call(abi.encodePacked(actions[seed % actions.length], words));
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](17);
        actions[0] = ProtocolHandler.elapse.selector;
        actions[1] = ProtocolHandler.censor.selector;
        actions[2] = ProtocolHandler.changeBaseFee.selector;
        actions[3] = ProtocolHandler.appendBatch.selector;
        actions[4] = ProtocolHandler.helpHonestly.selector;
        actions[5] = ProtocolHandler.attack.selector;
        actions[6] = ProtocolHandler.follow.selector;
        actions[7] = ProtocolHandler.joinSteps.selector;
        actions[8] = ProtocolHandler.move.selector;
        actions[9] = ProtocolHandler.play.selector;
        actions[10] = ProtocolHandler.settle.selector;
        actions[11] = ProtocolHandler.sweep.selector;
        actions[12] = ProtocolHandler.decide.selector;
        actions[13] = ProtocolHandler.collect.selector;
        actions[14] = ProtocolHandler.bank.selector;
        actions[15] = ProtocolHandler.setPace.selector;
        actions[16] = ProtocolHandler.squeeze.selector;
    }
}
