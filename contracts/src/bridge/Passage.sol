// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridge} from "../interfaces/IBridge.sol";
import {ICaller} from "../interfaces/ICaller.sol";
import {IPassage} from "../interfaces/IPassage.sol";
import {IRollupReceiver} from "../interfaces/IRollupReceiver.sol";

/// @title Passage
/// @dev It trusts nobody: who pretends to be a Bridge speaks in that name alone.
contract Passage is IPassage {
    /// @inheritdoc IPassage
    function forward(IBridge to, address target, bytes calldata data) external payable returns (uint64 nonce) {
        (address origin, address sender) = _origin();
        bytes memory call = abi.encodeCall(IRollupReceiver.onRollupMessage, (origin, sender, data));
        nonce = to.sendMessage{value: msg.value}(target, call);
        emit Forwarded(origin, address(to), sender, nonce);
    }

    /// @dev The Bridge whose Caller calls, and who sent the message on its rollup.
    function _origin() private view returns (address origin, address sender) {
        ICaller caller = ICaller(msg.sender);
        origin = caller.bridge();
        if (address(IBridge(origin).caller()) != msg.sender) revert NotCaller(msg.sender);
        sender = caller.sender();
    }
}
