// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Memory as unfriendly as earlier code may leave it.
library Brutalizer {
    /// @notice Fills the scratch space and `size` bytes of free memory with ones.
    function brutalize(uint256 size) internal pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, size) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
            mstore(0, not(0))
            mstore(32, not(0))
        }
    }

    /// @notice Whether `data` is below the free pointer and zeros follow its last byte up to the next whole word.
    function isAllocated(bytes memory data) internal pure returns (bool result) {
        assembly ("memory-safe") {
            let end := add(add(data, 32), mload(data))
            let padded := and(add(end, 31), not(31))
            result := and(iszero(gt(padded, mload(0x40))), iszero(shr(sub(256, shl(3, sub(padded, end))), mload(end))))
        }
    }
}
