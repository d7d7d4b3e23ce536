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
        uint256 source;
        uint256 sibling;
        uint256 buffer;
        assembly ("memory-safe") {
            source := add(words, 32)
            sibling := add(siblings, 32)
            buffer := mload(0x40)
        }
        // Level by level in free memory, each over the one below. What a missing sibling is read from does not matter, since
        // their number is checked in the end. Nothing overflows: memory is smaller than 2^32, heights are below 2^8.
        unchecked {
            for (; height_ != 0; --height_) {
                uint256 target = buffer;
                uint256 end = source + 32 * count;
                if (start & 1 != 0) {
                    _hashPair(sibling, source, target);
                    (sibling, source, target) = (sibling + 32, source + 32, target + 32);
                }
                target = _hashPairs(source, end, target);
                if ((end - source) & 32 != 0) {
                    _hashPair(end - 32, sibling, target);
                    (sibling, target) = (sibling + 32, target + 32);
                }
                (source, count, start) = (buffer, (target - buffer) / 32, start / 2);
            }
        }
        bool exact;
        assembly ("memory-safe") {
            exact := eq(sibling, add(siblings, shl(5, add(mload(siblings), 1))))
            root := mload(source)
        }
        if (!exact) revert WrongSiblings();
    }

    /// @dev Root of the tree of `length` bytes from `source` on, made in the buffer, which may begin where they do.
    function _rootOf(uint256 source, uint256 length, uint256 buffer) private pure returns (bytes32 root) {
        unchecked {
            uint256 rest = length % 64;
            if (length <= 32) {
                // one word, or none
                assembly ("memory-safe") {
                    let unused := shl(3, sub(32, length))
                    root := shl(unused, shr(unused, mload(source)))
                }
                return root;
            }
            uint256 end = _hashPairs(source, source + length - rest, buffer);
            if (rest != 0) {
                source += length - rest;
                assembly ("memory-safe") {
                    mcopy(0, source, 64)
                    // zeros from byte `rest` on
                    calldatacopy(rest, calldatasize(), sub(64, rest))
                    mstore(end, keccak256(0, 64))
                }
                end += 32;
            }
            bytes32 zeros = 0;
            while (end - buffer > 32) {
                zeros = node(zeros, zeros);
                if ((end - buffer) & 32 != 0) {
                    assembly ("memory-safe") {
                        mstore(end, zeros)
                    }
                    end += 32;
                }
                end = _hashPairs(buffer, end, buffer);
            }
            assembly ("memory-safe") {
                root := mload(buffer)
            }
        }
    }

    /// @dev Writes keccak256 of each whole pair of words in [source, end) to `target` and on, and returns where that ends. The
    /// target may be the source: what is read lies ahead of what is written.
    function _hashPairs(uint256 source, uint256 end, uint256 target) private pure returns (uint256 targetEnd) {
        assembly ("memory-safe") {
            for {} lt(add(source, 255), end) { source := add(source, 256) } {
                mstore(target, keccak256(source, 64))
                mstore(add(target, 32), keccak256(add(source, 64), 64))
                mstore(add(target, 64), keccak256(add(source, 128), 64))
                mstore(add(target, 96), keccak256(add(source, 192), 64))
                target := add(target, 128)
            }
            for {} lt(add(source, 63), end) { source := add(source, 64) } {
                mstore(target, keccak256(source, 64))
                target := add(target, 32)
            }
            targetEnd := target
        }
    }

    /// @dev Writes keccak256 of the words at `left` and `right` to `target`.
    function _hashPair(uint256 left, uint256 right, uint256 target) private pure {
        assembly ("memory-safe") {
            mstore(0, mload(left))
            mstore(32, mload(right))
            mstore(target, keccak256(0, 64))
        }
    }
}
