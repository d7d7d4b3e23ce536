// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Nibbles} from "./Nibbles.sol";
import {NodeBag} from "./NodeBag.sol";
import {Rlp} from "./Rlp.sol";
import {RlpReader} from "./RlpReader.sol";
import {Span, Spans} from "./Span.sol";
import {ShortNode, TrieNode} from "./TrieNode.sol";

/// @notice Ethereum's Merkle-Patricia trie over hashed keys (Yellow Paper, appendix D): reads and writes on the nodes in a
/// bag. Mirrors `engine/src/authenticated/mpt`.
/// @dev Which nodes are looked up is part of the protocol, since a witness holds exactly those of the state before: an
/// operation looks up the nodes on its path, from the root, by hash unless embedded; and `remove`, where it leaves a
/// branch with one child, that child. No operation depends on a node it has not looked up.
library Mpt {
    /// @notice keccak256(hex"80"): the root of a trie without entries, for which there is no node.
    bytes32 internal constant EMPTY_ROOT = 0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421;

    /// @notice A value to put is empty, which in a trie means absent.
    error EmptyValue();

    /// @dev What is at the end of a path.
    enum End {
        /// Nothing: an empty trie or an empty place of a branch.
        Nothing,
        /// The path's leaf.
        Match,
        /// A leaf or extension that leads elsewhere.
        Mismatch
    }

    /// @dev The way along a path, from the root to its end.
    struct Walk {
        End end;
        /// Nibbles above the end.
        uint256 depth;
        /// The node at the end, unless there is nothing.
        ShortNode last;
        /// How many nodes are above the end.
        uint256 levels;
        /// Those nodes, each with the link in it to the next: node << 64 | link. A path has 64 nibbles, and
        /// each node uses one or more.
        uint256[64] trail;
    }

    /// @notice The value at `path`, empty if it is proven to have none.
    function get(NodeBag memory bag, bytes32 root, bytes32 path) internal pure returns (bytes memory value) {
        Walk memory walk = _walk(bag, root, path);
        if (walk.end != End.Match) return value;
        Span item = walk.last.item;
        (,, uint256 payload, uint256 length) = RlpReader.parse(item.pointer(), item.pointer() + item.length());
        return Spans.create(payload, length).toBytes();
    }

    /// @notice The root after setting `path` to `value`, which is not empty.
    function put(NodeBag memory bag, bytes32 root, bytes32 path, bytes memory value) internal pure returns (bytes32) {
        if (value.length == 0) revert EmptyValue();
        Walk memory walk = _walk(bag, root, path);
        Span item = Spans.from(Rlp.encodeBytes(value));
        if (walk.end == End.Mismatch) return _fold(bag, walk, _diverge(bag, walk, path, item));
        return _fold(bag, walk, _leaf(path, walk.depth, item));
    }

    /// @notice The root after removing the value at `path`, if it has one.
    function remove(NodeBag memory bag, bytes32 root, bytes32 path) internal pure returns (bytes32) {
        Walk memory walk = _walk(bag, root, path);
        if (walk.end != End.Match) return root;
        if (walk.levels == 0) return EMPTY_ROOT;
        return _fold(bag, walk, _shrink(bag, walk, Nibbles.nibbleAt(path, walk.depth - 1)));
    }

    /// @dev Follows `path` from `root` to its end.
    function _walk(NodeBag memory bag, bytes32 root, bytes32 path) private pure returns (Walk memory walk) {
        if (root == EMPTY_ROOT) return walk;
        Span node = Spans.from(bag.find(root));
        while (true) {
            (bool isBranch, Span link) = _child(node, path, walk.depth);
            uint256 count = 1;
            if (!isBranch) {
                ShortNode memory short = TrieNode.readShort(TrieNode.items(node), walk.depth);
                count = short.count;
                bool matches = Nibbles.take(Nibbles.skip(path, walk.depth), count) == short.nibbles;
                if (short.isLeaf || !matches) {
                    walk.last = short;
                    walk.end = matches ? End.Match : End.Mismatch;
                    return walk;
                }
                link = short.item;
            }
            unchecked {
                walk.depth += count;
                walk.trail[walk.levels++] = (Span.unwrap(node) << 64) | Span.unwrap(link);
            }
            if (link.length() == 1) return walk;
            node = _load(bag, link);
        }
    }

    /// @dev Whether `node` is a branch, and if so the link in it that `path` follows.
    function _child(Span node, bytes32 path, uint256 depth) private pure returns (bool, Span) {
        // Only a leaf can be at the end of a path.
        if (depth == Nibbles.WHOLE) return (false, Span.wrap(0));
        uint256 nibble = Nibbles.nibbleAt(path, depth);
        if (TrieNode.isFullBranch(node)) return (true, TrieNode.fullBranchChild(node, nibble));
        return TrieNode.child(TrieNode.items(node), nibble);
    }

    /// @dev The lowest node above the end and the link in it; the end is that link from now on.
    function _ascend(Walk memory walk) private pure returns (Span node, Span link) {
        uint256 entry = walk.trail[--walk.levels];
        return (Span.wrap(entry >> 64), Span.wrap(entry & type(uint64).max));
    }

    /// @dev The root of the trie in which `node` is at the walk's end.
    function _fold(NodeBag memory bag, Walk memory walk, bytes memory node) private pure returns (bytes32) {
        while (walk.levels != 0) {
            (Span above, Span link) = _ascend(walk);
            node = TrieNode.splice(above, link, _link(bag, node));
        }
        return bag.insert(node);
    }

    /// @dev The leaf at `depth` on `path`.
    function _leaf(bytes32 path, uint256 depth, Span item) private pure returns (bytes memory) {
        return TrieNode.encodeShort(ShortNode(true, Nibbles.skip(path, depth), Nibbles.WHOLE - depth, item));
    }

    /// @dev The branch, below an extension if need be, that leads to the walk's last node and to a new leaf.
    function _diverge(NodeBag memory bag, Walk memory walk, bytes32 path, Span item)
        private
        pure
        returns (bytes memory node)
    {
        ShortNode memory old = walk.last;
        bytes32 rest = Nibbles.skip(path, walk.depth);
        // Less than the last node's count, or they would match.
        uint256 shared = Nibbles.common(rest, old.nibbles);
        uint256 nibble = Nibbles.nibbleAt(old.nibbles, shared);
        old.nibbles = Nibbles.skip(old.nibbles, shared + 1);
        old.count -= shared + 1;
        bool vanishes = !old.isLeaf && old.count == 0;
        Span oldLink = vanishes ? old.item : _link(bag, TrieNode.encodeShort(old));
        Span newLink = _link(bag, _leaf(path, walk.depth + shared + 1, item));
        node = TrieNode.encodeFork(nibble, oldLink, Nibbles.nibbleAt(rest, shared), newLink);
        if (shared != 0) {
            node = TrieNode.encodeShort(ShortNode(false, Nibbles.take(rest, shared), shared, _link(bag, node)));
        }
    }

    /// @dev What becomes of the branch above the walk's end, to which the walk ascends, without its child `nibble`.
    function _shrink(NodeBag memory bag, Walk memory walk, uint256 nibble) private pure returns (bytes memory) {
        (Span node, Span leaf) = _ascend(walk);
        Span items = TrieNode.items(node);
        (bool isBranch,) = TrieNode.child(items, nibble);
        // A leaf below an extension would be one leaf in any trie.
        if (!isBranch) revert TrieNode.MalformedNode();
        (uint256 count, uint256 sibling, Span link) = TrieNode.others(items, nibble);
        if (count == 1) return _collapse(bag, walk, sibling, link);
        return TrieNode.splice(node, leaf, Spans.from(Rlp.encodeBytes("")));
    }

    /// @dev What becomes of a branch left with the child `nibble` alone: it merges with that child, and with an extension
    /// above, to which the walk ascends.
    function _collapse(NodeBag memory bag, Walk memory walk, uint256 nibble, Span link)
        private
        pure
        returns (bytes memory)
    {
        ShortNode memory merged = ShortNode(false, Nibbles.single(nibble), 1, link);
        Span node = _load(bag, link);
        (bool isBranch,) = _child(node, 0, walk.depth);
        if (!isBranch) {
            ShortNode memory below = TrieNode.readShort(TrieNode.items(node), walk.depth);
            merged.isLeaf = below.isLeaf;
            merged.nibbles = Nibbles.join(merged.nibbles, 1, below.nibbles);
            merged.count += below.count;
            merged.item = below.item;
        }
        if (walk.levels != 0) {
            (node,) = _ascend(walk);
            (isBranch,) = _child(node, 0, 0);
            if (isBranch) {
                ++walk.levels;
            } else {
                ShortNode memory extension = TrieNode.readShort(TrieNode.items(node), 0);
                merged.nibbles = Nibbles.join(extension.nibbles, extension.count, merged.nibbles);
                merged.count += extension.count;
            }
        }
        return TrieNode.encodeShort(merged);
    }

    /// @dev The link to `node` for its parent; a node of 32 bytes or more is in the bag from now on.
    function _link(NodeBag memory bag, bytes memory node) private pure returns (Span) {
        if (node.length < 32) return Spans.from(node);
        bytes32 hash = bag.insert(node);
        return Spans.from(Rlp.encodeBytes32(hash));
    }

    /// @dev The node that `link`, not an empty one, refers to.
    function _load(NodeBag memory bag, Span link) private pure returns (Span node) {
        if (link.length() != TrieNode.HASH_LINK) return link;
        uint256 pointer = link.pointer();
        bytes32 hash;
        assembly ("memory-safe") {
            hash := mload(add(pointer, 1))
        }
        node = Spans.from(bag.find(hash));
        // A shorter node is embedded: there is one encoding of a trie.
        if (node.length() < 32) revert TrieNode.MalformedNode();
    }
}
