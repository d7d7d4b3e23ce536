// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A number of L1 blocks.
type Duration is uint40;

using {add as +, lessThan as <, equals as ==, minus, times, min, max} for Duration global;

function add(Duration a, Duration b) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) + Duration.unwrap(b));
}

function lessThan(Duration a, Duration b) pure returns (bool) {
    return Duration.unwrap(a) < Duration.unwrap(b);
}

function equals(Duration a, Duration b) pure returns (bool) {
    return Duration.unwrap(a) == Duration.unwrap(b);
}

/// @notice `a - b`, or zero when that would be negative.
function minus(Duration a, Duration b) pure returns (Duration) {
    return a < b ? Duration.wrap(0) : Duration.wrap(Duration.unwrap(a) - Duration.unwrap(b));
}

/// @notice `a` repeated `n` times.
function times(Duration a, uint40 n) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) * n);
}

function min(Duration a, Duration b) pure returns (Duration) {
    return a < b ? a : b;
}

function max(Duration a, Duration b) pure returns (Duration) {
    return a < b ? b : a;
}
