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
        // Each pass halves the row in place; it lies past the free pointer and is dropped.
        assembly ("memory-safe") {
            let row := mload(0x40)
            calldatacopy(row, children, 512)
            for { let size := 512 } gt(size, 32) { size := shr(1, size) } {
                for { let i := 0 } lt(i, size) { i := add(i, 64) } {
                    mstore(add(row, shr(1, i)), keccak256(add(row, i), 64))
                }
            }
            node := mload(row)
        }
    }

    /// @notice keccak256 of the 16 nodes, the form in which an opening is stored.
    function hash(bytes32[16] calldata children) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let row := mload(0x40)
            calldatacopy(row, children, 512)
            digest := keccak256(row, 512)
        }
    }

    /// @notice Index of the first node in which the openings differ; WIDTH when they are equal.
    function firstDifference(bytes32[16] calldata one, bytes32[16] calldata two) internal pure returns (uint32 index) {
        while (index < WIDTH && one[index] == two[index]) {
            ++index;
        }
    }
}
