// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {ICaller} from "../interfaces/ICaller.sol";

/// @title Caller
/// @dev The Bridge makes it. It has no rights anywhere and no ETH between calls; what is sent to it, anybody may take.
contract Caller is ICaller {
    /// @inheritdoc ICaller
    address public immutable bridge;

    address private transient _sender;

    constructor() {
        bridge = msg.sender;
    }

    /// @inheritdoc ICaller
    function call(address from, address target, bytes calldata data) external payable returns (bool success) {
        if (msg.sender != bridge) revert NotBridge(msg.sender);
        _sender = from;
        success = LowLevelCall.callNoReturn(target, msg.value, data);
        _sender = address(0);
    }

    /// @inheritdoc ICaller
    function sender() external view returns (address) {
        if (_sender == address(0)) revert NoMessage();
        return _sender;
    }
}
