// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "../types/Duration.sol";
import {Instant} from "../types/Instant.sol";

/// @notice One running clock: `remaining` since `since`, with a free allowance for the response under way. What is not
/// used of the allowance is not banked.
library Clock {
    /// @notice The first block in which the clock has run out: equality is expiry.
    function deadline(Duration remaining, Instant since, Duration allowance) internal pure returns (Instant) {
        return since.plus(remaining + allowance);
    }

    /// @notice Whether it has run out at `current`.
    function expired(Duration remaining, Instant since, Duration allowance, Instant current)
        internal
        pure
        returns (bool)
    {
        return !current.isBefore(deadline(remaining, since, allowance));
    }

    /// @notice What is left after a response at `current`, at least nothing.
    function charged(Duration remaining, Instant since, Duration allowance, Instant current)
        internal
        pure
        returns (Duration)
    {
        return remaining.minus(current.since(since).minus(allowance));
    }
}
