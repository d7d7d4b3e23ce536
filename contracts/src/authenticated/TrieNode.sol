// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Nibbles} from "./Nibbles.sol";
import {Rlp} from "./Rlp.sol";
import {Fault, RlpReader} from "./RlpReader.sol";
import {Span, Spans} from "./Span.sol";

/// @notice A leaf or an extension of a Merkle-Patricia trie.
struct ShortNode {
    /// Whether it is a leaf.
    bool isLeaf;
    /// Its part of the path, trimmed: to the path's end in a leaf, at least one nibble in an extension.
    bytes32 nibbles;
    /// Nibbles in it.
    uint256 count;
    /// The encoded item: a leaf's value as an RLP string, an extension's link to the branch below.
    Span item;
}

/// @notice Reading and making the nodes of a Merkle-Patricia trie (Yellow Paper, appendix D) whose paths have 64 nibbles, so
/// that values are only in leaves. A link, as its parent encodes it, is an empty string (nothing), a string of 32
/// bytes (a node's hash) or a node of fewer than 32 bytes itself.
library TrieNode {
    /// @notice The bytes are no trie node, or not one that can be where it is.
    error MalformedNode();
    /// @notice A branch holds a value, but no path ends at a branch.
    error BranchWithValue();

    /// @notice Children of a branch.
    uint256 internal constant CHILDREN = 16;
    /// @notice Bytes of a link by hash.
    uint256 internal constant HASH_LINK = 33;

    /// @notice The items of `node`, a list that fills it.
    function items(Span node) internal pure returns (Span) {
        uint256 start = node.pointer();
        (Fault fault, bool isList, uint256 payload, uint256 length) = RlpReader.parse(start, start + node.length());
        if (fault != Fault.None || !isList || payload + length != start + node.length()) revert MalformedNode();
        return Spans.create(payload, length);
    }

    /// @notice Whether there are exactly two items: a leaf or an extension, or nothing valid.
    function isShort(Span items_) internal pure returns (bool) {
        uint256 end = items_.pointer() + items_.length();
        (Fault fault,, uint256 payload, uint256 length) = RlpReader.parse(items_.pointer(), end);
        if (fault != Fault.None) revert MalformedNode();
        (fault,, payload, length) = RlpReader.parse(payload + length, end);
        return fault == Fault.None && payload + length == end;
    }

    /// @notice The leaf or extension of these two items, `depth` nibbles below the root.
    function readShort(Span items_, uint256 depth) internal pure returns (ShortNode memory short) {
        (, bool isList, uint256 payload, uint256 length) =
            RlpReader.parse(items_.pointer(), items_.pointer() + items_.length());
        if (isList) revert MalformedNode();
        (short.isLeaf, short.nibbles, short.count) = _readPath(payload, length);
        uint256 left = Nibbles.WHOLE - depth;
        if (short.isLeaf ? short.count != left : short.count == 0 || short.count >= left) revert MalformedNode();

        uint256 start = payload + length;
        uint256 end = items_.pointer() + items_.length();
        short.item = Spans.create(start, end - start);
        (, isList,, length) = RlpReader.parse(start, end);
        // An empty value would be an absent one; an extension leads to something, which as a string is a hash.
        bool valid = short.isLeaf
            ? !isList && length != 0
            : isList ? short.item.length() < 32 : short.item.length() == HASH_LINK;
        if (!valid) revert MalformedNode();
    }

    /// @notice The link to child `nibble` in a branch of these items.
    /// @dev Walks all seventeen, so that what is returned is part of a well-formed branch, which has two children or more.
    /// A step of the walk is 1 to 33 bytes, and a walk that leaves the branch cannot end exactly at its last byte.
    function child(Span items_, uint256 nibble) internal pure returns (Span link) {
        bool valid = true;
        bool hasValue;
        uint256 empty;
        uint256 position = items_.pointer();
        uint256 end = position + items_.length();
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 16) { i := add(i, 1) } {
                let size := 33
                let prefix := byte(0, mload(position))
                if iszero(eq(prefix, 0xa0)) {
                    switch prefix
                    case 0x80 {
                        size := 1
                        empty := add(empty, 1)
                    }
                    default {
                        // a list of at most 31 bytes with its header
                        size := sub(prefix, 0xbf)
                        if iszero(lt(sub(prefix, 0xc0), 31)) {
                            valid := 0
                            break
                        }
                    }
                }
                if eq(i, nibble) { link := or(shl(32, position), size) }
                position := add(position, size)
            }
            hasValue := and(lt(position, end), iszero(eq(byte(0, mload(position)), 0x80)))
        }
        if (!valid) revert MalformedNode();
        if (hasValue) revert BranchWithValue();
        if (position + 1 != end || empty > CHILDREN - 2) revert MalformedNode();
    }

    /// @notice How many children a branch of these items has other than `nibble`, and one of them.
    function others(Span items_, uint256 nibble) internal pure returns (uint256 count, uint256 other, Span link) {
        for (uint256 i = 0; i < CHILDREN; ++i) {
            if (i == nibble) continue;
            Span candidate = child(items_, i);
            if (candidate.length() == 1) continue;
            (other, link) = (i, candidate);
            ++count;
        }
    }

    /// @notice The encoding of a leaf or extension.
    function encodeShort(ShortNode memory short) internal pure returns (bytes memory) {
        Span item = short.item;
        uint256 count = short.count;
        uint256 pathSize = 1 + count / 2;
        uint256 start = Rlp.reserve();
        uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, pathSize + (pathSize == 1 ? 0 : 1) + item.length());
        // The first byte of a path is below 0x80, so a path of one byte is its own encoding.
        if (pathSize != 1) pointer = Rlp.writeHeader(pointer, Rlp.STRING, pathSize);
        _writePath(pointer, short.isLeaf, short.nibbles, count);
        return Rlp.finish(start, _append(pointer + pathSize, item));
    }

    /// @notice The encoding of a branch with the children `a` at nibble `i` and `b` at nibble `j` != `i`.
    function encodeFork(uint256 i, Span a, uint256 j, Span b) internal pure returns (bytes memory) {
        if (j < i) (i, a, j, b) = (j, b, i, a);
        uint256 start = Rlp.reserve();
        uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, 15 + a.length() + b.length());
        pointer = _append(_writeNothing(pointer, i), a);
        pointer = _append(_writeNothing(pointer, j - i - 1), b);
        return Rlp.finish(start, _writeNothing(pointer, CHILDREN - j));
    }

    /// @notice The encoding of `node`, a branch or an extension, with `replacement` for the link `item` in it.
    function splice(Span node, Span item, Span replacement) internal pure returns (bytes memory) {
        Span old = items(node);
        uint256 start = Rlp.reserve();
        uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, old.length() + replacement.length() - item.length());
        pointer = _append(pointer, Spans.create(old.pointer(), item.pointer() - old.pointer()));
        pointer = _append(pointer, replacement);
        uint256 rest = item.pointer() + item.length();
        return Rlp.finish(start, _append(pointer, Spans.create(rest, old.pointer() + old.length() - rest)));
    }

    /// @dev Decodes the hex prefix encoding (Yellow Paper, appendix C) in `length` bytes from `pointer` on.
    function _readPath(uint256 pointer, uint256 length)
        private
        pure
        returns (bool isLeaf, bytes32 nibbles, uint256 count)
    {
        if (length == 0 || length > 33) revert MalformedNode();
        uint256 flags;
        bytes32 word;
        assembly ("memory-safe") {
            word := mload(pointer)
            flags := shr(252, word)
            nibbles := mload(add(pointer, 1))
        }
        if (flags > 3) revert MalformedNode();
        isLeaf = flags & 2 != 0;
        count = 2 * (length - 1);
        if (flags & 1 != 0) {
            if (length == 33) revert MalformedNode();
            ++count;
            nibbles = word << 4;
        } else if (Nibbles.nibbleAt(word, 1) != 0) {
            revert MalformedNode();
        }
        nibbles = Nibbles.take(nibbles, count);
    }

    /// @dev Writes the hex prefix encoding, 1 + count / 2 bytes, and up to 32 bytes of zeros after it.
    function _writePath(uint256 pointer, bool isLeaf, bytes32 nibbles, uint256 count) private pure {
        assembly ("memory-safe") {
            let flags := shl(5, isLeaf)
            if and(count, 1) {
                flags := or(add(flags, 16), shr(252, nibbles))
                nibbles := shl(4, nibbles)
            }
            mstore8(pointer, flags)
            mstore(add(pointer, 1), nibbles)
        }
    }

    /// @dev Writes `count` <= 16 empty links.
    function _writeNothing(uint256 pointer, uint256 count) private pure returns (uint256) {
        assembly ("memory-safe") {
            mstore(pointer, 0x8080808080808080808080808080808080808080808080808080808080808080)
        }
        return pointer + count;
    }

    /// @dev Writes a copy of the bytes of `span`.
    function _append(uint256 pointer, Span span) private pure returns (uint256) {
        uint256 source = span.pointer();
        uint256 length = span.length();
        assembly ("memory-safe") {
            mcopy(pointer, source, length)
        }
        return pointer + length;
    }
}
