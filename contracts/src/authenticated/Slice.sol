// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A part of a word tree's bytes. Byte i reads 0 iff i >= length; length 0 is the all-zero slice.
/// @dev offset + length never exceeds 32 * words.
struct Slice {
    /// Root of the word tree.
    bytes32 root;
    /// Its size in 32-byte words.
    uint32 words;
    /// First byte of the slice.
    uint32 offset;
    /// Bytes in the slice.
    uint32 length;
}
