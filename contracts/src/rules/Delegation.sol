// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The code of an account that lets another's code run for it (EIP-7702).
library Delegation {
    /// @notice Bytes of such a code.
    uint256 internal constant SIZE = 23;
    /// @notice Its first three bytes; the delegate's address follows.
    bytes3 internal constant PREFIX = 0xef0100;

    /// @notice Whether `code` is a delegation, and to whom.
    function parse(bytes calldata code) internal pure returns (bool isDelegation, address delegate) {
        // The first three bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (code.length != SIZE || bytes3(code) != PREFIX) return (false, address(0));
        return (true, address(bytes20(code[3:])));
    }
}
