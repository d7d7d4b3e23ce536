// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Precompile} from "../../rules/Precompile.sol";
import {Modexp} from "./Modexp.sol";
import {Msm} from "./Msm.sol";

/// @notice What the length of an input tells about a call of a precompile.
library Inputs {
    /// @notice Bytes of a pair of points for the pairing check on BN254.
    uint256 internal constant BN254_PAIR = 192;
    /// @notice Bytes of a pair of points for the pairing check on BLS12-381.
    uint256 internal constant BLS12_PAIR = 384;

    uint256 private constant _ECRECOVER = 128;
    uint256 private constant _BN254_ADD = 128;
    uint256 private constant _BN254_MUL = 96;
    uint256 private constant _BLAKE2F = 213;
    uint256 private constant _POINT_EVALUATION = 192;
    uint256 private constant _BLS12_G1ADD = 256;
    uint256 private constant _BLS12_G2ADD = 512;
    uint256 private constant _BLS12_MAP_FP = 64;
    uint256 private constant _BLS12_MAP_FP2 = 128;
    uint256 private constant _P256VERIFY = 160;

    /// @notice Whether `precompile` takes inputs of `length` bytes; of all others it fails, whatever it is paid.
    function isTaken(address precompile, uint256 length) internal pure returns (bool) {
        if (precompile == Precompile.BN254_PAIRING) return length % BN254_PAIR == 0;
        if (precompile == Precompile.BLAKE2F) return length == _BLAKE2F;
        if (precompile == Precompile.POINT_EVALUATION) return length == _POINT_EVALUATION;
        if (precompile == Precompile.BLS12_G1ADD) return length == _BLS12_G1ADD;
        if (precompile == Precompile.BLS12_G1MSM) return length != 0 && length % Msm.G1_PAIR == 0;
        if (precompile == Precompile.BLS12_G2ADD) return length == _BLS12_G2ADD;
        if (precompile == Precompile.BLS12_G2MSM) return length != 0 && length % Msm.G2_PAIR == 0;
        if (precompile == Precompile.BLS12_PAIRING) return length != 0 && length % BLS12_PAIR == 0;
        if (precompile == Precompile.BLS12_MAP_FP_TO_G1) return length == _BLS12_MAP_FP;
        if (precompile == Precompile.BLS12_MAP_FP2_TO_G2) return length == _BLS12_MAP_FP2;
        return true;
    }

    /// @notice Whether an input of `length` bytes, which is taken, is answered with nothing because of its length alone.
    function isVoid(address precompile, uint256 length) internal pure returns (bool) {
        return precompile == Precompile.P256VERIFY && length != _P256VERIFY;
    }

    /// @notice Whether inputs may be absorbed in chunks.
    function isDivisible(address precompile) internal pure returns (bool) {
        return precompile == Precompile.SHA256 || precompile == Precompile.RIPEMD160
            || precompile == Precompile.BLS12_G1MSM || precompile == Precompile.BLS12_G2MSM;
    }

    /// @notice How many of `length` bytes matter: the first ones.
    function window(address precompile, uint256 length) internal pure returns (uint256) {
        uint256 most = length;
        if (precompile == Precompile.ECRECOVER) most = _ECRECOVER;
        if (precompile == Precompile.BN254_ADD) most = _BN254_ADD;
        if (precompile == Precompile.BN254_MUL) most = _BN254_MUL;
        if (precompile == Precompile.MODEXP) most = Modexp.MAX_INPUT;
        return length < most ? length : most;
    }
}
