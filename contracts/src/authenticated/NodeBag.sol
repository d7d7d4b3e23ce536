// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Trie nodes in memory, found by their keccak256 hash: those of a witness, and those that writes have made.
struct NodeBag {
    /// Pointer to the hash table: entries of two words, {hash, node}. A node word is 0 in an empty entry, else the pointer
    /// to the node's `bytes`, plus (1 + witness index) << 64 as long as a witness node has not been used.
    uint256 table;
    /// Entries in the table, a power of two, less one.
    uint256 mask;
    /// Entries taken.
    uint256 count;
    /// Nodes of the witness.
    uint256 witnessNodes;
    /// Those of them not used yet.
    uint256 unused;
}

using NodeBags for NodeBag global;

/// @notice Adding to a `NodeBag` and finding in it.
/// @dev A hash table with open addressing, at most three quarters full. Hashes are uniform, so their low bits place them;
/// somebody who grinds nodes to collide makes lookups linear in a witness's nodes, no worse.
library NodeBags {
    /// @notice No node of the bag has this hash: the witness is incomplete.
    error MissingNode(bytes32 hash);
    /// @notice The witness holds this node twice.
    error DuplicateNode(bytes32 hash);
    /// @notice The witness's node at `index` was never used.
    error UnusedNode(uint256 index);

    /// @dev Bits of a node word that hold the pointer.
    uint256 private constant POINTER_BITS = 64;

    /// @notice An empty bag with room for `capacity` nodes; it grows when it must.
    function create(uint256 capacity) internal pure returns (NodeBag memory bag) {
        uint256 entries = 8;
        while (entries * 3 < capacity * 4) entries *= 2;
        bag.table = _newTable(entries);
        bag.mask = entries - 1;
    }

    /// @notice Adds a node of the witness, by reference.
    function add(NodeBag memory bag, bytes memory node) internal pure {
        (bytes32 hash, uint256 entry, bool known) = _place(bag, node);
        if (known) revert DuplicateNode(hash);
        uint256 index = bag.witnessNodes;
        _fill(bag, entry, hash, node, index + 1);
        bag.witnessNodes = index + 1;
        ++bag.unused;
    }

    /// @notice Adds a node that a write has made, by reference, unless the bag has it.
    function insert(NodeBag memory bag, bytes memory node) internal pure returns (bytes32) {
        (bytes32 hash, uint256 entry, bool known) = _place(bag, node);
        if (!known) _fill(bag, entry, hash, node, 0);
        return hash;
    }

    /// @notice The node with this hash, which is used from now on.
    function find(NodeBag memory bag, bytes32 hash) internal pure returns (bytes memory node) {
        (uint256 entry, bool known) = _locate(bag.table, bag.mask, hash);
        if (!known) revert MissingNode(hash);
        bool first;
        assembly ("memory-safe") {
            let word := mload(add(entry, 32))
            node := and(word, 0xffffffffffffffff)
            first := gt(word, node)
            mstore(add(entry, 32), node)
        }
        unchecked {
            if (first) --bag.unused;
        }
    }

    /// @notice Reverts with the first node of the witness that was never used, if there is one.
    function requireAllUsed(NodeBag memory bag) internal pure {
        if (bag.unused == 0) return;
        uint256 first = type(uint256).max;
        for (uint256 i = 0; i <= bag.mask; ++i) {
            (, uint256 word) = _entry(bag.table, i);
            uint256 position = word >> POINTER_BITS;
            if (position != 0 && position < first) first = position;
        }
        revert UnusedNode(first - 1);
    }

    /// @dev Where `node` is or belongs, with room made for it.
    function _place(NodeBag memory bag, bytes memory node)
        private
        pure
        returns (bytes32 hash, uint256 entry, bool known)
    {
        assembly ("memory-safe") {
            hash := keccak256(add(node, 32), mload(node))
        }
        unchecked {
            if (4 * bag.count > 3 * bag.mask) _grow(bag);
        }
        (entry, known) = _locate(bag.table, bag.mask, hash);
    }

    /// @dev Takes the empty `entry`; `position` is 1 + the index of a witness node, or 0.
    function _fill(NodeBag memory bag, uint256 entry, bytes32 hash, bytes memory node, uint256 position) private pure {
        assembly ("memory-safe") {
            mstore(entry, hash)
            mstore(add(entry, 32), or(node, shl(POINTER_BITS, position)))
        }
        unchecked {
            ++bag.count;
        }
    }

    /// @dev The entry that holds `hash`, or the empty one where it belongs. A table is never full, so this ends.
    function _locate(uint256 table, uint256 mask, bytes32 hash) private pure returns (uint256 entry, bool known) {
        assembly ("memory-safe") {
            let index := and(hash, mask)
            for {} 1 {} {
                entry := add(table, shl(6, index))
                if iszero(mload(add(entry, 32))) { break }
                if eq(mload(entry), hash) {
                    known := 1
                    break
                }
                index := and(add(index, 1), mask)
            }
        }
    }

    function _grow(NodeBag memory bag) private pure {
        (uint256 oldTable, uint256 oldMask) = (bag.table, bag.mask);
        uint256 mask = 2 * oldMask + 1;
        uint256 table = _newTable(mask + 1);
        for (uint256 i = 0; i <= oldMask; ++i) {
            (bytes32 hash, uint256 word) = _entry(oldTable, i);
            if (word == 0) continue;
            (uint256 entry,) = _locate(table, mask, hash);
            assembly ("memory-safe") {
                mstore(entry, hash)
                mstore(add(entry, 32), word)
            }
        }
        (bag.table, bag.mask) = (table, mask);
    }

    function _entry(uint256 table, uint256 index) private pure returns (bytes32 hash, uint256 word) {
        assembly ("memory-safe") {
            let entry := add(table, shl(6, index))
            hash := mload(entry)
            word := mload(add(entry, 32))
        }
    }

    function _newTable(uint256 entries) private pure returns (uint256 table) {
        assembly ("memory-safe") {
            table := mload(0x40)
            let size := shl(6, entries)
            // free memory may be dirty: beyond the calldata's end there are only zeros
            calldatacopy(table, calldatasize(), size)
            mstore(0x40, add(table, size))
        }
    }
}
