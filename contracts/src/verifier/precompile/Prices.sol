// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Modexp} from "./Modexp.sol";
import {Msm} from "./Msm.sol";

/// @notice What each precompile of Osaka costs, from its input alone. L1 asks the same prices, so a call on L1 with
/// exactly this gas fails only where the precompile itself does.
library Prices {
    /// @notice There is no price for this precompile.
    error UnsupportedPrecompile(address precompile);

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
    uint256 private constant _BN254_PAIR_SIZE = 192;
    /// @dev EIP-152: one gas a round; only inputs of this size succeed.
    uint256 private constant _BLAKE2F_SIZE = 213;
    /// @dev EIP-4844.
    uint256 private constant _POINT_EVALUATION = 50_000;
    /// @dev EIP-2537.
    uint256 private constant _BLS12_G1ADD = 375;
    uint256 private constant _BLS12_G2ADD = 600;
    uint256 private constant _BLS12_PAIRING = 37_700;
    uint256 private constant _BLS12_PAIR = 32_600;
    uint256 private constant _BLS12_PAIR_SIZE = 384;
    uint256 private constant _BLS12_MAP_FP_TO_G1 = 5_500;
    uint256 private constant _BLS12_MAP_FP2_TO_G2 = 23_800;
    /// @dev EIP-7951.
    uint256 private constant _P256VERIFY = 6_900;

    /// @notice Price in gas of calling `precompile` with `input`. For an input on which the precompile fails whatever
    /// it is paid the number has no meaning.
    function priceOf(address precompile, bytes memory input) internal pure returns (uint256) {
        uint256 number = uint160(precompile);
        uint256 length = input.length;
        uint256 words = (length + 31) / 32;
        if (number <= 0x05) {
            if (number == 0x01) return _ECRECOVER;
            if (number == 0x02) return _SHA256 + _SHA256_WORD * words;
            if (number == 0x03) return _RIPEMD160 + _RIPEMD160_WORD * words;
            if (number == 0x04) return _IDENTITY + _IDENTITY_WORD * words;
            if (number == 0x05) return Modexp.price(input);
        } else if (number <= 0x0a) {
            if (number == 0x06) return _BN254_ADD;
            if (number == 0x07) return _BN254_MUL;
            if (number == 0x08) return _BN254_PAIRING + _BN254_PAIR * (length / _BN254_PAIR_SIZE);
            // The rounds are the first four bytes.
            // forge-lint: disable-next-line(unsafe-typecast)
            if (number == 0x09) return length == _BLAKE2F_SIZE ? uint32(bytes4(input)) : 0;
            return _POINT_EVALUATION;
        } else if (number <= 0x11) {
            if (number == 0x0b) return _BLS12_G1ADD;
            if (number == 0x0c) return Msm.g1(length);
            if (number == 0x0d) return _BLS12_G2ADD;
            if (number == 0x0e) return Msm.g2(length);
            if (number == 0x0f) return _BLS12_PAIRING + _BLS12_PAIR * (length / _BLS12_PAIR_SIZE);
            if (number == 0x10) return _BLS12_MAP_FP_TO_G1;
            return _BLS12_MAP_FP2_TO_G2;
        } else if (number == 0x100) {
            return _P256VERIFY;
        }
        revert UnsupportedPrecompile(precompile);
    }
}
