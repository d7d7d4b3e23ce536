// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {stepTournament} from "../../src/types/Ids.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState, Phase, Side} from "../../src/types/MatchState.sol";
import {Dispute, Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice What each verb costs as a transaction of its own, intrinsic gas included, in snapshots/Dispute.json.
contract DisputeGasTest is Dispute {
    using RunTrees for RunTree;

    string private constant GROUP = "Dispute";

    uint256 private constant PROPOSE_AIM = 120_000;
    uint256 private constant OPENING_AIM = 100_000;
    uint256 private constant LAST_OPENING_AIM = 140_000;

    /// forge-config: default.isolate = true
    function test_gas_dispute() public {
        bytes memory batch = new bytes(4096);
        for (uint256 i = 0; i < batch.length; ++i) {
            batch[i] = 0xaa;
        }
        vm.deal(address(this), 1 ether);
        uint256 fee = inbox.appendFee();
        inbox.append{value: fee}(address(0xfee), batch);
        vm.snapshotGasLastCall(GROUP, "append of 4 KiB");
        records.push(inbox.recordHash(inbox.latestBlock()));

        Player memory alice = honest("alice");
        vm.snapshotGasLastCall(GROUP, "lockBond");
        // Two slots are agreed, so every slot of the match's state is written.
        Player memory mallory = player("mallory", Lie(2049, 3, 7));
        propose(alice);
        assertLt(vm.snapshotGasLastCall(GROUP, "propose"), PROPOSE_AIM, "propose");
        proposeSibling(mallory, genesis);
        vm.snapshotGasLastCall(GROUP, "proposeSibling");

        MatchKey memory slotKey = slotMatch(alice, mallory);
        openRoot(alice.account, slotKey, alice.slots);
        assertLt(vm.snapshotGasLastCall(GROUP, "openRoot"), OPENING_AIM, "openRoot");
        _turns("slots", slotKey, alice.account, alice.slots, mallory.account, mallory.slots);

        RunTree memory right = stepTree(slotKey, alice);
        RunTree memory wrong = stepTree(slotKey, mallory);
        joinSteps(alice.account, slotKey, right);
        vm.snapshotGasLastCall(GROUP, "joinSteps, first");
        joinSteps(mallory.account, slotKey, wrong);
        vm.snapshotGasLastCall(GROUP, "joinSteps, second");
        MatchKey memory stepKey = stepMatch(slotKey, right, wrong);
        _turns("steps", stepKey, alice.account, right, mallory.account, wrong);
        resolve(slotKey, stepKey, alice);
        vm.snapshotGasLastCall(GROUP, "resolve, without the verifier's own");
        roll(tournament.closing(stepTournament(slotKey.id())));
        tournament.conclude(slotKey);
        vm.snapshotGasLastCall(GROUP, "conclude");
        roll(tournament.closing(contest(alice)));
        rollup.confirm(alice.claim);
        vm.snapshotGasLastCall(GROUP, "confirm");
    }

    function _turns(
        string memory level,
        MatchKey memory key,
        address accountOne,
        RunTree memory one,
        address accountTwo,
        RunTree memory two
    ) private {
        for (uint256 i = 1; tournament.matches(key.id()).phase == Phase.Turning; ++i) {
            MatchState memory state = tournament.matches(key.id());
            if (state.toMove == Side.One) turn(accountOne, key, one, two);
            else turn(accountTwo, key, two, one);
            uint256 gas = vm.snapshotGasLastCall(GROUP, string.concat("opening ", vm.toString(i), " of ", level));
            assertLt(gas, state.height == 4 ? LAST_OPENING_AIM : OPENING_AIM, "opening");
        }
    }
}
