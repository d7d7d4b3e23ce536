// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Contracts of the bridge in the genesis of every L2: "Surety" in ASCII and a number.
library Predeploys {
    /// @notice Calls on L2 what was sent from L1.
    address internal constant L1_MESSENGER = 0x5375726574790000000000000000000000000001;
    /// @notice Keeps what is sent to L1.
    address internal constant OUTBOX = 0x5375726574790000000000000000000000000002;
    /// @notice The L2 side of the token bridge.
    address internal constant TOKEN_BRIDGE = 0x5375726574790000000000000000000000000003;
}
