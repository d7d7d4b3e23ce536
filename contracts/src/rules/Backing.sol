// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What a walk along the claims that a root bond backs does at one of them.
enum Step {
    /// Goes on to its parent, which is undecided.
    Climb,
    /// Stays: nothing is lost for good yet, or the loss is one that a split takes.
    Stand,
    /// Burns the bond.
    Burn,
    /// Frees the bond: nothing that it backs counts any more.
    Free
}

/// @notice What is known of a claim.
enum Fate {
    Open,
    Lost,
    /// A proof has confirmed another claim with its boundary.
    Superseded
}

/// @notice How a root bond answers for the claims it backs.
library Backing {
    /// @notice What a walk does at a claim.
    /// @param isFinal whether its parent is confirmed, so that nothing below can change its fate
    /// @param splits whether a split takes the bond for it: the bond created it, and it was eliminated in a match
    function step(Fate fate, bool isFinal, bool splits) internal pure returns (Step) {
        if (!isFinal) return Step.Climb;
        if (fate == Fate.Superseded) return Step.Free;
        return fate == Fate.Lost && !splits ? Step.Burn : Step.Stand;
    }
}
