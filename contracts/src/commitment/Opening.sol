// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice An opening of a node: the 16 nodes four levels under it, from left to right.
/// @dev A node is keccak256(left, right). Every height is fixed, so that no leaf passes for an inner node.
library Opening {
    /// @dev Levels between a node and its opening.
    uint8 internal constant LEVELS = 4;
    /// @dev Nodes in an opening.
    uint32 internal constant WIDTH = 16;

    /// @notice keccak256(left, right).
    function parent(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }

    /// @notice The node that `children` open.
    function root(bytes32[16] calldata children) internal pure returns (bytes32 node) {
        // The row grows by the parents of its pairs, to 31 nodes. It lies past the free pointer and is dropped.
        assembly ("memory-safe") {
            let pair := mload(0x40)
            calldatacopy(pair, children, 512)
            let end := add(pair, 512)
            let last := add(pair, 960)
            for {} iszero(gt(end, last)) { end := add(end, 32) } {
                mstore(end, keccak256(pair, 64))
                pair := add(pair, 64)
            }
            node := mload(last)
        }
    }

    /// @notice Index of the first node in which the openings differ; WIDTH when they are equal.
    function firstDifference(bytes32[16] calldata one, bytes32[16] calldata two) internal pure returns (uint32 index) {
        assembly ("memory-safe") {
            for {} lt(index, 16) { index := add(index, 1) } {
                let offset := shl(5, index)
                if xor(calldataload(add(one, offset)), calldataload(add(two, offset))) { break }
            }
        }
    }
}
