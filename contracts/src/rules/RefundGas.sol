// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Gas that a lost bond refunds for each verb: fixed, so that nobody gains by wasting gas, and rounded up from
// snapshots/Dispute.json. Only a proof is metered, since nobody but the step decides what it takes. The price is capped by
// the deployment.

/// @dev ITournament.openRoot.
uint256 constant OPEN_ROOT_GAS = 110_000;

/// @dev ITournament.turn.
uint256 constant TURN_GAS = 100_000;

/// @dev ITournament.lastTurn.
uint256 constant LAST_TURN_GAS = 140_000;

/// @dev ITournament.resolve without the proof.
uint256 constant RESOLVE_GAS = 140_000;

/// @dev The proof in ITournament.resolve, at most: the dearest step there is (DESIGN 4), so that none costs the honest side.
uint256 constant PROOF_GAS = 11_000_000;

/// @dev The longest honest line of a dispute, with joining and settling (DESIGN 8): a third of a bond pays for it.
uint256 constant LONGEST_LINE_GAS = 13_500_000;
