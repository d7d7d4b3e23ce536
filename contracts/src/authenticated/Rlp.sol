// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "./Span.sol";

/// @notice Encoding of RLP (Yellow Paper, appendix B).
/// @dev `encode...` give new bytes. `write...` store at a pointer and return the one past what they wrote; the caller
/// owns the memory, of which up to 32 bytes beyond may be overwritten, and encodes left to right.
library Rlp {
    /// @notice First byte of an empty string, and what its length is added to in the header of a string.
    uint8 internal constant STRING = 0x80;
    /// @notice First byte of an empty list, and what its length is added to in the header of a list.
    uint8 internal constant LIST = 0xc0;

    /// @notice The string `data`.
    function encodeBytes(bytes memory data) internal pure returns (bytes memory) {
        if (data.length == 1 && uint8(data[0]) < STRING) return data;
        return _encode(STRING, data);
    }

    /// @notice The integer `value`: its big-endian bytes without leading zeros.
    function encodeUint(uint256 value) internal pure returns (bytes memory) {
        uint256 start = reserve();
        return finish(start, writeUint(start, value));
    }

    /// @notice The 32 bytes of `value`.
    function encodeBytes32(bytes32 value) internal pure returns (bytes memory) {
        uint256 start = reserve();
        return finish(start, writeBytes32(start, value));
    }

    /// @notice The 20 bytes of `value`.
    function encodeAddress(address value) internal pure returns (bytes memory) {
        uint256 start = reserve();
        assembly ("memory-safe") {
            mstore8(start, 0x94)
            mstore(add(start, 1), shl(96, value))
        }
        return finish(start, start + 21);
    }

    /// @notice The list of the items whose encodings are concatenated in `items`.
    function encodeList(bytes memory items) internal pure returns (bytes memory) {
        return _encode(LIST, items);
    }

    /// @notice Writes the header of a string or list (`kind`) of `length` bytes.
    function writeHeader(uint256 pointer, uint256 kind, uint256 length) internal pure returns (uint256) {
        // A length is below 2^32, a kind below 2^8.
        unchecked {
            if (length < 56) {
                assembly ("memory-safe") {
                    mstore8(pointer, add(kind, length))
                }
                return pointer + 1;
            }
            uint256 size = _byteCount(length);
            assembly ("memory-safe") {
                mstore8(pointer, add(add(kind, 55), size))
                mstore(add(pointer, 1), shl(sub(256, shl(3, size)), length))
            }
            return pointer + 1 + size;
        }
    }

    /// @notice Writes `value` as `encodeUint` gives it.
    function writeUint(uint256 pointer, uint256 value) internal pure returns (uint256) {
        unchecked {
            if (value < STRING) {
                assembly ("memory-safe") {
                    mstore8(pointer, or(value, shl(7, iszero(value))))
                }
                return pointer + 1;
            }
            uint256 size = _byteCount(value);
            assembly ("memory-safe") {
                mstore8(pointer, add(0x80, size))
                mstore(add(pointer, 1), shl(sub(256, shl(3, size)), value))
            }
            return pointer + 1 + size;
        }
    }

    /// @notice Writes `value` as `encodeBytes32` gives it.
    function writeBytes32(uint256 pointer, bytes32 value) internal pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                mstore8(pointer, 0xa0)
                mstore(add(pointer, 1), value)
            }
            return pointer + 33;
        }
    }

    /// @notice Writes a copy of the bytes of `span`.
    function writeSpan(uint256 pointer, Span span) internal pure returns (uint256) {
        uint256 source = span.pointer();
        uint256 length = span.length();
        unchecked {
            assembly ("memory-safe") {
                mcopy(pointer, source, length)
            }
            return pointer + length;
        }
    }

    /// @notice Where to write bytes that `finish` will make a `bytes`. Until then nothing else may allocate.
    function reserve() internal pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(mload(0x40), 32)
        }
    }

    /// @notice The bytes written from `start`, which `reserve` gave, to `end`.
    function finish(uint256 start, uint256 end) internal pure returns (bytes memory data) {
        assembly ("memory-safe") {
            data := sub(start, 32)
            mstore(data, sub(end, start))
            // zero up to the next whole word
            mstore(end, 0)
            mstore(0x40, and(add(end, 31), not(31)))
        }
    }

    function _encode(uint256 kind, bytes memory data) private pure returns (bytes memory) {
        uint256 start = reserve();
        return finish(start, writeSpan(writeHeader(start, kind, data.length), Spans.from(data)));
    }

    /// @dev Bytes of the big-endian `value` without leading zeros.
    function _byteCount(uint256 value) private pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := sub(32, shr(3, clz(value)))
        }
    }
}
