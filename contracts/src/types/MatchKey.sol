// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentId, MatchId, TournamentId} from "./Ids.sol";

/// @notice What a match's id commits to. Two commitments meet at most once, so this names one match.
struct MatchKey {
    TournamentId tournament;
    /// Side One: it was waiting (at merging, it has the higher rank), and moves first.
    CommitmentId one;
    /// Side Two: its opening is stored.
    CommitmentId two;
}

using {id} for MatchKey global;

/// @notice The match that `key` opens.
function id(MatchKey memory key) pure returns (MatchId) {
    // keccak256(abi.encode(key)): the encoding of three words is what lies in memory.
    bytes32 hash;
    assembly ("memory-safe") {
        hash := keccak256(key, 0x60)
    }
    return MatchId.wrap(hash);
}
