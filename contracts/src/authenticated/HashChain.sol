// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A sequence committed by one hash: zero when empty, and each item is hashed onto what came before it.
library HashChain {
    /// @notice The chain with `item` appended: keccak256(abi.encode(chain, item)).
    function push(bytes32 chain, bytes32 item) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0, chain)
            mstore(32, item)
            result := keccak256(0, 64)
        }
    }
}
