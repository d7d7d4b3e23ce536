// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Precompile} from "../../rules/Precompile.sol";
import {Inputs} from "./Inputs.sol";
import {Modexp} from "./Modexp.sol";
import {Msm} from "./Msm.sol";

/// @notice What each precompile of Osaka costs, from its input alone. L1 asks the same prices, so a call on L1 with
/// exactly this gas fails only where the precompile itself does.
library Prices {
    uint256 private constant _ECRECOVER = 3_000;
    uint256 private constant _SHA256 = 60;
    uint256 private constant _SHA256_WORD = 12;
    uint256 private constant _RIPEMD160 = 600;
    uint256 private constant _RIPEMD160_WORD = 120;
    uint256 private constant _IDENTITY = 15;
    uint256 private constant _IDENTITY_WORD = 3;
    /// @dev EIP-1108.
    uint256 private constant _BN254_ADD = 150;
    uint256 private constant _BN254_MUL = 6_000;
    uint256 private constant _BN254_PAIRING = 45_000;
    uint256 private constant _BN254_PAIR = 34_000;
    /// @notice Evaluation of a blob's polynomial (EIP-4844).
    uint256 internal constant POINT_EVALUATION = 50_000;
    /// @notice Addition in G1 (EIP-2537).
    uint256 internal constant BLS12_G1ADD = 375;
    /// @notice Addition in G2 (EIP-2537).
    uint256 internal constant BLS12_G2ADD = 600;
    /// @dev EIP-2537.
    uint256 private constant _BLS12_PAIRING = 37_700;
    uint256 private constant _BLS12_PAIR = 32_600;
    uint256 private constant _BLS12_MAP_FP_TO_G1 = 5_500;
    uint256 private constant _BLS12_MAP_FP2_TO_G2 = 23_800;
    /// @dev EIP-7951.
    uint256 private constant _P256VERIFY = 6_900;

    /// @notice Whether the price depends on more of the input than its length.
    function needInput(address precompile) internal pure returns (bool) {
        return precompile == Precompile.MODEXP || precompile == Precompile.BLAKE2F;
    }

    /// @notice Price in gas of calling such a `precompile` with `input`, which it takes.
    function ofInput(address precompile, bytes memory input) internal pure returns (uint256) {
        if (precompile == Precompile.MODEXP) return Modexp.price(input);
        // The rounds of BLAKE2F are the first four bytes; each costs one gas (EIP-152).
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(bytes4(input));
    }

    /// @notice Price in gas of calling any other `precompile` with `length` bytes, which it takes.
    function ofLength(address precompile, uint256 length) internal pure returns (uint256) {
        uint256 words = (length + 31) / 32;
        if (precompile == Precompile.ECRECOVER) return _ECRECOVER;
        if (precompile == Precompile.SHA256) return _SHA256 + _SHA256_WORD * words;
        if (precompile == Precompile.RIPEMD160) return _RIPEMD160 + _RIPEMD160_WORD * words;
        if (precompile == Precompile.IDENTITY) return _IDENTITY + _IDENTITY_WORD * words;
        if (precompile == Precompile.BN254_ADD) return _BN254_ADD;
        if (precompile == Precompile.BN254_MUL) return _BN254_MUL;
        if (precompile == Precompile.BN254_PAIRING) {
            return _BN254_PAIRING + _BN254_PAIR * (length / Inputs.BN254_PAIR);
        }
        if (precompile == Precompile.POINT_EVALUATION) return POINT_EVALUATION;
        if (precompile == Precompile.BLS12_G1ADD) return BLS12_G1ADD;
        if (precompile == Precompile.BLS12_G1MSM) return Msm.g1(length);
        if (precompile == Precompile.BLS12_G2ADD) return BLS12_G2ADD;
        if (precompile == Precompile.BLS12_G2MSM) return Msm.g2(length);
        if (precompile == Precompile.BLS12_PAIRING) {
            return _BLS12_PAIRING + _BLS12_PAIR * (length / Inputs.BLS12_PAIR);
        }
        if (precompile == Precompile.BLS12_MAP_FP_TO_G1) return _BLS12_MAP_FP_TO_G1;
        if (precompile == Precompile.BLS12_MAP_FP2_TO_G2) return _BLS12_MAP_FP2_TO_G2;
        return _P256VERIFY;
    }
}
