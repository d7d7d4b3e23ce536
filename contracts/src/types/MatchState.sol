// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "./Duration.sol";
import {Instant} from "./Instant.sol";

/// @notice The two sides of a match.
enum Side {
    One,
    Two
}

/// @notice What a tournament contests: the boundaries of a claim's slots, or the machine's steps in one slot.
enum Level {
    Slots,
    Steps
}

/// @notice Where a match stands.
enum Phase {
    /// No such match.
    Absent,
    /// The sides take turns.
    Turning,
    /// A slot match whose step tournament decides it; both clocks stand still.
    InSteps,
    /// A step match down to one transition, waiting for its proof; both clocks run.
    Sealed,
    /// Over.
    Settled
}

/// @notice Who won a settled match.
enum Outcome {
    Undecided,
    One,
    Two,
    Neither
}

/// @notice Why a match was settled.
enum Reason {
    /// A clock, or both, ran out.
    Timeout,
    /// A step was proven.
    Proof,
    /// Its step tournament is over.
    StepTournament
}

/// @notice Both clocks of a match. While turning, only the side to move is charged; while sealed, both are.
struct Clocks {
    /// Time side One has left, as of `since`.
    Duration one;
    /// Time side Two has left, as of `since`.
    Duration two;
    /// When the last charge was made.
    Instant since;
}

/// @notice A match. All of its nodes are at `height`; at height 0 they are leaves: machine hashes.
struct MatchState {
    Phase phase;
    Level level;
    /// Who gives the next opening.
    Side toMove;
    Outcome outcome;
    /// Meaningful once settled.
    Reason reason;
    /// Whether side One still owes the opening of its root.
    bool owing;
    /// Win rank of the winner to be.
    uint8 rank;
    /// Height of the two nodes in their trees.
    uint8 height;
    /// Height of `agreed` in the trees.
    uint8 agreedHeight;
    /// Path to the two nodes from the roots; at height 0 the index of the contested leaf.
    uint32 position;
    Clocks clocks;
    /// Side One's node, on which it differs from Two's. While it owes its opening, its commitment's id.
    bytes32 nodeOne;
    /// Side Two's.
    bytes32 nodeTwo;
    /// Root of the nearest subtree on the left on which the sides agree; its last leaf is the state before the
    /// contested leaf. At height 0 that state itself, as it is from the beginning when nothing lies to the left.
    bytes32 agreed;
    /// Hash chain over the moves, for refunds.
    bytes32 moves;
}
