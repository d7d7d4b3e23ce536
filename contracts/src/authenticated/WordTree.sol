// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Merkle tree of 32-byte words: a leaf is the word itself, a node keccak256(left, right), its height the least that
/// has room for all the words, the rest are zeros. Without words the root is zero. Mirrors
/// `engine/src/authenticated/word_tree.rs`.
/// @dev A leaf has no hash of its own, so a node could pass for a word of a lower tree: heights must come from the
/// committed number of words, never from a proof.
library WordTree {
    /// @notice The range is empty or not inside the tree.
    error WrongRange();
    /// @notice The siblings are not exactly those outside the range.
    error WrongSiblings();
    /// @notice A tree cannot lose words.
    error Shrinking();

    /// @notice Levels above the words of a tree of `words` words: ceil(log2(words)), 0 without words.
    function height(uint256 words) internal pure returns (uint256 levels) {
        if (words < 2) return 0;
        assembly ("memory-safe") {
            levels := sub(256, clz(sub(words, 1)))
        }
    }

    /// @notice Root of a tree of 2^level zero words.
    /// @dev Computed: a table would take 1.5 KB in every contract that grows a tree and save some 50 gas a level.
    function zero(uint256 level) internal pure returns (bytes32 root) {
        for (uint256 i = 0; i < level; ++i) {
            root = node(root, root);
        }
    }

    /// @notice keccak256(abi.encode(left, right)).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, left)
            mstore(32, right)
            hash := keccak256(0, 64)
        }
    }

    /// @notice Root of the tree of `toWords` words that begins with the `fromWords` ones under `root` and goes on with zeros.
    function grow(bytes32 root, uint256 fromWords, uint256 toWords) internal pure returns (bytes32) {
        if (toWords < fromWords) revert Shrinking();
        uint256 to = height(toWords);
        if (fromWords == 0) return zero(to);
        uint256 from = height(fromWords);
        bytes32 padding = zero(from);
        for (; from < to; ++from) {
            root = node(root, padding);
            padding = node(padding, padding);
        }
        return root;
    }

    /// @notice Root of the tree of `data`, with zeros up to a whole word.
    function rootOf(bytes memory data) internal pure returns (bytes32) {
        uint256 source;
        uint256 buffer;
        assembly ("memory-safe") {
            source := add(data, 32)
            buffer := mload(0x40)
        }
        return _rootOf(source, data.length, buffer);
    }

    /// @notice `rootOf` of calldata.
    function rootOfCalldata(bytes calldata data) internal pure returns (bytes32) {
        uint256 buffer;
        assembly ("memory-safe") {
            buffer := mload(0x40)
            calldatacopy(buffer, data.offset, data.length)
        }
        return _rootOf(buffer, data.length, buffer);
    }

    /// @notice Root of the tree of that height in which words [start, start + n) are `words` and all others are given by
    /// `siblings`: on each level from the words up the left one, if the range begins with a right child, then the right
    /// one, if it ends with a left child.
    /// @dev To read is to compare the root; to write is to change the words and compute it again with the same siblings.
    function rangeRoot(uint256 start, bytes32[] memory words, uint256 height_, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32 root)
    {
        uint256 count = words.length;
        if (height_ > 255 || count == 0 || count > 2 ** height_ || start > (2 ** height_) - count) revert WrongRange();
        bool exact;
        assembly ("memory-safe") {
            let source := add(words, 32)
            let sibling := add(siblings, 32)
            // level by level in free memory, each over the one below
            let buffer := mload(0x40)
            for {} height_ { height_ := sub(height_, 1) } {
                let target := buffer
                let end := add(source, shl(5, count))
                if and(start, 1) {
                    mstore(0, mload(sibling))
                    mstore(32, mload(source))
                    mstore(target, keccak256(0, 64))
                    sibling := add(sibling, 32)
                    source := add(source, 32)
                    target := add(target, 32)
                }
                for { let pairsEnd := sub(end, and(sub(end, source), 32)) } lt(source, pairsEnd) {} {
                    mstore(target, keccak256(source, 64))
                    source := add(source, 64)
                    target := add(target, 32)
                }
                if lt(source, end) {
                    mstore(0, mload(source))
                    mstore(32, mload(sibling))
                    mstore(target, keccak256(0, 64))
                    sibling := add(sibling, 32)
                    target := add(target, 32)
                }
                source := buffer
                count := shr(5, sub(target, buffer))
                start := shr(1, start)
            }
            root := mload(source)
            // what a missing sibling was taken from does not matter, since then this fails
            exact := eq(sibling, add(siblings, shl(5, add(mload(siblings), 1))))
        }
        if (!exact) revert WrongSiblings();
    }

    /// @dev Root of the tree of `length` bytes from `source` on, made in the buffer, which may begin where they do.
    function _rootOf(uint256 source, uint256 length, uint256 buffer) private pure returns (bytes32 root) {
        assembly ("memory-safe") {
            switch gt(length, 32)
            case 0 {
                // up to one word is its own root; shifting by 256 leaves nothing
                let unused := shl(3, sub(32, length))
                root := shl(unused, shr(unused, mload(source)))
            }
            default {
                let zeros := 0
                let count := shr(5, add(length, 31))
                let rest := and(length, 63)
                let target := buffer
                for { let end := add(source, sub(length, rest)) } lt(source, end) { source := add(source, 64) } {
                    mstore(target, keccak256(source, 64))
                    target := add(target, 32)
                }
                if rest {
                    mcopy(0, source, 64)
                    // zeros from byte `rest` on
                    calldatacopy(rest, calldatasize(), sub(64, rest))
                    mstore(target, keccak256(0, 64))
                }
                for { count := shr(1, add(count, 1)) } gt(count, 1) { count := shr(1, add(count, 1)) } {
                    mstore(0, zeros)
                    mstore(32, zeros)
                    zeros := keccak256(0, 64)
                    if and(count, 1) { mstore(add(buffer, shl(5, count)), zeros) }
                    target := buffer
                    for {
                        let from := buffer
                        let end := add(buffer, shl(5, count))
                    } lt(from, end) { from := add(from, 64) } {
                        mstore(target, keccak256(from, 64))
                        target := add(target, 32)
                    }
                }
                root := mload(buffer)
            }
        }
    }
}
