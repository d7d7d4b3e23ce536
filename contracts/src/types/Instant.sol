// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "./Duration.sol";

/// @notice A point in time: the number of an L1 block. Another type than a Duration, so that no deadline is added to
/// a deadline.
type Instant is uint40;

using {plus, since, until, isBefore, orLater} for Instant global;

/// @notice The block of this transaction.
function currentInstant() view returns (Instant) {
    return Instant.wrap(uint40(block.number));
}

/// @notice The instant `duration` later.
function plus(Instant instant, Duration duration) pure returns (Instant) {
    return Instant.wrap(Instant.unwrap(instant) + Duration.unwrap(duration));
}

/// @notice Time from `earlier` to `instant`; reverts when `earlier` is later.
function since(Instant instant, Instant earlier) pure returns (Duration) {
    return Duration.wrap(Instant.unwrap(instant) - Instant.unwrap(earlier));
}

/// @notice Time from `instant` until `later`; zero when that is past.
function until(Instant instant, Instant later) pure returns (Duration) {
    return isBefore(instant, later) ? since(later, instant) : Duration.wrap(0);
}

/// @notice The later of two instants.
function orLater(Instant instant, Instant other) pure returns (Instant) {
    return isBefore(instant, other) ? other : instant;
}

/// @notice Whether `instant` is strictly before `other`.
function isBefore(Instant instant, Instant other) pure returns (bool) {
    return Instant.unwrap(instant) < Instant.unwrap(other);
}
