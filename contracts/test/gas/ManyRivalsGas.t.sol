// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITournament} from "../../src/interfaces/ITournament.sol";
import {CommitmentId, TournamentId, commitmentId} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {ColdCall} from "../support/ColdCall.sol";
import {Dispute, Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";

/// @notice T25: what it takes to join, to settle and to merge does not grow with the number of rivals, and there is nothing
/// else that does something for all of them.
contract ManyRivalsGasTest is Dispute, ColdCall {
    using RunTrees for RunTree;

    struct Dearest {
        uint256 join;
        uint256 settle;
        uint256 merge;
    }

    Player private alice;
    CommitmentId[] private members;

    function test_T25_gasIsTheSameWithAnyNumberOfRivals() public {
        vm.pauseGasMetering();
        alice = honest("alice");
        uint256 start = vm.snapshotState();
        Dearest memory few = _play(4);
        vm.revertToState(start);
        Dearest memory many = _play(64);
        assertLe(many.join, few.join + 100, "join");
        assertLe(many.settle, few.settle + 100, "settle");
        assertLe(many.merge, few.merge + 100, "merge");
        assertLt(many.merge, 400_000, "all of it in one transaction");
    }

    /// @dev `pairs` commitments that meet in pairs, and one that is left over to the end. Nobody ever moves.
    function _play(uint256 pairs) private returns (Dearest memory dearest) {
        propose(alice);
        TournamentId id = contest(alice);
        members.push(alice.claim.id().commitment());
        for (uint256 i = 1; i <= pairs; ++i) {
            dearest.join = _max(dearest.join, _join(id, i));
        }
        uint256 last = members.length - 1;
        CommitmentId leftOver = members[last];
        for (uint256 left = pairs; left > 1; left /= 2) {
            MatchKey memory key = MatchKey(id, members[0], members[1]);
            vm.roll(Instant.unwrap(tournament.deadline(key.id())) + BUDGET);
            for (uint256 i = 0; i < left / 2; ++i) {
                key = MatchKey(id, members[2 * i], members[2 * i + 1]);
                uint256 gas = _timeout(key);
                if (left > 2) dearest.settle = _max(dearest.settle, gas);
                else dearest.merge = gas;
                members[i] = key.two;
            }
        }
        MatchKey memory final_ = MatchKey(id, members[0], leftOver);
        roll(tournament.deadline(final_.id()));
        tournament.timeout(final_);
        (Status status, CommitmentId winner) = tournament.result(id);
        assertTrue(status == Status.Won && winner == leftOver);
    }

    /// @dev Joins a commitment of the right shape that stands for nothing.
    function _join(TournamentId id, uint256 salt) private returns (uint256) {
        bytes32[16] memory children = alice.slots.opening(20, 0);
        bytes32[] memory spine = alice.slots.spine(16, 15);
        children[0] = keccak256(abi.encode(salt));
        bytes32 root = _rootOf(children);
        bytes32 last = alice.slots.last();
        members.push(commitmentId(id, root, last));
        bytes memory data =
            abi.encodeCall(ITournament.join, (id, genesis.boundary, root, last, alice.account, children, spine));
        vm.prank(address(rollup));
        return _measure(data);
    }

    function _timeout(MatchKey memory key) private returns (uint256) {
        return _measure(abi.encodeCall(ITournament.timeout, (key)));
    }

    function _measure(bytes memory data) private returns (uint256) {
        (bool done,, uint256 gas) = coldCall(address(tournament), data);
        assertTrue(done);
        return gas;
    }

    function _rootOf(bytes32[16] memory children) private pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            nodes[i] = children[i];
        }
        for (uint256 width = 8; width > 0; width /= 2) {
            for (uint256 i = 0; i < width; ++i) {
                nodes[i] = keccak256(abi.encodePacked(nodes[2 * i], nodes[2 * i + 1]));
            }
        }
        return nodes[0];
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? b : a;
    }
}
