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
    /// @notice Last byte of memory that gas could ever pay for, exclusive.
    uint256 internal constant MEMORY_BYTES = type(uint32).max;
    /// @notice Bytes that one step hashes or reads as a whole.
    uint256 internal constant WHOLE_BYTES = 49_152;
    /// @notice Bytes of memory that one Copy step writes; a chunk never crosses a multiple of it.
    uint256 internal constant COPY_BYTES = 1024;
}
