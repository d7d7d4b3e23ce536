// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Makes a Bridge's calls, so that no call ever comes from the contract that holds the ETH.
/// @dev A receiver on L1 trusts a call when `msg.sender` is the Caller of the Bridge it knows and `sender()` is its peer on L2.
/// It must not swallow failures of its own calls: whoever carries the message chooses the gas.
interface ICaller {
    /// @notice Only the Bridge calls through it.
    error NotBridge(address caller);
    /// @notice No message is under way.
    error NoMessage();

    /// @notice Calls `target` for the message of `from` on L2, with the payment.
    /// @dev Reverts with NotBridge. What the target returns is not looked at.
    /// @return success whether the target has not failed
    function call(address from, address target, bytes calldata data) external payable returns (bool success);

    /// @notice Whom it calls for, fixed at deployment.
    function bridge() external view returns (address);

    /// @notice Who sent, on L2, the message under way. Reverts with NoMessage when there is none.
    function sender() external view returns (address);
}
