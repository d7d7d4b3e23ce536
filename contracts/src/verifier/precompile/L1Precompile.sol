// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span} from "../../authenticated/Span.sol";

/// @notice Calls of L1's precompiles, which are those of the machine.
library L1Precompile {
    /// @notice The transaction has too little gas left to give the precompile `price`; its failure would prove nothing.
    error NotEnoughGas(uint256 price);

    /// @dev For the call itself and what is done between the check and it.
    uint256 private constant _RESERVE = 5_000;

    /// @notice Runs `precompile` on `input` with exactly `price`. L1 asks the same price, so that the call fails only if the
    /// precompile itself does, and costs the step no more than the price even then.
    function run(address precompile, Span input, uint256 price)
        internal
        view
        returns (bool success, bytes memory output)
    {
        uint256 left = gasleft();
        // EIP-150 keeps back a 64th.
        if (left - left / 64 < price + _RESERVE) revert NotEnoughGas(price);
        uint256 from = input.pointer();
        uint256 size = input.length();
        assembly ("memory-safe") {
            success := staticcall(price, precompile, from, size, 0, 0)
            output := mload(0x40)
            mstore(output, returndatasize())
            returndatacopy(add(output, 32), 0, returndatasize())
            mstore(0x40, and(add(add(output, 63), returndatasize()), not(31)))
        }
    }
}
