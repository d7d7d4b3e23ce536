// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOutbox} from "../../src/interfaces/IOutbox.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {L2World} from "../support/L2World.sol";

contract OutboxTest is L2World {
    address private constant ALICE = address(0xa11ce);
    address private constant TARGET = address(0x7a46e7);

    function _up(Message memory message) private pure returns (bytes32) {
        return message.hash(Direction.Up, L1_CHAIN_ID, BRIDGE);
    }

    function testFuzz_send_storesTheHashWhereL1Looks(address sender, address target, uint96 value, bytes memory data)
        public
    {
        vm.assume(sender != address(OUTBOX));
        Message memory message = Message(0, sender, target, value, data);
        bytes32 hash = _up(message);
        assertFalse(OUTBOX.isSent(hash));
        vm.deal(sender, value);
        vm.expectEmit(address(OUTBOX));
        emit IOutbox.MessageSent(hash, sender, target, 0, value, data);
        vm.prank(sender);
        assertEq(OUTBOX.send{value: value}(target, data), 0);
        assertTrue(OUTBOX.isSent(hash));
        assertEq(
            vm.load(address(OUTBOX), keccak256(abi.encode(hash, 0))), bytes32(uint256(1)), "one, in slot 0's mapping"
        );
        assertEq(address(OUTBOX).balance, value, "it has left the L2");
    }

    function test_send_countsMessagesApart() public {
        bytes32 before;
        for (uint64 nonce = 0; nonce < 3; ++nonce) {
            vm.prank(ALICE);
            assertEq(OUTBOX.send(TARGET, "again"), nonce);
            bytes32 hash = _up(Message(nonce, ALICE, TARGET, 0, "again"));
            assertTrue(OUTBOX.isSent(hash));
            assertNotEq(hash, before);
            before = hash;
        }
        assertEq(OUTBOX.messageCount(), 3);
        assertEq(OUTBOX.l1ChainId(), L1_CHAIN_ID);
        assertEq(OUTBOX.bridge(), BRIDGE);
    }

    function test_send_isForOneBridgeAndOneDirection() public {
        vm.prank(ALICE);
        OUTBOX.send(TARGET, "");
        Message memory message = Message(0, ALICE, TARGET, 0, "");
        assertFalse(OUTBOX.isSent(message.hash(Direction.Down, L1_CHAIN_ID, BRIDGE)));
        assertFalse(OUTBOX.isSent(message.hash(Direction.Up, L1_CHAIN_ID + 1, BRIDGE)));
        assertFalse(OUTBOX.isSent(message.hash(Direction.Up, L1_CHAIN_ID, address(0xb2))));
    }

    function test_plainEtherIsRefused() public {
        vm.deal(address(this), 1 ether);
        (bool taken,) = address(OUTBOX).call{value: 1}("");
        assertFalse(taken);
    }
}
