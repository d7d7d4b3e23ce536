// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../support/TestBase.sol";
import {SettledHandler} from "./settled/SettledHandler.sol";

/// @notice Rollup, Tournament and Bonds where proofs settle contests, in any order with all else that may happen. A long campaign:
/// FOUNDRY_PROFILE=deep forge test --match-path contracts/test/properties/SettledInvariant.t.sol
contract SettledInvariantTest is Test {
    SettledHandler private handler;

    function setUp() public {
        vm.pauseGasMetering();
        handler = new SettledHandler();
        handler.setUp();
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), _actions()));
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 60
    /// forge-config: deep.invariant.runs = 500
    /// forge-config: deep.invariant.depth = 120
    function invariant_T82_everyPromiseHolds() public view {
        handler.checkPromises();
    }

    /// @dev There is a way forward from every state.
    function afterInvariant() public {
        handler.wrapUp();
        handler.checkPromises();
    }

    /// @dev Random actions get to every outcome, so the promises are not kept for want of trying.
    function test_theWorldGetsEverywhere() public {
        string[9] memory outcomes = [
            "timeout",
            "confirm",
            "void",
            "settle",
            "settle, a claim of the proof's",
            "bond freed",
            "bond burned",
            "bond split",
            "bond released"
        ];
        uint256[9] memory times;
        uint256 start = vm.snapshotState();
        for (uint256 world = 0; world < 16; ++world) {
            for (uint256 i = 0; i < 60; ++i) {
                _act(uint256(keccak256(abi.encode(world, i))));
            }
            handler.checkPromises();
            handler.wrapUp();
            handler.checkPromises();
            for (uint256 i = 0; i < outcomes.length; ++i) {
                times[i] += handler.reached(outcomes[i]);
            }
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertGt(times[i], 0, outcomes[i]);
        }
    }

    function _act(uint256 seed) private {
        bytes4[] memory actions = _actions();
        bytes memory words = abi.encode(keccak256(abi.encode(seed, 0)), keccak256(abi.encode(seed, 1)));
        (bool done, bytes memory reason) =
            address(handler).call(abi.encodePacked(actions[seed % actions.length], words));
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    /// @dev Claims are made more often than anything else.
    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](13);
        actions[0] = SettledHandler.claim.selector;
        actions[1] = SettledHandler.claim.selector;
        actions[2] = SettledHandler.claim.selector;
        actions[3] = SettledHandler.elapse.selector;
        actions[4] = SettledHandler.appendBatch.selector;
        actions[5] = SettledHandler.play.selector;
        actions[6] = SettledHandler.timeout.selector;
        actions[7] = SettledHandler.confirm.selector;
        actions[8] = SettledHandler.settleNext.selector;
        actions[9] = SettledHandler.walkSome.selector;
        actions[10] = SettledHandler.split.selector;
        actions[11] = SettledHandler.release.selector;
        actions[12] = SettledHandler.voidClaim.selector;
    }
}
