// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Nibbles} from "../../src/authenticated/Nibbles.sol";
import {Rlp} from "../../src/authenticated/Rlp.sol";
import {Span, Spans} from "../../src/authenticated/Span.sol";
import {ShortNode, TrieNode} from "../../src/authenticated/TrieNode.sol";

/// @notice The way to one entry of a trie of millions: branches of sixteen hashes, of which only the one on the way leads
/// somewhere. What proving it takes is what it takes in a trie that is really so large.
library SyntheticTrie {
    /// @notice The root and the nodes, from the root down, of `levels` branches and the leaf of `value` at `path`.
    function proof(bytes32 path, bytes memory value, uint256 levels)
        internal
        pure
        returns (bytes32 root, bytes[] memory nodes)
    {
        nodes = new bytes[](levels + 1);
        Span item = Spans.from(Rlp.encodeBytes(value));
        nodes[levels] = TrieNode.encodeShort(ShortNode(true, Nibbles.skip(path, levels), Nibbles.WHOLE - levels, item));
        for (uint256 depth = levels; depth > 0; --depth) {
            nodes[depth - 1] = _branch(Nibbles.nibbleAt(path, depth - 1), keccak256(nodes[depth]));
        }
        root = keccak256(nodes[0]);
    }

    /// @dev A branch whose child `nibble` is `hash`, and whose other children are somebody else's.
    function _branch(uint256 nibble, bytes32 hash) private pure returns (bytes memory) {
        bytes memory items;
        for (uint256 i = 0; i < 16; ++i) {
            items = bytes.concat(items, Rlp.encodeBytes32(i == nibble ? hash : keccak256(abi.encode(hash, i))));
        }
        return Rlp.encodeList(bytes.concat(items, hex"80"));
    }
}
