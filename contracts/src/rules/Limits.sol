// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Bounds that Ethereum's rules or this protocol set.
library Limits {
    /// @notice Items on a stack.
    uint256 internal constant STACK_ITEMS = 1024;
    /// @notice Depth of the deepest frame.
    uint256 internal constant CALL_DEPTH = 1024;
    /// @notice Bytes of a deployed code (EIP-170).
    uint256 internal constant CODE_BYTES = 24_576;
    /// @notice Bytes of an initcode (EIP-3860).
    uint256 internal constant INITCODE_BYTES = 49_152;
    /// @notice Blocks back that BLOCKHASH sees.
    uint256 internal constant BLOCKHASH_WINDOW = 256;
    /// @notice Slots of the history contract's ring of block hashes (EIP-2935).
    uint256 internal constant HISTORY_WINDOW = 8191;
    /// @notice Where memory ends at the latest: no gas could pay for more.
    uint256 internal constant MEMORY_BYTES = type(uint32).max;
    /// @notice Bytes that one step hashes or reads as a whole.
    uint256 internal constant WHOLE_BYTES = 49_152;
    /// @notice Bytes of memory that one Copy step writes; a chunk never crosses a multiple of it.
    uint256 internal constant COPY_BYTES = 1024;
    /// @notice Slots of a block: its begin, its batch's entries, its end.
    uint256 internal constant BLOCK_SLOTS = 1024;
}
