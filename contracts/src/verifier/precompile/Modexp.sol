// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The price of MODEXP: EIP-7883 over the input bounds of EIP-7823.
library Modexp {
    /// @notice EIP-7823: the most bytes of base, exponent or modulus.
    uint256 internal constant MAX_LENGTH = 1024;
    uint256 private constant _MIN_PRICE = 500;
    uint256 private constant _HEADER = 96;
    /// @notice The most bytes of an input that matter.
    uint256 internal constant MAX_INPUT = _HEADER + 3 * MAX_LENGTH;

    /// @notice Price of `input` in gas, or the largest number if a length is over the bound, which fails at any price.
    function price(bytes memory input) internal pure returns (uint256) {
        uint256 baseLength = _word(input, 0);
        uint256 exponentLength = _word(input, 32);
        uint256 modulusLength = _word(input, 64);
        if (baseLength > MAX_LENGTH || exponentLength > MAX_LENGTH || modulusLength > MAX_LENGTH) {
            return type(uint256).max;
        }
        uint256 exponentHead = _word(input, _HEADER + baseLength);
        if (exponentLength < 32) exponentHead >>= 8 * (32 - exponentLength);
        uint256 longest = baseLength > modulusLength ? baseLength : modulusLength;
        uint256 result = _complexity(longest) * _iterations(exponentLength, exponentHead);
        return result < _MIN_PRICE ? _MIN_PRICE : result;
    }

    function _complexity(uint256 length) private pure returns (uint256) {
        if (length <= 32) return 16;
        uint256 words = (length + 7) / 8;
        return 2 * words * words;
    }

    function _iterations(uint256 exponentLength, uint256 exponentHead) private pure returns (uint256 count) {
        uint256 bits = _bitLength(exponentHead);
        if (bits != 0) count = bits - 1;
        if (exponentLength > 32) count += 16 * (exponentLength - 32);
        if (count == 0) count = 1;
    }

    function _bitLength(uint256 value) private pure returns (uint256 bits) {
        assembly {
            bits := sub(256, clz(value))
        }
    }

    /// @dev The 32 bytes at `offset`, zeros beyond the end of `input`.
    function _word(bytes memory input, uint256 offset) private pure returns (uint256 word) {
        if (offset >= input.length) return 0;
        assembly ("memory-safe") {
            word := mload(add(add(input, 32), offset))
        }
        uint256 present = input.length - offset;
        if (present < 32) word = word >> (8 * (32 - present)) << (8 * (32 - present));
    }
}
