// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccountStorage} from "./AccountStorage.sol";
import {NodeBag} from "./NodeBag.sol";

/// @notice What one transaction remembers beside the state, in a trie of integers of its own: warm addresses and slots
/// (EIP-2929), transient storage (EIP-1153) and the accounts it has created (EIP-6780).
/// @dev A mark is the value 1. Before marking, callers ask whether the mark is there.
library Scratch {
    /// @dev Tags of the paths.
    uint8 private constant WARM_ADDRESS = 1;
    uint8 private constant WARM_SLOT = 2;
    uint8 private constant TRANSIENT = 3;
    uint8 private constant CREATED = 4;

    /// @notice Whether `account` has been accessed.
    function isWarm(NodeBag memory bag, bytes32 root, address account) internal pure returns (bool) {
        return _isMarked(bag, root, path(WARM_ADDRESS, account, 0));
    }

    /// @notice Whether slot `slot` of `account` has been accessed.
    function isWarm(NodeBag memory bag, bytes32 root, address account, bytes32 slot) internal pure returns (bool) {
        return _isMarked(bag, root, path(WARM_SLOT, account, slot));
    }

    /// @notice The root after `account`, so far cold, has been accessed.
    function markWarm(NodeBag memory bag, bytes32 root, address account) internal pure returns (bytes32) {
        return _mark(bag, root, path(WARM_ADDRESS, account, 0));
    }

    /// @notice The root after slot `slot` of `account`, so far cold, has been accessed.
    function markWarm(NodeBag memory bag, bytes32 root, address account, bytes32 slot) internal pure returns (bytes32) {
        return _mark(bag, root, path(WARM_SLOT, account, slot));
    }

    /// @notice The value in the transient slot `slot` of `account`.
    function readTransient(NodeBag memory bag, bytes32 root, address account, bytes32 slot)
        internal
        pure
        returns (uint256)
    {
        return AccountStorage.readAt(bag, root, path(TRANSIENT, account, slot));
    }

    /// @notice The root after the transient slot `slot` of `account` has become `value`.
    function writeTransient(NodeBag memory bag, bytes32 root, address account, bytes32 slot, uint256 value)
        internal
        pure
        returns (bytes32)
    {
        return AccountStorage.writeAt(bag, root, path(TRANSIENT, account, slot), value);
    }

    /// @notice Whether this transaction has created `account`.
    function isCreated(NodeBag memory bag, bytes32 root, address account) internal pure returns (bool) {
        return _isMarked(bag, root, path(CREATED, account, 0));
    }

    /// @notice The root after `account`, not one of those created so far, has been created.
    function markCreated(NodeBag memory bag, bytes32 root, address account) internal pure returns (bytes32) {
        return _mark(bag, root, path(CREATED, account, 0));
    }

    /// @notice keccak256(abi.encodePacked(tag, account, slot)).
    function path(uint8 tag, address account, bytes32 slot) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // 53 bytes that begin at 11: one of the tag, 20 of the address, 32 of the slot
            mstore(0, or(shl(160, tag), shr(96, shl(96, account))))
            mstore(32, slot)
            hash := keccak256(11, 53)
        }
    }

    function _isMarked(NodeBag memory bag, bytes32 root, bytes32 path_) private pure returns (bool) {
        return AccountStorage.readAt(bag, root, path_) != 0;
    }

    function _mark(NodeBag memory bag, bytes32 root, bytes32 path_) private pure returns (bytes32) {
        return AccountStorage.writeAt(bag, root, path_, 1);
    }
}
