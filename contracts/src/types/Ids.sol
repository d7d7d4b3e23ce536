// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A tournament. A root tournament: keccak256(parent claim, round); a step tournament: the id of the slot
/// match that opened it.
type TournamentId is bytes32;

/// @notice A commitment in a tournament: keccak256(tournament, root, last leaf).
type CommitmentId is bytes32;

/// @notice A claim: its commitment's id in the root tournament, keccak256(keccak256(parent, round), traceRoot,
/// boundary).
type ClaimId is bytes32;

/// @notice A match: keccak256(tournament, one, two).
type MatchId is bytes32;

/// @notice A root bond, numbered from 1.
type BondId is uint64;

using {equalCommitments as ==, claim} for CommitmentId global;
using {equalBonds as ==} for BondId global;
using {equalClaims as ==, differentClaims as !=, commitment} for ClaimId global;

function equalCommitments(CommitmentId a, CommitmentId b) pure returns (bool) {
    return CommitmentId.unwrap(a) == CommitmentId.unwrap(b);
}

function equalClaims(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) == ClaimId.unwrap(b);
}

function differentClaims(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) != ClaimId.unwrap(b);
}

function equalBonds(BondId a, BondId b) pure returns (bool) {
    return BondId.unwrap(a) == BondId.unwrap(b);
}

/// @notice The claim that a commitment of a root tournament makes.
function claim(CommitmentId id) pure returns (ClaimId) {
    return ClaimId.wrap(CommitmentId.unwrap(id));
}

/// @notice The commitment of a claim in its root tournament.
function commitment(ClaimId id) pure returns (CommitmentId) {
    return CommitmentId.wrap(ClaimId.unwrap(id));
}

/// @notice The root tournament over the children of `parent`.
function rootTournament(ClaimId parent, uint32 round) pure returns (TournamentId) {
    return TournamentId.wrap(keccak256(abi.encode(parent, round)));
}

/// @notice The step tournament that a slot match opens.
function stepTournament(MatchId slotMatch) pure returns (TournamentId) {
    return TournamentId.wrap(MatchId.unwrap(slotMatch));
}

/// @notice The commitment (`root`, `last`) in `tournament`. Keyed by both, since a first claim's last leaf is proven
/// only at its first turn: the honest root with a wrong boundary must be another commitment.
function commitmentId(TournamentId tournament, bytes32 root, bytes32 last) pure returns (CommitmentId) {
    return CommitmentId.wrap(keccak256(abi.encode(tournament, root, last)));
}
