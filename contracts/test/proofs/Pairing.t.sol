// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bracket, Pairing} from "../../src/tournament/Pairing.sol";
import {CommitmentId} from "../../src/types/Ids.sol";
import {TournamentState} from "../../src/types/TournamentState.sol";
import {Proof} from "./Proof.sol";

/// @notice Pairing's bitmaps against what they stand for, for all sets of ranks under 32; a rank above 30 would take more
/// than 2^28 bonds.
contract PairingProof is Proof {
    TournamentState private _state;
    Bracket private _bracket;

    /// Who arrives meets exactly who waits with its rank; otherwise it waits.
    function check_arrive(
        uint32 waiting,
        uint32 runningRanks,
        uint32 running,
        uint8 rank,
        CommitmentId there,
        CommitmentId arriving
    ) public {
        vm.assume(rank <= 30 && running < type(uint32).max);
        _set(waiting, runningRanks);
        _bracket.waiting[rank] = there;
        _bracket.running[rank + 1] = running;
        (bool met, CommitmentId opponent) = Pairing.arrive(_state, _bracket, arriving, rank);
        assert(met == _has(waiting, rank));
        if (met) {
            assert(opponent == there);
            assert(_state.waitingRanks == waiting - _bit(rank));
            assert(_state.runningRanks == runningRanks | _bit(rank + 1));
            assert(_bracket.running[rank + 1] == running + 1);
        } else {
            assert(_bracket.waiting[rank] == arriving);
            assert(_state.waitingRanks == waiting + _bit(rank));
            assert(_state.runningRanks == runningRanks);
            assert(_bracket.running[rank + 1] == running);
        }
    }

    /// A rank runs until the last of its matches is over.
    function check_finish(uint32 waiting, uint32 runningRanks, uint32 running, uint8 rank) public {
        vm.assume(rank < 32 && _has(runningRanks, rank) && running > 0);
        _set(waiting, runningRanks);
        _bracket.running[rank] = running;
        Pairing.finish(_state, _bracket, rank);
        assert(_bracket.running[rank] == running - 1);
        assert(_state.waitingRanks == waiting);
        assert(_state.runningRanks == (running == 1 ? runningRanks - _bit(rank) : runningRanks));
    }

    /// Of ranks a < b, the two lowest that wait, b's commitment is side One against a's, unless a running match could still
    /// give its winner a rank up to b. Their winner gets b + 1.
    function check_merge_takesTheTwoLowest(
        uint32 waiting,
        uint32 running,
        uint8 a,
        uint8 b,
        CommitmentId first,
        CommitmentId second
    ) public {
        vm.assume(a < b && b <= 30);
        vm.assume(_has(waiting, b) && _upTo(waiting, b - 1) == _bit(a));
        _set(waiting, running);
        _bracket.waiting[a] = first;
        _bracket.waiting[b] = second;
        (bool met, CommitmentId higher, CommitmentId lower, uint8 rank) = Pairing.merge(_state, _bracket);
        assert(met == (_upTo(running, b) == 0));
        if (met) {
            assert(higher == second && lower == first && rank == b + 1);
            assert(_state.waitingRanks == waiting - _bit(a) - _bit(b));
            assert(_state.runningRanks == running | _bit(b + 1));
            assert(_bracket.running[b + 1] == 1);
        } else {
            assert(_state.waitingRanks == waiting && _state.runningRanks == running);
        }
    }

    /// One alone waits on.
    function check_merge_takesTwo(uint32 running, uint8 rank, bool any) public {
        vm.assume(rank < 32);
        uint32 waiting = any ? _bit(rank) : 0;
        _set(waiting, running);
        (bool met,,,) = Pairing.merge(_state, _bracket);
        assert(!met);
        assert(_state.waitingRanks == waiting && _state.runningRanks == running);
    }

    /// The views by which a tournament tells whether it is decided, and for whom.
    function check_severalAndLowest(uint32 waiting, uint8 a, uint8 b, CommitmentId first) public {
        vm.assume(a < 32 && b < 32 && _has(waiting, a) && _upTo(waiting, a) == _bit(a));
        _set(waiting, 0);
        _bracket.waiting[a] = first;
        assert(Pairing.lowest(_state, _bracket) == first);
        if (waiting == _bit(a)) assert(!Pairing.several(_state));
        if (b != a && _has(waiting, b)) assert(Pairing.several(_state));
    }

    function _set(uint32 waiting, uint32 running) private {
        _state.waitingRanks = waiting;
        _state.runningRanks = running;
    }

    function _bit(uint8 rank) private pure returns (uint32) {
        return uint32(1) << rank;
    }

    function _has(uint32 ranks, uint8 rank) private pure returns (bool) {
        return (ranks >> rank) & 1 == 1;
    }

    /// @dev Those of `ranks` that are at most `rank`, which is under 32.
    function _upTo(uint32 ranks, uint8 rank) private pure returns (uint32) {
        return ranks << (31 - rank) >> (31 - rank);
    }
}
