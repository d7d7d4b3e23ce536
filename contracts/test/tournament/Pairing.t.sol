// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bracket, Pairing} from "../../src/tournament/Pairing.sol";
import {CommitmentId} from "../../src/types/Ids.sol";
import {TournamentState} from "../../src/types/TournamentState.sol";
import {Test} from "../support/TestBase.sol";

contract PairingTest is Test {
    struct Running {
        uint256 one;
        uint256 two;
        uint8 rank;
    }

    TournamentState private state;
    Bracket private bracket;
    Running[] private matches;
    mapping(uint256 commitment => uint256 matches) private played;

    function _arrive(uint256 commitment, uint8 rank) private {
        (bool met, CommitmentId opponent) = Pairing.arrive(state, bracket, CommitmentId.wrap(bytes32(commitment)), rank);
        if (met) matches.push(Running(uint256(CommitmentId.unwrap(opponent)), commitment, rank + 1));
    }

    function _finish(uint256 index, uint256 outcome) private {
        Running memory done = matches[index];
        matches[index] = matches[matches.length - 1];
        matches.pop();
        ++played[done.one];
        ++played[done.two];
        Pairing.finish(state, bracket, done.rank);
        if (outcome < 2) _arrive(outcome == 0 ? done.one : done.two, done.rank);
    }

    function _merge() private returns (bool met) {
        CommitmentId higher;
        CommitmentId lower;
        uint8 rank;
        (met, higher, lower, rank) = Pairing.merge(state, bracket);
        if (met) {
            matches.push(Running(uint256(CommitmentId.unwrap(higher)), uint256(CommitmentId.unwrap(lower)), rank));
        }
    }

    /// @dev The reference counts running matches by rank, from the list.
    function _assertMasks() private view {
        for (uint8 rank = 0; rank < 32; ++rank) {
            uint256 count = 0;
            for (uint256 i = 0; i < matches.length; ++i) {
                if (matches[i].rank == rank) ++count;
            }
            assertEq(bracket.running[rank], count, "running");
            assertEq(state.runningRanks >> rank & 1, count == 0 ? 0 : 1, "bit");
        }
    }

    function test_fuzz_everybodyPlaysLogN(uint8 n, uint256 seed) public {
        uint256 count = bound(n, 1, 40);
        uint256 joined = 0;
        while (joined < count || matches.length > 0) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (joined < count && (matches.length == 0 || seed % 2 == 0)) _arrive(++joined, 0);
            else _finish((seed >> 8) % matches.length, (seed >> 40) % 2);
            if (joined == count) _merge();
            _assertMasks();
        }
        while (_merge()) {
            seed = uint256(keccak256(abi.encode(seed)));
            _finish(0, seed % 2);
        }
        assertFalse(Pairing.several(state));
        assertTrue(state.waitingRanks != 0, "one is left");
        uint256 winner = uint256(CommitmentId.unwrap(Pairing.lowest(state, bracket)));
        uint256 limit = 0;
        while (2 ** limit < count) ++limit;
        for (uint256 i = 1; i <= count; ++i) {
            assertLe(played[i], limit, "ceil(log2 N)");
        }
        assertTrue(winner >= 1 && winner <= count);
    }

    function test_fuzz_withDoubleLosses_alwaysEnds(uint8 n, uint256 seed) public {
        uint256 count = bound(n, 2, 30);
        for (uint256 i = 1; i <= count; ++i) {
            _arrive(i, 0);
        }
        while (true) {
            bool merged = _merge();
            if (matches.length == 0) {
                assertFalse(merged);
                break;
            }
            seed = uint256(keccak256(abi.encode(seed)));
            _finish((seed >> 8) % matches.length, (seed >> 40) % 3);
            _assertMasks();
        }
        assertFalse(Pairing.several(state), "at most one is left");
    }

    function test_T79_leftoversMeetWhileASlowMatchRuns() public {
        // 1..4 make a match for rank 2 that stays open; 5 and 6 meet and one gets rank 1; 7 waits with rank 0.
        for (uint256 i = 1; i <= 4; ++i) {
            _arrive(i, 0);
        }
        _finish(0, 0);
        _finish(0, 0);
        assertEq(matches.length, 1, "the match for rank 2");
        _arrive(5, 0);
        _arrive(6, 0);
        _arrive(7, 0);
        assertFalse(_merge(), "the match of 5 and 6 can still give rank 1");
        _finish(1, 0);
        assertTrue(_merge(), "nobody can arrive below rank 1 now");
        assertEq(matches[1].rank, 2);
        assertEq(matches[1].one, 5, "the higher rank moves first");
        assertEq(matches[1].two, 7);
    }

    function test_merge_needsTwo() public {
        assertFalse(_merge());
        _arrive(1, 0);
        assertFalse(_merge());
        assertEq(matches.length, 0);
    }
}
