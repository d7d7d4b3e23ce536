// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimId, commitmentId, rootTournament} from "./Ids.sol";

/// @notice What a claim's id commits to. Verbs take the key, so the contract stores one word a claim.
struct ClaimKey {
    /// The claim it extends.
    ClaimId parent;
    /// Which contest under that parent it entered; 0 unless an earlier one ended without a winner.
    uint32 round;
    /// Root of the slot commitment over its domain.
    bytes32 traceRoot;
    /// Hash of the machine at the end of its domain.
    bytes32 boundary;
}

using {id} for ClaimKey global;

/// @notice The claim that `key` opens.
function id(ClaimKey memory key) pure returns (ClaimId) {
    return commitmentId(rootTournament(key.parent, key.round), key.traceRoot, key.boundary).claim();
}
