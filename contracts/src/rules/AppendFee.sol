// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The price of appending, kept in one word.
struct AppendFee {
    /// L1 block of the latest append.
    uint64 l1Block;
    /// Seconds between the L2 time it reached and its L1 time.
    uint64 timeLeft;
    /// What an append in that L1 block costs, wei.
    uint128 fee;
}

/// @notice How the append fee follows demand: it rises while the places of the L1 blocks are taken, so that holding all
/// of them grows the price a thousandfold in 60 blocks, and falls while they are free.
library AppendFees {
    /// @dev An L1 block that leaves less than this is full, seconds: half of a slot.
    uint64 internal constant FULL_BELOW = 6;
    /// @dev A step is this part of the fee, as in EIP-1559.
    uint128 internal constant STEP_DIVISOR = 8;
    /// @dev After this many empty L1 blocks the fee is the floor, whatever it was.
    uint64 internal constant MAX_EMPTY_BLOCKS = 64;

    /// @notice What an append in L1 block `l1Block` costs.
    function inBlock(AppendFee memory last, uint64 l1Block, uint128 floor) internal pure returns (uint128 fee) {
        fee = last.fee;
        if (l1Block <= last.l1Block) return fee;
        uint64 empty = l1Block - last.l1Block - 1;
        if (empty > MAX_EMPTY_BLOCKS) return floor;
        if (last.timeLeft < FULL_BELOW) fee += fee / STEP_DIVISOR;
        else fee -= fee / STEP_DIVISOR;
        for (uint64 i = 0; i < empty && fee > floor; ++i) {
            fee -= fee / STEP_DIVISOR;
        }
        if (fee < floor) fee = floor;
    }
}
