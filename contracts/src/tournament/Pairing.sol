// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentId} from "../types/Ids.sol";
import {TournamentState} from "../types/TournamentState.sol";

/// @notice Who waits and what runs in a tournament, by win rank. The sets of ranks in use are bitmaps in TournamentState.
struct Bracket {
    /// The commitment that waits with a rank, if that rank's bit is set.
    mapping(uint8 rank => CommitmentId) waiting;
    /// Number of running matches that give their winner a rank.
    mapping(uint8 rank => uint32) running;
}

/// @notice Pairing by win rank, as a binary counter: two commitments of equal rank meet, and the winner's rank is one
/// higher, so a commitment plays at most ceil(log2 N) matches. After joining has closed the leftovers are merged.
library Pairing {
    /// @notice `arriving` has got `rank`: it meets who waits there, or waits.
    /// @return met whether a match starts, whose winner gets `rank + 1`
    /// @return opponent who was waiting, if so
    function arrive(TournamentState storage state, Bracket storage bracket, CommitmentId arriving, uint8 rank)
        internal
        returns (bool met, CommitmentId opponent)
    {
        uint32 bit = uint32(1) << rank;
        met = state.waitingRanks & bit != 0;
        if (met) {
            opponent = bracket.waiting[rank];
            state.waitingRanks &= ~bit;
            _begin(state, bracket, rank + 1);
        } else {
            bracket.waiting[rank] = arriving;
            state.waitingRanks |= bit;
        }
    }

    /// @notice A match whose winner gets `rank` is over.
    function finish(TournamentState storage state, Bracket storage bracket, uint8 rank) internal {
        uint32 left = bracket.running[rank] - 1;
        bracket.running[rank] = left;
        if (left == 0) state.runningRanks &= ~(uint32(1) << rank);
    }

    /// @notice Takes the two lowest waiting commitments, unless a running match could still give its winner a rank up to
    /// the second one's. To call only after joining has closed.
    /// @return met whether a match starts, whose winner gets `rank`, one more than the higher one's
    function merge(TournamentState storage state, Bracket storage bracket)
        internal
        returns (bool met, CommitmentId higher, CommitmentId lower, uint8 rank)
    {
        uint32 waiting = state.waitingRanks;
        uint32 pair = leftovers(waiting, state.runningRanks);
        if (pair == 0) return (false, higher, lower, rank);
        uint32 lowerBit = _lowest(pair);
        uint8 higherRank = _rankOf(pair ^ lowerBit);
        higher = bracket.waiting[higherRank];
        lower = bracket.waiting[_rankOf(lowerBit)];
        state.waitingRanks = waiting ^ pair;
        rank = higherRank + 1;
        _begin(state, bracket, rank);
        met = true;
    }

    /// @notice The bits of the two lowest waiting ranks, if their commitments may meet once joining has closed; else 0.
    function leftovers(uint32 waiting, uint32 running) internal pure returns (uint32) {
        uint32 lower = _lowest(waiting);
        uint32 higher = _lowest(waiting ^ lower);
        if (higher == 0 || running & (higher | (higher - 1)) != 0) return 0;
        return lower | higher;
    }

    /// @notice Whether at least two commitments wait.
    function several(TournamentState storage state) internal view returns (bool) {
        uint32 waiting = state.waitingRanks;
        return waiting != _lowest(waiting);
    }

    /// @notice The waiting commitment of the lowest rank; there must be one.
    function lowest(TournamentState storage state, Bracket storage bracket) internal view returns (CommitmentId) {
        return bracket.waiting[_rankOf(_lowest(state.waitingRanks))];
    }

    function _begin(TournamentState storage state, Bracket storage bracket, uint8 rank) private {
        ++bracket.running[rank];
        state.runningRanks |= uint32(1) << rank;
    }

    /// @dev The lowest bit of `ranks`; 0 when there is none.
    function _lowest(uint32 ranks) private pure returns (uint32) {
        unchecked {
            return ranks & (~ranks + 1);
        }
    }

    /// @dev Index of the only bit of `bit`. Ranks stay under 32: rank r takes more than 2^(r - 2) bonded commitments.
    function _rankOf(uint32 bit) private pure returns (uint8 rank) {
        assembly ("memory-safe") {
            rank := sub(255, clz(bit))
        }
    }
}
