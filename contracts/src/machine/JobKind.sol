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
    /// @notice Hashes the data of KECCAK256.
    uint8 internal constant KECCAK = 4;
    /// @notice Hashes the data of a log.
    uint8 internal constant LOG = 5;
    /// @notice Takes in the input of a precompile.
    uint8 internal constant PRECOMPILE = 6;
    /// @notice Begins the creation that an opcode has paid for.
    uint8 internal constant CREATE = 7;
    /// @notice Copies a blob into the block's batch.
    uint8 internal constant BLOB = 8;
}
