// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A slow and obvious RLP encoder, the oracle of the encoders and decoders under contracts/src.
library RlpText {
    /// @notice A byte string.
    function text(bytes memory data) internal pure returns (bytes memory) {
        if (data.length == 1 && uint8(data[0]) < 0x80) return data;
        return bytes.concat(_header(0x80, data.length), data);
    }

    /// @notice An integer.
    function number(uint256 value) internal pure returns (bytes memory) {
        return text(digits(value));
    }

    /// @notice A list of encoded items.
    function list(bytes memory items) internal pure returns (bytes memory) {
        return bytes.concat(_header(0xc0, items.length), items);
    }

    /// @notice Big-endian bytes without leading zeros.
    function digits(uint256 value) internal pure returns (bytes memory) {
        if (value == 0) return "";
        // The lowest byte.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes.concat(digits(value >> 8), bytes1(uint8(value)));
    }

    function _header(uint256 kind, uint256 length) private pure returns (bytes memory) {
        // A kind is at most 0xc0, and 55 + 8 fit on top.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (length < 56) return abi.encodePacked(uint8(kind + length));
        bytes memory size = digits(length);
        // forge-lint: disable-next-line(unsafe-typecast)
        return abi.encodePacked(uint8(kind + 55 + size.length), size);
    }
}
