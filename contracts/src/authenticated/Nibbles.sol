// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Paths of up to 64 nibbles, left-aligned in a word beside which their count is kept. Nibbles past the count are
/// zero where a function says "trimmed".
library Nibbles {
    /// @notice Nibbles in a whole path.
    uint256 internal constant WHOLE = 64;

    /// @notice Nibble `index` < 64 of `path`.
    function nibbleAt(bytes32 path, uint256 index) internal pure returns (uint256 nibble) {
        assembly ("memory-safe") {
            nibble := and(shr(sub(252, shl(2, index)), path), 15)
        }
    }

    /// @notice `path` without its first `count` nibbles.
    function skip(bytes32 path, uint256 count) internal pure returns (bytes32) {
        return path << (4 * count);
    }

    /// @notice The first `count` nibbles of `path`, trimmed.
    function take(bytes32 path, uint256 count) internal pure returns (bytes32) {
        return path & ~(bytes32(type(uint256).max) >> (4 * count));
    }

    /// @notice The trimmed `first` of `count` nibbles, and `second` after it.
    function join(bytes32 first, uint256 count, bytes32 second) internal pure returns (bytes32) {
        return first | (second >> (4 * count));
    }

    /// @notice The path of the one nibble `nibble`, trimmed.
    function single(uint256 nibble) internal pure returns (bytes32) {
        return bytes32(nibble << 252);
    }

    /// @notice How many leading nibbles `a` and `b` share, 64 if they are equal.
    function common(bytes32 a, bytes32 b) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := shr(2, clz(xor(a, b)))
        }
    }
}
