// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Side} from "./MatchState.sol";

/// @notice A refundable move in a match.
struct Move {
    /// For whom it was made.
    Side side;
    /// Who sent it.
    address mover;
    /// Wei to refund, from the other side's bond, if `side` wins.
    uint256 refund;
}

using {chain} for Move global;

/// @notice The hash chain `previous` with `move` added.
function chain(Move memory move, bytes32 previous) pure returns (bytes32) {
    return keccak256(abi.encode(previous, move.side, move.mover, move.refund));
}
