// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "./Duration.sol";
import {Instant} from "./Instant.sol";
import {Level} from "./MatchState.sol";

/// @notice Whether a tournament is decided.
enum Status {
    /// No such tournament.
    Absent,
    /// Commitments may join.
    Joining,
    /// Joining has closed; two or more commitments are left.
    Playing,
    /// One commitment is left.
    Won,
    /// None is left.
    NoWinner
}

/// @notice A tournament.
struct TournamentState {
    bool exists;
    Level level;
    /// When the first commitment joined, or the step tournament was opened.
    Instant start;
    /// Clock of a commitment that joins at the start; joining closes when it is used up.
    Duration budget;
    /// Bit r: a commitment of rank r waits.
    uint32 waitingRanks;
    /// Bit r: at least one running match gives its winner rank r.
    uint32 runningRanks;
    /// The first L2 block of the claims in contest.
    uint64 firstBlock;
    /// How many blocks they cover.
    uint16 blocks;
    /// Root: the state before the first slot, known once a second claim has joined.
    bytes32 startState;
}
