// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A slow and obvious Merkle-Patricia trie: kept as a list of entries, its root and nodes made from all of them by
/// the definition (Yellow Paper, appendix D), with nothing shared with `src`.
contract TrieOracle {
    struct Entry {
        bytes32 path;
        bytes value;
    }

    Entry[] public entries;
    mapping(bytes32 hash => bytes) public nodes;

    /// @notice Sets or, with an empty value, removes an entry.
    function set(bytes32 path, bytes memory value) external {
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].path != path) continue;
            entries[i].value = value;
            if (value.length == 0) {
                entries[i] = entries[entries.length - 1];
                entries.pop();
            }
            return;
        }
        if (value.length != 0) entries.push(Entry(path, value));
    }

    function get(bytes32 path) external view returns (bytes memory) {
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].path == path) return entries[i].value;
        }
        return "";
    }

    function size() external view returns (uint256) {
        return entries.length;
    }

    /// @notice The root; from then on `nodes` has all nodes of this trie.
    function root() external returns (bytes32 hash) {
        bytes memory node = _node(entries, 0);
        hash = keccak256(node);
        nodes[hash] = node;
    }

    /// @notice The nodes on the way to `path`, as far as the trie has any, without the embedded ones.
    function proof(bytes32 path) external returns (bytes[] memory found) {
        Entry[] memory list = entries;
        uint256 count;
        found = new bytes[](64);
        for (uint256 depth = 0; list.length != 0;) {
            bytes memory node = _node(list, depth);
            if (depth == 0 || node.length >= 32) found[count++] = node;
            uint256 shared = list.length == 1 ? 64 : _sharedDepth(list);
            if (shared == 64 || path >> (256 - 4 * shared) != list[0].path >> (256 - 4 * shared)) break;
            if (shared > depth) {
                depth = shared;
            } else {
                list = _below(list, depth, _nibble(path, depth));
                ++depth;
            }
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    /// @dev The node for these entries, which share their first `depth` nibbles.
    function _node(Entry[] memory list, uint256 depth) private returns (bytes memory) {
        if (list.length == 0) return hex"80";
        uint256 shared = _sharedDepth(list);
        if (list.length == 1) {
            return _list(bytes.concat(_string(_hexPrefix(list[0].path, depth, 64, true)), _string(list[0].value)));
        }
        if (shared > depth) {
            return
                _list(bytes.concat(_string(_hexPrefix(list[0].path, depth, shared, false)), _link(_node(list, shared))));
        }
        bytes memory items;
        for (uint256 nibble = 0; nibble < 16; ++nibble) {
            items = bytes.concat(items, _link(_node(_below(list, depth, nibble), depth + 1)));
        }
        return _list(bytes.concat(items, hex"80"));
    }

    function _link(bytes memory node) private returns (bytes memory) {
        if (node.length < 32) return node;
        nodes[keccak256(node)] = node;
        return _string(abi.encodePacked(keccak256(node)));
    }

    function _below(Entry[] memory list, uint256 depth, uint256 nibble) private pure returns (Entry[] memory some) {
        uint256 count;
        some = new Entry[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            if (_nibble(list[i].path, depth) == nibble) some[count++] = list[i];
        }
        Entry[] memory cut = new Entry[](count);
        for (uint256 i = 0; i < count; ++i) {
            cut[i] = some[i];
        }
        return cut;
    }

    function _sharedDepth(Entry[] memory list) private pure returns (uint256 depth) {
        for (depth = 0; depth < 64; ++depth) {
            for (uint256 i = 1; i < list.length; ++i) {
                if (_nibble(list[i].path, depth) != _nibble(list[0].path, depth)) return depth;
            }
        }
    }

    function _hexPrefix(bytes32 path, uint256 from, uint256 to, bool leaf) private pure returns (bytes memory out) {
        uint8 flag = leaf ? 2 : 0;
        if ((to - from) % 2 == 1) out = abi.encodePacked((flag + 1) * 16 + _nibble(path, from++));
        else out = abi.encodePacked(flag * 16);
        for (; from < to; from += 2) {
            out = abi.encodePacked(out, _nibble(path, from) * 16 + _nibble(path, from + 1));
        }
    }

    function _nibble(bytes32 path, uint256 index) private pure returns (uint8) {
        uint8 pair = uint8(path[index / 2]);
        return index % 2 == 0 ? pair / 16 : pair % 16;
    }

    function _string(bytes memory data) private pure returns (bytes memory) {
        if (data.length == 1 && uint8(data[0]) < 128) return data;
        return abi.encodePacked(_header(128, data.length), data);
    }

    function _list(bytes memory items) private pure returns (bytes memory) {
        return abi.encodePacked(_header(192, items.length), items);
    }

    function _header(uint256 kind, uint256 length) private pure returns (bytes memory) {
        if (length < 56) return abi.encodePacked(bytes1(bytes32((kind + length) << 248)));
        if (length < 256) return abi.encodePacked(bytes1(bytes32((kind + 56) << 248)), bytes1(bytes32(length << 248)));
        return abi.encodePacked(bytes1(bytes32((kind + 57) << 248)), bytes2(bytes32(length << 240)));
    }
}
