// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Fate} from "../rules/Backing.sol";
import {ClaimId, TournamentId} from "../types/Ids.sol";

/// @notice What a claim answers, and to which question.
struct Answer {
    TournamentId contest;
    bytes32 boundary;
}

/// @notice What a Rollup that has a settlement contract remembers of its claims. An id is a hash that the Rollup has made, never
/// 0, so that 0 is nobody.
struct VerdictBook {
    mapping(ClaimId => Answer) answers;
    /// @dev The first claim with this boundary.
    mapping(TournamentId => mapping(bytes32 boundary => ClaimId)) candidates;
    /// @dev The claim that a proof has confirmed.
    mapping(TournamentId => ClaimId) settled;
}

using Verdicts for VerdictBook global;

/// @notice What a proof of the boundary says of the claims in a contest. Their tournament goes on, but without effect: nothing of
/// it is read any more.
library Verdicts {
    /// @notice Enters a new claim. Of those with one boundary the first is the candidate: none is eliminated while others may
    /// still be entered.
    function record(VerdictBook storage book, ClaimId claim, Answer memory answer) internal {
        book.answers[claim] = answer;
        mapping(bytes32 => ClaimId) storage candidates = book.candidates[answer.contest];
        if (isNobody(candidates[answer.boundary])) candidates[answer.boundary] = claim;
    }

    /// @notice Whether a proof has settled the contest that the claim is in, and what that makes of it.
    function ruling(VerdictBook storage book, ClaimId claim) internal view returns (bool isSettled, Fate fate) {
        Answer storage answer = book.answers[claim];
        ClaimId winner = book.settled[answer.contest];
        if (isNobody(winner)) return (false, Fate.Open);
        if (winner == claim) return (true, Fate.Open);
        return (true, book.answers[winner].boundary == answer.boundary ? Fate.Superseded : Fate.Lost);
    }

    /// @notice Whether `claim` is none.
    function isNobody(ClaimId claim) internal pure returns (bool) {
        return ClaimId.unwrap(claim) == 0;
    }
}
