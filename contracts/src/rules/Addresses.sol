// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Accounts the rules know by address.
library Addresses {
    /// @notice Sender of the system calls at block begin.
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
    /// @notice Holds the parent beacon block roots (EIP-4788).
    address internal constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    /// @notice Holds the hashes of past blocks (EIP-2935).
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// @notice The last of the precompiles 0x01, 0x02, ...
    address internal constant LAST_LOW_PRECOMPILE = address(0x11);
    /// @notice P256VERIFY (EIP-7951).
    address internal constant P256_VERIFY = address(0x100);

    /// @notice Whether `account` is one of Osaka's precompiles, which are always warm.
    function isPrecompile(address account) internal pure returns (bool) {
        return (account != address(0) && account <= LAST_LOW_PRECOMPILE) || account == P256_VERIFY;
    }
}
