// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Blobs (EIP-4844): 4096 elements of the scalar field of BLS12-381, which are the values of a polynomial at the
/// 4096th roots of unity, in bit-reversed order.
library Blobs {
    /// @notice Elements of a blob.
    uint32 internal constant ELEMENTS = 4096;
    /// @notice Bytes that each gives to a batch: all but the highest.
    uint32 internal constant ELEMENT_BYTES = 31;
    /// @notice Bytes of the batch in a blob.
    uint32 internal constant BATCH_BYTES = 126_976;
    /// @notice The field's modulus.
    uint256 internal constant MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    /// @dev A primitive 4096th root of unity: 7^((MODULUS - 1) / 4096).
    uint256 private constant ROOT = 0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306;
    /// @dev Bits of an index.
    uint256 private constant INDEX_BITS = 12;

    /// @notice Where the polynomial has the value of element `index`: ROOT to the power of the index with its 12 bits reversed.
    function point(uint256 index) internal pure returns (uint256 z) {
        z = 1;
        // The exponent's highest bit is the index's lowest.
        for (uint256 i = 0; i < INDEX_BITS; ++i) {
            z = mulmod(z, z, MODULUS);
            if ((index >> i) & 1 == 1) z = mulmod(z, ROOT, MODULUS);
        }
    }
}
