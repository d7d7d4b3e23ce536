// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice, Slices} from "../authenticated/Slice.sol";
import {Span, Spans} from "../authenticated/Span.sol";
import {WordTree} from "../authenticated/WordTree.sol";
import {Frame} from "../machine/Frame.sol";
import {Gas} from "../rules/Gas.sol";
import {Limits} from "../rules/Limits.sol";
import {Range, Ranges} from "./Range.sol";
import {Step} from "./Step.sol";

/// @notice The frame's memory: a word tree that grows with zeros and is paid for by the word.
library Memory {
    /// @notice Size in words that an access to the bytes [offset, offset + length) asks for, at least the present one.
    /// @return ok false if no gas could pay for it, which halts the frame. From then on an offset that matters and the
    /// length fit 32 bits.
    function reach(Frame memory frame, uint256 offset, uint256 length) internal pure returns (bool ok, uint256 words) {
        words = frame.memoryWords;
        if (length == 0) return (true, words);
        if (length > Limits.MEMORY_BYTES || offset > Limits.MEMORY_BYTES - length) return (false, 0);
        uint256 needed = wordCount(offset + length);
        return (true, needed > words ? needed : words);
    }

    /// @notice Gas for growing to `words`, which `reach` gave.
    function expansionCost(Frame memory frame, uint256 words) internal pure returns (uint256) {
        return _cost(words) - _cost(frame.memoryWords);
    }

    /// @notice Grows to `words`, which `reach` gave.
    function expand(Frame memory frame, uint256 words) internal pure {
        frame.memoryRoot = WordTree.grow(frame.memoryRoot, frame.memoryWords, words);
        // At most 2^27.
        // forge-lint: disable-next-line(unsafe-typecast)
        frame.memoryWords = uint32(words);
    }

    /// @notice Pays for an access to the bytes [offset, offset + length) and grows as far; false if the frame has too little
    /// gas, which halts it. Otherwise an offset that matters and the length fit 32 bits.
    function grow(Step memory step, uint256 offset, uint256 length) internal pure returns (bool) {
        Frame memory frame = step.frame;
        (bool ok, uint256 words) = reach(frame, offset, length);
        if (!ok || !step.charge(expansionCost(frame, words))) return false;
        expand(frame, words);
        return true;
    }

    /// @notice Words that hold `length` bytes, at most 2^32.
    function wordCount(uint256 length) internal pure returns (uint256) {
        return (length + 31) / 32;
    }

    /// @notice The words that hold the bytes [offset, offset + length) of memory, not none and paid for.
    function range(Step memory step, uint256 offset, uint256 length) internal pure returns (Range memory) {
        Frame memory frame = step.frame;
        return Ranges.take(step, frame.memoryRoot, frame.memoryWords, offset, offset + length);
    }

    /// @notice The bytes [offset, offset + length), paid for; none use no range proof.
    function read(Step memory step, uint256 offset, uint256 length) internal pure returns (Span) {
        if (length == 0) return Spans.create(0, 0);
        return range(step, offset, length).span(offset, length);
    }

    /// @notice The memory's present bytes [offset, offset + length) as a slice; an offset of no bytes is ignored.
    function slice(Frame memory frame, uint256 offset, uint256 length) internal pure returns (Slice memory) {
        return Slices.create(frame.memoryRoot, frame.memoryWords, offset, length);
    }

    function _cost(uint256 words) private pure returns (uint256) {
        return Gas.MEMORY_WORD * words + words * words / Gas.MEMORY_QUADRATIC_DIVISOR;
    }
}
