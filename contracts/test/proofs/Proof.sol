// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";

import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";

/// @notice What the proofs share. Each function named `check_` states something about all values of its parameters, which
/// scripts/prove has halmos prove: it fails on an assertion that any value breaks. A call that reverts proves nothing
/// unless the check says otherwise.
abstract contract Proof is CommonBase {
    /// @dev Three of these add up without overflow: 2^38 L1 blocks are 100,000 years.
    uint256 internal constant REALISTIC_TIME = 2 ** 38;

    function _realistic(Duration duration) internal pure returns (bool) {
        return Duration.unwrap(duration) < REALISTIC_TIME;
    }

    function _realistic(Instant instant) internal pure returns (bool) {
        return Instant.unwrap(instant) < REALISTIC_TIME;
    }

    /// @dev As a number too wide to overflow here.
    function _n(Duration duration) internal pure returns (uint256) {
        return Duration.unwrap(duration);
    }

    /// @dev As a number too wide to overflow here.
    function _n(Instant instant) internal pure returns (uint256) {
        return Instant.unwrap(instant);
    }
}
