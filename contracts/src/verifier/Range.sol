// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../authenticated/Slice.sol";
import {Span, Spans} from "../authenticated/Span.sol";
import {WordTree} from "../authenticated/WordTree.sol";
import {Step} from "./Step.sol";
import {Cursor} from "./Witness.sol";

/// @notice Consecutive words of a word tree, proven, in memory where they may be changed.
struct Range {
    /// Index in the tree of the first word.
    uint256 start;
    /// Height of the tree.
    uint256 height;
    /// The words.
    bytes32[] words;
    /// What else the root depends on.
    bytes32[] siblings;
}

using Ranges for Range global;

/// @notice Reading and writing of word trees through the witness's range proofs, which are used up in order.
library Ranges {
    /// @notice All range proofs are used.
    error MissingRange();
    /// @notice The next range proof has another number of words than the bytes wanted take.
    error WrongRangeWords(uint256 words);
    /// @notice The next range proof does not lead to the root it is read from.
    error WrongRangeRoot(bytes32 root);

    /// @notice The words that hold the bytes [from, to), from < to <= 32 * words, of the tree `root` of `words` words.
    function take(Step memory step, bytes32 root, uint256 words, uint256 from, uint256 to)
        internal
        pure
        returns (Range memory range)
    {
        if (step.witness.ranges == 0) revert MissingRange();
        --step.witness.ranges;
        Cursor memory cursor = Cursor(step.witness.nextRange, type(uint256).max);
        range.words = _readWords(cursor, cursor.readUint(2));
        range.siblings = _readWords(cursor, cursor.readUint(1));
        step.witness.nextRange = cursor.position;

        range.start = from / 32;
        range.height = WordTree.height(words);
        if (range.words.length != (to + 31) / 32 - range.start) revert WrongRangeWords(range.words.length);
        if (range.computeRoot() != root) revert WrongRangeRoot(root);
    }

    /// @notice Root of the tree with the range's words as they are now.
    function computeRoot(Range memory range) internal pure returns (bytes32) {
        return WordTree.rangeRoot(range.start, range.words, range.height, range.siblings);
    }

    /// @notice Where the tree's bytes [from, from + length), which must be in the range, are in memory.
    function span(Range memory range, uint256 from, uint256 length) internal pure returns (Span) {
        bytes32[] memory words = range.words;
        uint256 pointer;
        assembly ("memory-safe") {
            pointer := add(words, 32)
        }
        return Spans.create(pointer + from - 32 * range.start, length);
    }

    /// @notice Bytes [from, from + length) of `slice`, in new memory, zeros beyond its end.
    /// @dev No range proof is used if none of them is inside the slice. `length` is bounded by the caller.
    function read(Step memory step, Slice memory slice, uint256 from, uint256 length)
        internal
        pure
        returns (bytes memory data)
    {
        data = new bytes(length);
        Slice memory inside = slice.part(from, length);
        if (inside.length == 0) return data;
        uint256 source = readSlice(step, inside).pointer();
        uint256 size = inside.length;
        assembly ("memory-safe") {
            mcopy(add(data, 32), source, size)
        }
    }

    /// @notice All bytes of `slice`; an empty one uses no range proof.
    function readSlice(Step memory step, Slice memory slice) internal pure returns (Span) {
        uint256 length = slice.length;
        if (length == 0) return Spans.create(0, 0);
        uint256 from = slice.offset;
        return take(step, slice.root, slice.words, from, from + length).span(from, length);
    }

    function _readWords(Cursor memory cursor, uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        uint256 position = cursor.skip(32 * count);
        assembly ("memory-safe") {
            calldatacopy(add(words, 32), position, shl(5, count))
        }
    }
}
