// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What a walk along the claims that a root bond backs does at one of them.
enum Step {
    /// Goes on to its parent, which is undecided.
    Climb,
    /// Stays: nothing is lost for good yet, or the loss is the creator's own, which a split takes.
    Stand,
    /// Burns the bond.
    Burn
}

/// @notice How a root bond answers for the claims it backs.
library Backing {
    /// @notice What a walk does at a claim.
    /// @param lost whether the claim is eliminated
    /// @param isFinal whether its parent is confirmed, so that nothing below can change that
    /// @param own whether the bond created it
    function step(bool lost, bool isFinal, bool own) internal pure returns (Step) {
        if (!isFinal) return Step.Climb;
        return lost && !own ? Step.Burn : Step.Stand;
    }
}
