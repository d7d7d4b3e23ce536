// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "./TestBase.sol";

/// @notice Calls measured by themselves: from cold storage, and without what encoding them costs here. Gas metering is
/// paused before and after.
abstract contract ColdCall is Test {
    /// @param answer the first word that is returned, such as an error's selector
    function coldCall(address to, bytes memory data) internal returns (bool done, bytes32 answer, uint256 gas) {
        vm.cool(to);
        vm.resumeGasMetering();
        gas = gasleft();
        assembly ("memory-safe") {
            mstore(0, 0)
            done := call(gas(), to, 0, add(data, 32), mload(data), 0, 32)
            answer := mload(0)
        }
        gas -= gasleft();
        vm.pauseGasMetering();
    }
}
