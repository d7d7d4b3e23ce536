// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Where the tournament finds the L2 blocks' records.
interface IRecords {
    /// @notice Hash of the record of L2 block `number`; it never changes. Reverts for a block that has no record.
    function recordHash(uint64 number) external view returns (bytes32);
}
