// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The values of `Job.kind`.
library JobKind {
    /// @notice Warms an access list.
    uint8 internal constant ACCESS_LIST = 1;
    /// @notice Copies into the frame's memory.
    uint8 internal constant COPY = 2;
    /// @notice Applies EIP-7702 authorizations.
    uint8 internal constant AUTHORIZATIONS = 3;
}
