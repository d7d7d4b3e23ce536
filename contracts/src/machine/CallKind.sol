// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The values of `Call.kind`.
library CallKind {
    /// @notice Runs the code of an account.
    uint8 internal constant MESSAGE = 0;
    /// @notice Runs initcode, whose output becomes the code of a new account.
    uint8 internal constant CREATION = 1;
}
