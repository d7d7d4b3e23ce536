// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The message tree by its definition: leaves, zeros after them, halved 32 times.
library MessageTreeOracle {
    uint256 private constant HEIGHT = 32;

    function root(bytes32[] memory leaves) internal pure returns (bytes32 top) {
        (top,) = open(leaves, 0);
    }

    /// The root, and the siblings of leaf `index`, from the leaf up.
    function open(bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (bytes32 top, bytes32[HEIGHT] memory siblings)
    {
        bytes32[] memory level = leaves;
        bytes32 zero = bytes32(0);
        for (uint256 h = 0; h < HEIGHT; ++h) {
            siblings[h] = _at(level, index ^ 1, zero);
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = keccak256(abi.encode(level[2 * i], _at(level, 2 * i + 1, zero)));
            }
            (level, index) = (above, index / 2);
            zero = keccak256(abi.encode(zero, zero));
        }
        top = _at(level, 0, zero);
    }

    function _at(bytes32[] memory level, uint256 index, bytes32 zero) private pure returns (bytes32) {
        return index < level.length ? level[index] : zero;
    }
}
