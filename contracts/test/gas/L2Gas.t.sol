// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITokenBridge} from "../../src/interfaces/ITokenBridge.sol";
import {Message} from "../../src/types/Message.sol";
import {L2World} from "../support/L2World.sol";
import {MessageTreeOracle} from "../support/MessageTreeOracle.sol";

/// @notice What messages and tokens cost on L2: each as a transaction of its own, intrinsic gas included, in snapshots/L2.json.
contract L2GasTest is L2World {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);

    function _snap(string memory what) private {
        vm.snapshotGasLastCall("L2", what);
    }

    function _mint(address to) private returns (Message memory) {
        bytes memory call = abi.encodeCall(ITokenBridge.mint, (address(0x901d), "Gold", "GLD", 18, to, 100 ether));
        return _sent(ESCROW, address(TOKEN_BRIDGE), 0, call);
    }

    function _relayAlone(Message memory message) private {
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, message.nonce);
        MESSENGER.relay(message, uint64(block.timestamp), siblings);
    }

    /// forge-config: default.isolate = true
    function test_gas_messages() public {
        vm.deal(address(MESSENGER), 1 ether);
        vm.deal(BOB, 1);
        Message memory call = _sent(ALICE, BOB, 0, "thirty-two bytes of some message");
        Message memory payment = _sent(ALICE, BOB, 1 ether, "");
        _beginBlock();
        _relayAlone(call);
        _snap("relay, a call");
        _relayAlone(payment);
        _snap("relay, a payment");
        assertEq(BOB.balance, 1 ether + 1);

        vm.deal(ALICE, 1 ether);
        vm.startPrank(ALICE);
        OUTBOX.send(BOB, "");
        OUTBOX.send(BOB, "thirty-two bytes of some message");
        _snap("send, a call");
        OUTBOX.send{value: 1 ether}(BOB, "");
        _snap("send, a payment");
        assertEq(OUTBOX.messageCount(), 3);
    }

    /// forge-config: default.isolate = true
    function test_gas_tokens() public {
        Message memory first = _mint(ALICE);
        Message memory second = _mint(BOB);
        _beginBlock();
        _relayAlone(first);
        _snap("relay, a token's first deposit");
        _relayAlone(second);
        _snap("relay, a token's deposit");
        address token = TOKEN_BRIDGE.tokenOf(address(0x901d));
        vm.startPrank(ALICE);
        TOKEN_BRIDGE.withdraw(token, ALICE, 1);
        TOKEN_BRIDGE.withdraw(token, ALICE, 1 ether);
        _snap("withdraw of a token");
        assertEq(OUTBOX.messageCount(), 2);
    }
}
