// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "./Mpt.sol";
import {NodeBag} from "./NodeBag.sol";
import {Rlp} from "./Rlp.sol";
import {Reader, RlpReader} from "./RlpReader.sol";

/// @notice The storage of one account: a trie from keccak256(key) to the value as an RLP integer, without zeros.
library AccountStorage {
    /// @notice The value in slot `key`.
    function readSlot(NodeBag memory bag, bytes32 storageRoot, bytes32 key) internal pure returns (uint256) {
        return readAt(bag, storageRoot, path(key));
    }

    /// @notice The storage root after slot `key` has become `value`.
    function writeSlot(NodeBag memory bag, bytes32 storageRoot, bytes32 key, uint256 value)
        internal
        pure
        returns (bytes32)
    {
        return writeAt(bag, storageRoot, path(key), value);
    }

    /// @notice The integer at `path_` of a trie of integers without zeros.
    function readAt(NodeBag memory bag, bytes32 root, bytes32 path_) internal pure returns (uint256 value) {
        bytes memory encoded = Mpt.get(bag, root, path_);
        if (encoded.length == 0) return 0;
        Reader memory reader = RlpReader.open(encoded);
        value = reader.readUint(32);
        reader.requireExact();
    }

    /// @notice The root after the integer at `path_` has become `value`; zero removes it.
    function writeAt(NodeBag memory bag, bytes32 root, bytes32 path_, uint256 value) internal pure returns (bytes32) {
        if (value == 0) return Mpt.remove(bag, root, path_);
        return Mpt.put(bag, root, path_, Rlp.encodeUint(value));
    }

    /// @notice Where slot `key` is in the storage: keccak256(abi.encode(key)).
    function path(bytes32 key) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, key)
            hash := keccak256(0, 32)
        }
    }
}
