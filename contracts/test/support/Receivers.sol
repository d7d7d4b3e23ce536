// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ICaller} from "../../src/interfaces/ICaller.sol";
import {Message} from "../../src/types/Message.sol";

/// @notice Remembers who called it, and fails as long as it is told to.
contract Recorder {
    bool public refuses;
    uint256 public calls;
    address public caller;
    address public sender;
    uint256 public value;
    bytes public data;

    error Refused();

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    fallback() external payable {
        _record();
    }

    receive() external payable {
        _record();
    }

    function _record() private {
        if (refuses) revert Refused();
        ++calls;
        caller = msg.sender;
        sender = ICaller(msg.sender).sender();
        value = msg.value;
        data = msg.data;
    }
}

/// @notice Does something with a Bridge while it is called, and remembers what came of it.
contract Within {
    IBridge private immutable _bridge;
    bytes private _what;
    uint256 private _value;

    bool public done;
    bytes public answer;

    constructor(IBridge bridge) {
        _bridge = bridge;
    }

    function prepare(bytes memory what, uint256 value) public payable {
        (_what, _value) = (what, value);
    }

    function prepareWithdrawal(Message calldata message, WithdrawalProof calldata proof) external {
        prepare(abi.encodeCall(IBridge.withdraw, (message, proof)), 0);
    }

    receive() external payable {
        (done, answer) = address(_bridge).call{value: _value}(_what);
    }
}

/// @notice Uses a given amount of gas, and says that it has.
contract Worker {
    bool public done;

    function work(uint256 gas) external payable {
        uint256 end = gasleft() - gas;
        while (gasleft() > end) {}
        done = true;
    }
}
