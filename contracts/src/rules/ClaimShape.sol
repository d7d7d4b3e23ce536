// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Sizes of a claim's domain and of its commitments (DESIGN 5).
library ClaimShape {
    /// @notice The round in the key of a claim that nobody proposed: a proof has made it. No contest has it.
    uint32 internal constant UNPROPOSED = type(uint32).max;
    /// @notice Slots of a block: its begin, 1022 entries, its end.
    uint32 internal constant SLOTS_PER_BLOCK = 1024;
    /// @notice Blocks of a domain, at most.
    uint16 internal constant MAX_BLOCKS = 1024;
    /// @notice Height of a slot commitment: 1024 blocks of 1024 slots.
    uint8 internal constant SLOT_HEIGHT = 20;
    /// @notice Height of a step commitment: a slot takes fewer than 2^24 steps.
    uint8 internal constant STEP_HEIGHT = 24;
}
