// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What an L1 transaction costs.
library L1Transaction {
    /// EIP-7623: the larger of the price with `execution` gas and the floor for the calldata alone.
    function gasOf(bytes memory data, uint256 execution) internal pure returns (uint256) {
        uint256 tokens;
        for (uint256 i = 0; i < data.length; ++i) {
            tokens += data[i] == 0 ? 1 : 4;
        }
        uint256 withExecution = 4 * tokens + execution;
        uint256 floor = 10 * tokens;
        return 21_000 + (withExecution > floor ? withExecution : floor);
    }
}
