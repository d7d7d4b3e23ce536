// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Bytes somewhere in memory, referred to and not copied: `pointer << 32 | length`.
/// @dev Both parts fit 32 bits, since 2^32 bytes of memory would cost 2^45 gas.
type Span is uint256;

using Spans for Span global;

/// @notice Reading of spans.
library Spans {
    /// @notice The span of `length` bytes from `pointer` on.
    function create(uint256 pointer_, uint256 length_) internal pure returns (Span) {
        return Span.wrap((pointer_ << 32) | length_);
    }

    /// @notice The span of `data`'s bytes.
    function from(bytes memory data) internal pure returns (Span span) {
        assembly ("memory-safe") {
            span := or(shl(32, add(data, 32)), mload(data))
        }
    }

    /// @notice Where the span's first byte is.
    function pointer(Span span) internal pure returns (uint256) {
        return Span.unwrap(span) >> 32;
    }

    /// @notice Bytes in the span.
    function length(Span span) internal pure returns (uint256) {
        return Span.unwrap(span) & type(uint32).max;
    }

    /// @notice A copy of the span's bytes.
    function toBytes(Span span) internal pure returns (bytes memory copy) {
        uint256 source = span.pointer();
        uint256 size = span.length();
        assembly ("memory-safe") {
            copy := mload(0x40)
            let end := add(add(copy, 32), size)
            mstore(copy, size)
            mcopy(add(copy, 32), source, size)
            // zero up to the next whole word
            mstore(end, 0)
            mstore(0x40, and(add(end, 31), not(31)))
        }
    }

    /// @notice keccak256 of the span's bytes.
    function hash(Span span) internal pure returns (bytes32 result) {
        uint256 start = span.pointer();
        uint256 size = span.length();
        assembly ("memory-safe") {
            result := keccak256(start, size)
        }
    }

    /// @notice The first byte of a span that is not empty.
    function first(Span span) internal pure returns (bytes1 result) {
        uint256 start = span.pointer();
        assembly ("memory-safe") {
            result := and(mload(start), shl(248, 0xff))
        }
    }
}
