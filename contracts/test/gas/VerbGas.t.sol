// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {MatchId, stepTournament} from "../../src/types/Ids.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Phase} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Joiners} from "../../src/tournament/Delay.sol";
import {Player} from "../support/Dispute.sol";
import {L1Transaction} from "../support/L1Transaction.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice What the verbs cost that the line of a dispute (DisputeGas) does without: each as a transaction of its own,
/// intrinsic gas included, in snapshots/Verbs.json.
contract VerbGasTest is Stages {
    using RunTrees for RunTree;

    string private constant GROUP = "Verbs";

    function _snap(string memory verb) private returns (uint256) {
        return vm.snapshotGasLastCall(GROUP, verb);
    }

    /// forge-config: default.isolate = true
    function test_gas_accounts() public {
        address carol = makeAddr("carol");
        vm.deal(carol, 10 ether);
        vm.startPrank(carol);
        bonds.deposit{value: 2 ether}();
        _snap("deposit");
        bonds.depositFor{value: 1 ether}(address(0xd0e));
        _snap("depositFor");
        bonds.withdraw(carol, 1 ether);
        _snap("withdraw");
        vm.stopPrank();
        (uint128 free,) = bonds.accounts(carol);
        assertEq(free, 1 ether);
    }

    /// Isolated transactions carry no blobs.
    function test_gas_appendBlob() public {
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = bytes32(uint256(1) << 248);
        vm.blobhashes(hashes);
        uint64 latest = inbox.latestBlock();
        uint256 fee = inbox.appendFee();
        vm.cool(address(inbox));
        inbox.appendBlob{value: fee}(address(0xfee), 0);
        bytes memory data = abi.encodeCall(inbox.appendBlob, (address(0xfee), 0));
        vm.snapshotValue(GROUP, "appendBlob", L1Transaction.gasOf(data, vm.lastCallGas().gasTotalUsed));
        assertEq(inbox.latestBlock(), latest + 1);
    }

    /// forge-config: default.isolate = true
    function test_gas_claimsThatAreThere() public {
        (Player memory alice, Player memory child) = chain();
        Player memory bob = inFirstDomain(player("bob", Lie(0, 0, 0)));
        propose(bob);
        _snap("propose, the claim is there");
        follow(bob, child.claim);
        _snap("follow");
        Player memory mallory = inFirstDomain(player("mallory", twist));
        proposeSibling(mallory, genesis);
        Player memory carol = inFirstDomain(player("carol", twist));
        proposeSibling(carol, genesis);
        _snap("proposeSibling, the claim is there");
        assertTrue(rollup.rootBonds(carol.bond).tip == mallory.claim.id() && !(alice.bond == bob.bond));
    }

    /// forge-config: default.isolate = true
    function test_gas_releaseBond() public {
        Player memory alice = honest("alice");
        propose(alice);
        confirm(alice);
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
        _snap("releaseBond");
        (uint128 free,) = bonds.accounts(alice.account);
        assertGe(free, ROOT_BOND);
    }

    /// forge-config: default.isolate = true
    function test_gas_deadBranch() public {
        // An isolated transaction sees none, and the moves' refunds depend on it.
        vm.fee(0);
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        follow(child, mallory.claim);
        propose(child);
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (child.claim, mallory.claim);
        Player memory alice = inFirstDomain(honest("alice"));
        proposeSibling(alice, genesis);
        playDispute(mallory, alice, alice);

        rollup.voidClaim(child.claim);
        _snap("voidClaim");
        uint256 before = vm.snapshotState();
        rollup.walk(child.bond, _first(path));
        uint256 one = _snap("walk, one edge");
        vm.revertToStateAndDelete(before);
        rollup.walk(child.bond, path);
        _snap("walk, two edges, freezes and burns");
        assertLt(one, 100_000, "an edge");
        MatchKey memory key = slotMatch(mallory, alice);
        Move[] memory moves = movesIn(key);
        rollup.splitBond(mallory.claim, key, moves);
        _snap("splitBond, five moves refunded");
    }

    function _first(ClaimKey[] memory path) private pure returns (ClaimKey[] memory only) {
        only = new ClaimKey[](1);
        only[0] = path[0];
    }

    /// forge-config: default.isolate = true
    function test_gas_timeout_turning() public {
        (,, MatchKey memory key) = rivals();
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        _snap("timeout, turning");
        assertTrue(tournament.matches(key.id()).phase == Phase.Settled);
    }

    /// forge-config: default.isolate = true
    function test_gas_timeout_sealed() public {
        (,,, MatchKey memory key) = sealedMatch();
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        _snap("timeout, sealed");
        assertTrue(tournament.matches(key.id()).phase == Phase.Settled);
    }

    /// forge-config: default.isolate = true
    function test_gas_noWinner() public {
        (Player memory alice,, MatchKey memory key) = narrowed();
        roll(tournament.closing(stepTournament(key.id())));
        tournament.conclude(key);
        _snap("conclude, no winner");
        roll(tournament.closing(contest(alice)));
        Player memory again = honest("again");
        again.claim.round = 1;
        propose(again);
        _snap("propose, a further round");
    }

    /// @dev A third commitment joins after the first two have played, and is left over when joining closes.
    ///
    /// forge-config: default.isolate = true
    function test_gas_merge() public {
        (Player memory alice, Player memory mallory, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        resolve(slotKey, stepKey, alice);
        RunTree memory third = stepTree(slotKey, mallory);
        third.values[0] = keccak256("astray");
        vm.prank(mallory.account);
        bonds.deposit{value: STEP_BOND}();
        joinSteps(mallory.account, slotKey, third);
        roll(tournament.closing(stepKey.tournament));
        tournament.merge(stepKey.tournament);
        _snap("merge");
    }

    /// forge-config: default.isolate = true
    function test_gas_stepBonds() public {
        // An isolated transaction sees none, and the moves' refunds depend on it.
        vm.fee(0);
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        RunTree memory right = stepTree(slotKey, alice);
        resolve(slotKey, stepKey, alice);
        Move[] memory moves = movesIn(stepKey);
        tournament.splitStepBonds(slotKey, stepKey, moves);
        _snap("splitStepBonds, four moves refunded");
        roll(tournament.closing(stepKey.tournament));
        tournament.releaseStepBond(slotKey, right.root(), right.last());
        _snap("releaseStepBond");
        (, uint128 locked) = bonds.accounts(alice.account);
        assertEq(locked, ROOT_BOND);
    }

    /// @dev T20: somebody was faster. L1's price of calldata is the largest part.
    ///
    /// forge-config: default.isolate = true
    function test_gas_T20_lateMoves() public {
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        bytes32[16] memory own = alice.slots.opening(20, 0);
        bytes memory open = abi.encodeCall(
            tournament.openRoot, (key, alice.slots.root(), alice.slots.last(), own, alice.slots.spine(16, 15))
        );
        openRoot(alice.account, key, alice.slots);
        _late("openRoot", address(tournament), open);
        bytes32[16] memory rival = mallory.slots.opening(20, 0);
        bytes32[16] memory next = alice.slots.opening(16, 2);
        bytes memory move = abi.encodeCall(tournament.turn, (key, alice.slots.root(), own, rival, next));
        turn(alice.account, key, alice.slots, mallory.slots);
        _late("turn", address(tournament), move);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        _late("timeout", address(tournament), abi.encodeCall(tournament.timeout, (key)));
        rollup.confirm(alice.claim);
        _late("confirm", address(rollup), abi.encodeCall(rollup.confirm, (alice.claim)));
    }

    function _late(string memory verb, address to, bytes memory data) private {
        (bool done,) = to.call(data);
        uint256 gas = _snap(string.concat(verb, ", too late"));
        assertFalse(done, verb);
        assertLt(gas, 90_000, verb);
    }

    /// forge-config: default.isolate = true
    function test_gas_lens() public {
        (Player memory alice,, MatchKey memory slotKey, MatchKey memory stepKey) = sealedMatch();
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = alice.claim;
        MatchKey[] memory matches = new MatchKey[](2);
        bool ascending = MatchId.unwrap(slotKey.id()) < MatchId.unwrap(stepKey.id());
        (matches[0], matches[1]) = ascending ? (slotKey, stepKey) : (stepKey, slotKey);
        Joiners memory joiners = Joiners(0, 2);
        lens.claimReport(path, matches, joiners);
        uint256 gas = vm.snapshotGasLastCall("Lens", "claimReport, one height, both its matches");
        assertLt(gas, 1_000_000);
        lens.matchReport(slotKey, matches, 2);
        vm.snapshotGasLastCall("Lens", "matchReport, in steps");
        lens.tournamentReport(slotKey.tournament, matches, joiners);
        vm.snapshotGasLastCall("Lens", "tournamentReport");
        lens.bondReport(alice.bond, path);
        vm.snapshotGasLastCall("Lens", "bondReport");
        RunTree memory tree = stepTree(slotKey, alice);
        lens.stepBondReport(slotKey, tree.root(), tree.last());
        vm.snapshotGasLastCall("Lens", "stepBondReport");
        lens.maxRemainingDelay(slotKey.tournament, matches, joiners);
        vm.snapshotGasLastCall("Lens", "maxRemainingDelay");
    }
}
