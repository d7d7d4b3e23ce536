// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOutbox} from "../interfaces/IOutbox.sol";
import {Direction, Message} from "../types/Message.sol";

/// @title Outbox
/// @dev Nobody owns it. `isSent` must stay the first variable: L1 proves its slots.
contract Outbox is IOutbox {
    /// @inheritdoc IOutbox
    mapping(bytes32 hash => bool) public isSent;
    /// @inheritdoc IOutbox
    uint64 public messageCount;

    /// @inheritdoc IOutbox
    uint256 public immutable l1ChainId;
    /// @inheritdoc IOutbox
    address public immutable bridge;

    /// @param l1ChainId_ chain id of L1
    /// @param bridge_ the Bridge that the messages are for
    constructor(uint256 l1ChainId_, address bridge_) {
        l1ChainId = l1ChainId_;
        bridge = bridge_;
    }

    /// @inheritdoc IOutbox
    function send(address target, bytes calldata data) external payable returns (uint64 nonce) {
        nonce = messageCount++;
        Message memory message =
            Message({nonce: nonce, sender: msg.sender, target: target, value: msg.value, data: data});
        bytes32 hash = message.hash(Direction.Up, l1ChainId, bridge);
        isSent[hash] = true;
        emit MessageSent(hash, msg.sender, target, nonce, msg.value, data);
    }
}
