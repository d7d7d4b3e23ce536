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
    /// @dev Bytes of a branch of sixteen hashes: a header of 3, 16 links of 33 and an empty value.
    uint256 private constant FULL_BRANCH = 532;

    /// @notice The items of `node`, a list that fills it.
    function items(Span node) internal pure returns (Span) {
        unchecked {
            uint256 start = node.pointer();
            uint256 end = start + node.length();
            (Fault fault, bool isList, uint256 payload, uint256 length) = RlpReader.parse(start, end);
            if (fault != Fault.None || !isList || payload + length != end) revert MalformedNode();
            return Spans.create(payload, length);
        }
    }

    /// @notice The leaf or extension of these items, `depth` nibbles below the root.
    function readShort(Span items_, uint256 depth) internal pure returns (ShortNode memory short) {
        unchecked {
            uint256 end = items_.pointer() + items_.length();
            (Fault fault, bool isList, uint256 payload, uint256 length) = RlpReader.parse(items_.pointer(), end);
            if (fault != Fault.None || isList) revert MalformedNode();
            (short.isLeaf, short.nibbles, short.count) = _readPath(payload, length);

            uint256 start = payload + length;
            short.item = Spans.create(start, end - start);
            (fault, isList, payload, length) = RlpReader.parse(start, end);
            if (fault != Fault.None || payload + length != end) revert MalformedNode();

            uint256 left = Nibbles.WHOLE - depth;
            // An empty value would be an absent one; an extension leads to something, which as a string is a hash.
            bool valid = short.isLeaf
                ? short.count == left && !isList && length != 0
                : short.count < left && short.count != 0 && (isList ? length != 0 && end - start < 32 : length == 32);
            if (!valid) revert MalformedNode();
        }
    }

    /// @notice Whether these items are a branch, and if so the link to its child `nibble`.
    /// @dev Walks all seventeen items, so that the link is part of a well-formed branch, which has two children or more. A
    /// step of the walk is 1 to 33 bytes, and a walk that leaves the items cannot end exactly at their last byte.
    function child(Span items_, uint256 nibble) internal pure returns (bool isBranch, Span link) {
        bool hasValue;
        uint256 position = items_.pointer();
        uint256 end = position + items_.length();
        assembly ("memory-safe") {
            // past `count` links from `from` on, of which `empty` are empty; zero if there is something else
            function walk(from, count) -> to, empty {
                to := from
                for {} count { count := sub(count, 1) } {
                    let prefix := byte(0, mload(to))
                    switch prefix
                    case 0xa0 { to := add(to, 33) }
                    case 0x80 {
                        to := add(to, 1)
                        empty := add(empty, 1)
                    }
                    default {
                        // a list, not an empty one, of at most 31 bytes with its header
                        if iszero(lt(sub(prefix, 0xc1), 30)) {
                            to := 0
                            break
                        }
                        to := add(to, sub(prefix, 0xbf))
                    }
                }
            }
            let start, before := walk(position, nibble)
            if start {
                let next, here := walk(start, 1)
                if next {
                    let last, after_ := walk(next, sub(15, nibble))
                    if and(lt(last, end), gt(last, 0)) {
                        hasValue := xor(byte(0, mload(last)), 0x80)
                        isBranch := and(eq(add(last, 1), end), lt(add(add(before, here), after_), 15))
                        link := or(shl(32, start), sub(next, start))
                    }
                }
            }
        }
        if (hasValue) revert BranchWithValue();
    }

    /// @notice How many children a branch of these items has other than `nibble`, and the last of them.
    function others(Span items_, uint256 nibble) internal pure returns (uint256 count, uint256 other, Span link) {
        uint256 position = items_.pointer();
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 16) { i := add(i, 1) } {
                let prefix := byte(0, mload(position))
                let size := 33
                if iszero(eq(prefix, 0xa0)) {
                    size := add(eq(prefix, 0x80), mul(gt(prefix, 0xbf), sub(prefix, 0xbf)))
                }
                if iszero(or(eq(prefix, 0x80), eq(i, nibble))) {
                    count := add(count, 1)
                    other := i
                    link := or(shl(32, position), size)
                }
                position := add(position, size)
            }
        }
    }

    /// @notice Whether `node` is a branch of sixteen hashes, as most on the way to an entry of a large trie are.
    /// @dev A shortcut past `items` and `child`, which give the same, for a quarter of the gas: of a header for 529 bytes,
    /// sixteen items of 33 and an empty one nothing is left.
    function isFullBranch(Span node) internal pure returns (bool result) {
        if (node.length() != FULL_BRANCH) return false;
        uint256 start = node.pointer();
        assembly ("memory-safe") {
            // the first bytes of all items are compared with that of the first, which is 0xa0
            let first := mload(add(start, 3))
            let bits := xor(first, mload(add(start, 36)))
            bits := or(bits, xor(first, mload(add(start, 69))))
            bits := or(bits, xor(first, mload(add(start, 102))))
            bits := or(bits, xor(first, mload(add(start, 135))))
            bits := or(bits, xor(first, mload(add(start, 168))))
            bits := or(bits, xor(first, mload(add(start, 201))))
            bits := or(bits, xor(first, mload(add(start, 234))))
            bits := or(bits, xor(first, mload(add(start, 267))))
            bits := or(bits, xor(first, mload(add(start, 300))))
            bits := or(bits, xor(first, mload(add(start, 333))))
            bits := or(bits, xor(first, mload(add(start, 366))))
            bits := or(bits, xor(first, mload(add(start, 399))))
            bits := or(bits, xor(first, mload(add(start, 432))))
            bits := or(bits, xor(first, mload(add(start, 465))))
            bits := or(bits, xor(first, mload(add(start, 498))))
            result := and(
                and(eq(shr(232, mload(start)), 0xf90211), eq(byte(0, mload(add(start, 531))), 0x80)),
                and(eq(shr(248, first), 0xa0), iszero(shr(248, bits)))
            )
        }
    }

    /// @notice The link to child `nibble` of a full branch.
    function fullBranchChild(Span node, uint256 nibble) internal pure returns (Span) {
        unchecked {
            return Spans.create(node.pointer() + 3 + nibble * HASH_LINK, HASH_LINK);
        }
    }

    /// @notice The encoding of a leaf or extension.
    function encodeShort(ShortNode memory short) internal pure returns (bytes memory) {
        // Sizes are below 2^32, as pointers are.
        unchecked {
            Span item = short.item;
            uint256 count = short.count;
            uint256 pathSize = 1 + count / 2;
            uint256 start = Rlp.reserve();
            uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, pathSize + (pathSize == 1 ? 0 : 1) + item.length());
            // The first byte of a path is below 0x80, so a path of one byte is its own encoding.
            if (pathSize != 1) pointer = Rlp.writeHeader(pointer, Rlp.STRING, pathSize);
            _writePath(pointer, short.isLeaf, short.nibbles, count);
            return Rlp.finish(start, Rlp.writeSpan(pointer + pathSize, item));
        }
    }

    /// @notice The encoding of a branch with the children `a` at nibble `i` and `b` at nibble `j` != `i`.
    function encodeFork(uint256 i, Span a, uint256 j, Span b) internal pure returns (bytes memory) {
        unchecked {
            if (j < i) (i, a, j, b) = (j, b, i, a);
            uint256 start = Rlp.reserve();
            uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, 15 + a.length() + b.length());
            pointer = Rlp.writeSpan(_writeNothing(pointer, i), a);
            pointer = Rlp.writeSpan(_writeNothing(pointer, j - i - 1), b);
            return Rlp.finish(start, _writeNothing(pointer, CHILDREN - j));
        }
    }

    /// @notice The encoding of `node`, a branch or an extension, with `replacement` for the link `item` in it.
    function splice(Span node, Span item, Span replacement) internal pure returns (bytes memory) {
        unchecked {
            uint256 start = Rlp.reserve();
            if (item.length() == replacement.length()) {
                uint256 end = Rlp.writeSpan(start, node);
                Rlp.writeSpan(start + item.pointer() - node.pointer(), replacement);
                return Rlp.finish(start, end);
            }
            Span old = items(node);
            uint256 rest = item.pointer() + item.length();
            uint256 pointer = Rlp.writeHeader(start, Rlp.LIST, old.length() + replacement.length() - item.length());
            pointer = Rlp.writeSpan(pointer, Spans.create(old.pointer(), item.pointer() - old.pointer()));
            pointer = Rlp.writeSpan(pointer, replacement);
            return Rlp.finish(start, Rlp.writeSpan(pointer, Spans.create(rest, old.pointer() + old.length() - rest)));
        }
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
        unchecked {
            count = 2 * (length - 1) + (flags & 1);
        }
        if (flags & 1 != 0) {
            if (length == 33) revert MalformedNode();
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
        unchecked {
            return pointer + count;
        }
    }
}
