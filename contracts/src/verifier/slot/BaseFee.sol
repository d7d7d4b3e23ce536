// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The base fee rule of EIP-1559.
library BaseFee {
    /// @notice Gas limit over gas target.
    uint256 internal constant ELASTICITY = 2;
    /// @notice Bounds the change from block to block to 1/8.
    uint256 internal constant DENOMINATOR = 8;

    /// @notice Base fee of the block after one with these values, in wei per gas.
    function next(uint256 gasUsed, uint256 gasLimit, uint256 baseFee) internal pure returns (uint256) {
        uint256 target = gasLimit / ELASTICITY;
        if (gasUsed == target) return baseFee;
        if (gasUsed < target) return baseFee - baseFee * (target - gasUsed) / target / DENOMINATOR;
        uint256 rise = baseFee * (gasUsed - target) / target / DENOMINATOR;
        return baseFee + (rise == 0 ? 1 : rise);
    }
}
