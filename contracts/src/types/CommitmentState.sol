// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "./Duration.sol";
import {Side} from "./MatchState.sol";

/// @notice Where a commitment stands in its tournament.
enum Standing {
    /// Not joined; or a tournament's first commitment that nobody has met yet.
    Absent,
    Waiting,
    Playing,
    /// Lost for ever.
    Eliminated
}

/// @notice A commitment's state in its tournament.
struct CommitmentState {
    Standing standing;
    /// Matches won, except that a merge lifts its winner above both.
    uint8 rank;
    /// Step level: which side's leaf of the slot match it ends in.
    Side side;
    /// Step level: whether its bond has been released or split.
    bool bondSettled;
    /// Time left on its clock while it waits; while it plays, the match holds it.
    Duration remaining;
    /// Step level: whose bond stands behind it. At the root the Rollup keeps the bonds.
    address owner;
    /// Its root; zero while a first commitment owes its opening.
    bytes32 root;
}
