// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Signatures of transactions and authorizations.
library Secp256k1 {
    /// @dev EIP-2: half the order of the curve, rounded down.
    uint256 private constant MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Who signed `hash`; the zero address unless the parity is 0 or 1, 0 < r < n, 0 < s <= n/2, and r is the x of
    /// a point.
    function recover(bytes32 hash, uint256 parity, uint256 r, uint256 s) internal pure returns (address) {
        if (parity > 1 || s > MAX_S) return address(0);
        // The precompile checks the rest. At most 28.
        // forge-lint: disable-next-line(unsafe-typecast)
        return ecrecover(hash, uint8(27 + parity), bytes32(r), bytes32(s));
    }
}
