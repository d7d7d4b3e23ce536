// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Osaka's precompiles.
library Precompile {
    /// @notice Recovers the signer of a hash.
    address internal constant ECRECOVER = address(0x01);
    /// @notice SHA-256.
    address internal constant SHA256 = address(0x02);
    /// @notice RIPEMD-160.
    address internal constant RIPEMD160 = address(0x03);
    /// @notice Returns its input.
    address internal constant IDENTITY = address(0x04);
    /// @notice Modular exponentiation (EIP-198).
    address internal constant MODEXP = address(0x05);
    /// @notice Addition on BN254 (EIP-196).
    address internal constant BN254_ADD = address(0x06);
    /// @notice Multiplication on BN254 (EIP-196).
    address internal constant BN254_MUL = address(0x07);
    /// @notice Pairing check on BN254 (EIP-197).
    address internal constant BN254_PAIRING = address(0x08);
    /// @notice Compression function of BLAKE2b (EIP-152).
    address internal constant BLAKE2F = address(0x09);
    /// @notice Evaluation of a blob's polynomial (EIP-4844).
    address internal constant POINT_EVALUATION = address(0x0a);
    /// @notice Addition in G1 of BLS12-381 (EIP-2537, as the next six).
    address internal constant BLS12_G1ADD = address(0x0b);
    /// @notice Sum of multiples of points in G1.
    address internal constant BLS12_G1MSM = address(0x0c);
    /// @notice Addition in G2.
    address internal constant BLS12_G2ADD = address(0x0d);
    /// @notice Sum of multiples of points in G2.
    address internal constant BLS12_G2MSM = address(0x0e);
    /// @notice Pairing check.
    address internal constant BLS12_PAIRING = address(0x0f);
    /// @notice Map of a field element to G1.
    address internal constant BLS12_MAP_FP_TO_G1 = address(0x10);
    /// @notice Map of an element of the extension field to G2.
    address internal constant BLS12_MAP_FP2_TO_G2 = address(0x11);
    /// @notice Verifies a signature over secp256r1 (EIP-7951).
    address internal constant P256VERIFY = address(0x100);
}
