// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WordTree} from "./WordTree.sol";

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

using Slices for Slice global;

/// @notice Construction of slices. Mirrors `engine/src/authenticated/slice.rs`.
library Slices {
    /// @notice The slice would end beyond byte 2^32 - 1 of its tree, which no reachable memory or batch has.
    error SliceTooFar(uint256 end);

    /// @notice Bytes [offset, offset + length) of the tree `root` of `words` words; what lies beyond its end is cut off.
    function create(bytes32 root, uint32 words, uint256 offset, uint256 length)
        internal
        pure
        returns (Slice memory slice)
    {
        uint256 size = 32 * uint256(words);
        uint256 left = offset < size ? size - offset : 0;
        uint256 kept = length < left ? length : left;
        if (kept == 0) return slice;
        // offset < size and kept <= size - offset, so that nothing overflows.
        if (offset + kept > type(uint32).max) revert SliceTooFar(offset + kept);
        // forge-lint: disable-next-line(unsafe-typecast)
        return Slice(root, words, uint32(offset), uint32(kept));
    }

    /// @notice All of `data`, which no tree holds yet.
    function ofBytes(bytes memory data) internal pure returns (Slice memory slice) {
        if (data.length == 0) return slice;
        // Nothing in the memory of a step is that long.
        // forge-lint: disable-next-line(unsafe-typecast)
        (slice.words, slice.length) = (uint32((data.length + 31) / 32), uint32(data.length));
        slice.root = WordTree.rootOf(data);
    }

    /// @notice Bytes [offset, offset + length) of `slice`; what lies beyond its end is cut off.
    function part(Slice memory slice, uint256 offset, uint256 length) internal pure returns (Slice memory result) {
        uint256 left = offset < slice.length ? slice.length - offset : 0;
        uint256 kept = length < left ? length : left;
        if (kept == 0) return result;
        // offset < slice.length and kept <= slice.length, both uint32.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Slice(slice.root, slice.words, slice.offset + uint32(offset), uint32(kept));
    }
}
