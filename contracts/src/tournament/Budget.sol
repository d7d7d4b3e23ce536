// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "../types/Duration.sol";
import {Instant} from "../types/Instant.sol";
import {Clocks} from "../types/MatchState.sol";

/// @notice What a commitment has on its clock before it plays: when it joins, in a step tournament, and after one.
/// @dev C, G, T and A are censorship, response, build and budget of Timing.
library Budget {
    /// @notice What one has that joins at `current`: what is left until joining closes, so that lateness is charged.
    function ofJoiner(Instant closing, Instant current) internal pure returns (Duration) {
        return closing.since(current);
    }

    /// @notice What a step tournament begins with: what the better clock of its match has left.
    function ofSteps(Clocks memory clocks) internal pure returns (Duration) {
        return clocks.one.max(clocks.two);
    }

    /// @notice What the winner of a slot match goes on with when its step commitment had `rest` left of `budget`. The
    /// refill of T + 2G keeps repeated step tournaments from draining the honest side's clock.
    function afterSteps(Duration budget, Duration rest, Duration build, Duration response)
        internal
        pure
        returns (Duration)
    {
        return budget.min(rest + build + response + response);
    }

    /// @notice The least A, C + T + 3G: with less the honest side can lose at a step join without a mistake.
    function least(Duration censorship, Duration response, Duration build) internal pure returns (Duration) {
        return censorship + build + response + response + response;
    }
}
