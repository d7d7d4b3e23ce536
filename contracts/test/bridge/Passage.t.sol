// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Passage} from "../../src/bridge/Passage.sol";
import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ICaller} from "../../src/interfaces/ICaller.sol";
import {IPassage} from "../../src/interfaces/IPassage.sol";
import {IRollupReceiver} from "../../src/interfaces/IRollupReceiver.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {BridgeWorld, BridgedRollup} from "../support/BridgeWorld.sol";

/// @notice Pretends to be a Bridge and its Caller.
contract Impostor {
    address public bridge = address(this);
    address public caller = address(this);
    address public sender = address(0xa11ce);

    function pretend(address bridge_) external {
        bridge = bridge_;
    }

    function forward(IPassage passage, IBridge to, address target) external returns (uint64) {
        return passage.forward(to, target, "");
    }
}

contract PassageTest is BridgeWorld {
    address private constant ALICE = address(0xa11ce);
    address private constant TARGET = address(0x7a);

    BridgedRollup private a;
    BridgedRollup private b;
    Passage private passage = new Passage();

    function setUp() public {
        vm.warp(GENESIS_TIME + 100);
        (a, b) = (newRollup(0), newRollup(0));
        vm.deal(address(a.bridge), 10 ether);
    }

    function _up(IBridge to, uint256 value) private view returns (Message memory) {
        bytes memory call = abi.encodeCall(IPassage.forward, (to, TARGET, "data"));
        return Message(7, ALICE, address(passage), value, call);
    }

    function _down(address origin, address sender, address to, uint64 nonce, uint256 value, bytes memory data)
        private
        view
        returns (Message memory message, bytes32 hash)
    {
        bytes memory call = abi.encodeCall(IRollupReceiver.onRollupMessage, (origin, sender, data));
        message = Message(nonce, address(passage), TARGET, value, call);
        hash = message.hash(Direction.Down, block.chainid, to);
    }

    function test_forward_inOneTransaction() public {
        Message memory message = _up(b.bridge, 1 ether);
        (Message memory down, bytes32 hash) = _down(address(a.bridge), ALICE, address(b.bridge), 0, 1 ether, "data");
        WithdrawalProof memory proof = sendUp(a, message);
        vm.expectEmit(address(b.bridge));
        emit IBridge.MessageSent(hash, address(passage), TARGET, 0, 1 ether, down.data);
        vm.expectEmit(address(passage));
        emit IPassage.Forwarded(address(a.bridge), address(b.bridge), ALICE, 0);
        a.bridge.withdraw(message, proof);
        assertEq(b.inbox.messageCount(), 1);
        assertEq(b.inbox.depositsQueued(), 1);
        assertEq(a.inbox.messageCount(), 0);
        assertEq(address(a.bridge).balance, 9 ether);
        assertEq(address(b.bridge).balance, 1 ether, "the value moved from one Bridge to the other");
        assertEq(address(passage).balance, 0);
    }

    function test_forward_backToTheSameRollup() public {
        Message memory message = _up(a.bridge, 0);
        a.bridge.withdraw(message, sendUp(a, message));
        assertEq(a.inbox.messageCount(), 1);
    }

    function test_forward_once() public {
        Message memory message = _up(b.bridge, 0);
        WithdrawalProof memory proof = sendUp(a, message);
        a.bridge.withdraw(message, proof);
        vm.expectRevert(abi.encodeWithSelector(IBridge.AlreadyWithdrawn.selector, upHash(a, message)));
        a.bridge.withdraw(message, proof);
        assertEq(b.inbox.messageCount(), 1);
    }

    function test_forward_whatTheOtherBridgeRefusesIsKept() public {
        Message memory message = _up(b.bridge, 0.01 ether);
        WithdrawalProof memory proof = sendUp(a, message);
        vm.deal(address(this), 1 ether);
        for (uint256 i = 0; i < 64; ++i) {
            b.bridge.deposit{value: 0.01 ether}(ALICE);
        }
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(passage)));
        a.bridge.withdraw(message, proof);
        append(b);
        a.bridge.withdraw(message, proof);
        assertEq(b.inbox.messageCount(), 1);
    }

    function test_forward_onlyACaller() public {
        vm.expectRevert();
        passage.forward(b.bridge, TARGET, "");
        Impostor impostor = new Impostor();
        impostor.pretend(address(a.bridge));
        vm.expectRevert(abi.encodeWithSelector(IPassage.NotCaller.selector, address(impostor)));
        impostor.forward(passage, b.bridge, TARGET);
    }

    function test_forward_anImpostorSpeaksForItselfAlone() public {
        Impostor impostor = new Impostor();
        (Message memory down, bytes32 hash) = _down(address(impostor), ALICE, address(b.bridge), 0, 0, "");
        vm.expectEmit(address(b.bridge));
        emit IBridge.MessageSent(hash, address(passage), TARGET, 0, 0, down.data);
        impostor.forward(passage, b.bridge, TARGET);
    }

    function test_forward_outsideAMessage() public {
        address caller = address(a.bridge.caller());
        vm.prank(caller);
        vm.expectRevert(ICaller.NoMessage.selector);
        passage.forward(b.bridge, TARGET, "");
    }

    function test_forward_toL1Messenger() public {
        bytes memory call = abi.encodeCall(IPassage.forward, (b.bridge, Predeploys.L1_MESSENGER, ""));
        Message memory message = Message(7, ALICE, address(passage), 0, call);
        WithdrawalProof memory proof = sendUp(a, message);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(passage)));
        a.bridge.withdraw(message, proof);
    }
}
