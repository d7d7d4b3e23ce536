// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Bridge} from "../../src/bridge/Bridge.sol";
import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ICaller} from "../../src/interfaces/ICaller.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {ClaimStatus} from "../../src/interfaces/IRollup.sol";
import {Machine, MachineCodec} from "../../src/machine/Machine.sol";
import {ClaimId} from "../../src/types/Ids.sol";
import {Message} from "../../src/types/Message.sol";
import {BridgeWorld, BridgedRollup} from "../support/BridgeWorld.sol";
import {Recorder, Within, Worker} from "../support/Receivers.sol";
import {GasBurner, ReturndataBomb} from "../support/Recipients.sol";
import {Coin} from "../support/Tokens.sol";

contract WithdrawTest is BridgeWorld {
    address private constant ALICE = address(0xa11ce);
    bytes1 private constant LOWEST_BIT = 0x01;

    BridgedRollup private on;
    Bridge private bridge;
    Recorder private recorder;
    uint64 private nonce;

    function setUp() public {
        vm.warp(GENESIS_TIME + 100);
        on = newRollup(0);
        bridge = on.bridge;
        recorder = new Recorder();
        vm.deal(address(bridge), 100 ether);
    }

    function _message(address target, uint256 value, bytes memory data) private returns (Message memory) {
        return Message(nonce++, ALICE, target, value, data);
    }

    function _isWithdrawn(Message memory message) private view returns (bool) {
        return bridge.withdrawn(upHash(on, message));
    }

    // What it does

    function test_withdraw() public {
        Message memory message = _message(address(recorder), 1 ether, hex"01020304");
        WithdrawalProof memory proof = sendUp(on, message);
        vm.expectEmit(address(bridge));
        emit IBridge.Withdrawn(upHash(on, message), address(recorder), 1 ether);
        bridge.withdraw(message, proof);
        assertTrue(_isWithdrawn(message));
        assertEq(recorder.calls(), 1);
        assertEq(recorder.caller(), address(bridge.caller()));
        assertEq(recorder.sender(), ALICE);
        assertEq(recorder.value(), 1 ether);
        assertEq(recorder.data(), hex"01020304");
        assertEq(address(recorder).balance, 1 ether);
        assertEq(address(bridge).balance, 99 ether);
        assertEq(address(bridge.caller()).balance, 0);
    }

    function test_withdraw_withoutValueOrData() public {
        Message memory message = _message(address(recorder), 0, "");
        bridge.withdraw(message, sendUp(on, message));
        assertEq(recorder.calls(), 1);
        assertEq(address(bridge).balance, 100 ether);
    }

    function test_withdraw_toAnAccountWithoutCode() public {
        Message memory message = _message(address(0xb0b), 1 ether, "ignored");
        bridge.withdraw(message, sendUp(on, message));
        assertEq(address(0xb0b).balance, 1 ether);
    }

    function test_withdraw_severalOfOneState() public {
        Message memory one = _message(address(recorder), 1 ether, "");
        Message memory two = _message(address(recorder), 2 ether, "");
        on.l2.send(upHash(on, one));
        bridge.withdraw(two, sendUp(on, two));
        bridge.withdraw(one, proofIn(on, one, ClaimStatus.Confirmed));
        assertEq(address(recorder).balance, 3 ether);
    }

    // With the Outbox proven before

    function test_proveOutbox() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        Message memory other = _message(address(recorder), 2 ether, "");
        on.l2.send(upHash(on, message));
        WithdrawalProof memory otherProof = sendUp(on, other);
        WithdrawalProof memory proof = proofIn(on, message, ClaimStatus.Confirmed);
        ClaimId claim = proof.claim.id();
        bytes32 root = on.l2.outbox().root();
        vm.expectEmit(address(bridge));
        emit IBridge.OutboxProven(claim, root);
        bridge.proveOutbox(proof.claim, proof.boundary, proof.accountProof);
        assertEq(bridge.outboxRoot(claim), root);
        (proof.boundary, proof.accountProof) = ("", new bytes[](0));
        bridge.withdraw(message, proof);
        vm.expectRevert(abi.encodeWithSelector(IBridge.AlreadyWithdrawn.selector, upHash(on, message)));
        bridge.withdraw(message, proof);
        bridge.withdraw(other, otherProof);
        assertEq(address(recorder).balance, 3 ether, "both ways");
    }

    function test_proveOutbox_refused() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        ClaimId claim = proof.claim.id();
        bytes[] memory none = new bytes[](0);
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, on.l2.root()));
        bridge.proveOutbox(proof.claim, proof.boundary, none);
        vm.expectRevert(MachineCodec.MalformedMachine.selector);
        bridge.proveOutbox(proof.claim, "", proof.accountProof);
        on.claims.set(claim, ClaimStatus.Proposed);
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotConfirmed.selector, claim, ClaimStatus.Proposed));
        bridge.proveOutbox(proof.claim, proof.boundary, proof.accountProof);
        on.claims.set(claim, ClaimStatus.Confirmed);

        WithdrawalProof memory short = proofIn(on, message, ClaimStatus.Confirmed);
        (short.boundary, short.accountProof) = ("", none);
        vm.expectRevert(abi.encodeWithSelector(IBridge.OutboxNotProven.selector, claim));
        bridge.withdraw(message, short);
        bridge.proveOutbox(proof.claim, proof.boundary, proof.accountProof);
        short.accountProof = proof.accountProof;
        vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, 0));
        bridge.withdraw(message, short);
        short.accountProof = none;
        short.claim.traceRoot = "another";
        vm.expectRevert(abi.encodeWithSelector(IBridge.OutboxNotProven.selector, short.claim.id()));
        bridge.withdraw(message, short);
    }

    // Once

    function test_T43_withdraw_replayed() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        bridge.withdraw(message, proof);
        bytes memory again = abi.encodeWithSelector(IBridge.AlreadyWithdrawn.selector, upHash(on, message));
        vm.expectRevert(again);
        bridge.withdraw(message, proof);
        // later states have it, too
        Message memory other = _message(address(recorder), 0, "");
        sendUp(on, other);
        WithdrawalProof memory later = proofIn(on, message, ClaimStatus.Confirmed);
        vm.expectRevert(again);
        bridge.withdraw(message, later);
        assertEq(address(recorder).balance, 1 ether);
    }

    function test_T43_withdraw_againFromWithin() public {
        Within target = new Within(bridge);
        Message memory message = _message(address(target), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        target.prepareWithdrawal(message, proof);
        bridge.withdraw(message, proof);
        assertFalse(target.done());
        assertEq(
            target.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(address(target).balance, 1 ether, "once");
    }

    function test_T43_withdraw_anotherFromWithin() public {
        Within target = new Within(bridge);
        Message memory inner = _message(address(recorder), 1 ether, "");
        on.l2.send(upHash(on, inner));
        Message memory outer = _message(address(target), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, outer);
        target.prepareWithdrawal(inner, proofIn(on, inner, ClaimStatus.Confirmed));
        bridge.withdraw(outer, proof);
        assertFalse(target.done(), "the sender of a message under way is one");
        assertFalse(_isWithdrawn(inner));
        bridge.withdraw(inner, proofIn(on, inner, ClaimStatus.Confirmed));
        assertEq(recorder.calls(), 1);
    }

    function test_withdraw_sendsFromWithin() public {
        Within target = new Within(bridge);
        target.prepare(abi.encodeCall(IBridge.sendMessage, (ALICE, "")), 0.5 ether);
        Message memory message = _message(address(target), 1 ether, "");
        bridge.withdraw(message, sendUp(on, message));
        assertTrue(target.done());
        assertEq(on.inbox.messageCount(), 1);
        assertEq(on.inbox.depositsQueued(), 1);
        assertEq(address(bridge).balance, 99.5 ether);
    }

    // Which rollup

    function test_T58_withdraw_onAnotherRollup() public {
        BridgedRollup memory other = newRollup(0);
        vm.deal(address(other.bridge), 10 ether);
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        // the same claim is confirmed there
        other.claims.set(proof.claim.id(), ClaimStatus.Confirmed);
        vm.expectRevert();
        other.bridge.withdraw(message, proof);
        // and a proof about its own hash of the message shows that nobody sent it there
        (proof.accountProof, proof.storageProof) = on.l2.prove(upHash(other, message));
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotSent.selector, upHash(other, message)));
        other.bridge.withdraw(message, proof);
        assertEq(recorder.calls(), 0);
    }

    function test_T58_withdraw_onAnotherChain() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        vm.chainId(block.chainid + 1);
        (proof.accountProof, proof.storageProof) = on.l2.prove(upHash(on, message));
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotSent.selector, upHash(on, message)));
        bridge.withdraw(message, proof);
    }

    function test_withdraw_aMessageThatGoesDown() public {
        bridge.sendMessage(address(recorder), "");
        Message memory message = Message(0, address(this), address(recorder), 0, "");
        WithdrawalProof memory proof = proofIn(on, message, ClaimStatus.Confirmed);
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotSent.selector, upHash(on, message)));
        bridge.withdraw(message, proof);
    }

    // Which state

    function test_T43_withdraw_claimNotConfirmed() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        ClaimStatus[3] memory others = [ClaimStatus.Absent, ClaimStatus.Proposed, ClaimStatus.Void];
        for (uint256 i = 0; i < others.length; ++i) {
            on.claims.set(proof.claim.id(), others[i]);
            vm.expectRevert(abi.encodeWithSelector(IBridge.NotConfirmed.selector, proof.claim.id(), others[i]));
            bridge.withdraw(message, proof);
        }
        on.claims.set(proof.claim.id(), ClaimStatus.Confirmed);
        bridge.withdraw(message, proof);
        assertEq(recorder.calls(), 1);
    }

    function test_withdraw_boundaryOfAnotherClaim() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = proofIn(on, message, ClaimStatus.Confirmed);
        WithdrawalProof memory liar = sendUp(on, message);
        (liar.claim, proof.boundary) = (proof.claim, liar.boundary);
        bytes32 given = MachineCodec.hash(this.decode(liar.boundary));
        vm.expectRevert(abi.encodeWithSelector(IBridge.WrongBoundary.selector, proof.claim.boundary, given));
        bridge.withdraw(message, liar);
    }

    function test_withdraw_malformedBoundary() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        bytes memory boundary = proof.boundary;
        proof.boundary = bytes.concat(boundary, hex"00");
        vm.expectRevert(MachineCodec.MalformedMachine.selector);
        bridge.withdraw(message, proof);
        proof.boundary = hex"01";
        vm.expectRevert(MachineCodec.MalformedMachine.selector);
        bridge.withdraw(message, proof);
    }

    function test_withdraw_rootOfAnotherState() public {
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory before = proofIn(on, message, ClaimStatus.Confirmed);
        WithdrawalProof memory proof = sendUp(on, message);
        (proof.claim, proof.boundary) = (before.claim, before.boundary);
        vm.expectRevert();
        bridge.withdraw(message, proof);
        assertFalse(_isWithdrawn(message));
    }

    /// Any bit of the call, changed: it fails, or does what it did before, when the bit says nothing (padding of the ABI).
    function test_fuzz_T43_withdraw_anyBit(uint256 bit) public {
        Message memory message = _message(address(recorder), 1 ether, hex"01020304");
        bytes memory call = abi.encodeCall(IBridge.withdraw, (message, sendUp(on, message)));
        bit = bound(bit, 32, 8 * call.length - 1);
        call[bit / 8] ^= LOWEST_BIT << (bit % 8);
        (bool success,) = address(bridge).call(call);
        assertEq(_isWithdrawn(message), success);
        assertEq(recorder.calls(), success ? 1 : 0);
        if (!success) return;
        assertEq(recorder.sender(), ALICE);
        assertEq(recorder.value(), 1 ether);
        assertEq(recorder.data(), hex"01020304");
    }

    // Whom it calls

    function test_withdraw_failsAndIsTriedAgain() public {
        recorder.setRefuses(true);
        Message memory message = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, message);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(recorder)));
        bridge.withdraw(message, proof);
        assertFalse(_isWithdrawn(message));
        assertEq(address(bridge).balance, 100 ether);
        recorder.setRefuses(false);
        bridge.withdraw(message, proof);
        assertEq(recorder.calls(), 1);
    }

    function test_fuzz_withdraw_outOfGas(uint256 gas, uint256 work) public {
        Worker worker = new Worker();
        work = bound(work, 0, 2_000_000);
        Message memory message = _message(address(worker), 1 ether, abi.encodeCall(Worker.work, (work)));
        WithdrawalProof memory proof = sendUp(on, message);
        gas = bound(gas, 50_000, 3_000_000);
        (bool success,) = address(bridge).call{gas: gas}(abi.encodeCall(IBridge.withdraw, (message, proof)));
        assertEq(_isWithdrawn(message), success, "nothing is burnt by too little gas");
        assertEq(worker.done(), success, "and nothing half done");
        assertEq(address(worker).balance, success ? 1 ether : 0);
        if (!success) bridge.withdraw(message, proof);
        assertTrue(worker.done());
    }

    function test_withdraw_hostileTargets() public {
        address[3] memory targets =
            [address(new GasBurner()), address(new ReturndataBomb(true)), address(new ReturndataBomb(false))];
        for (uint256 i = 0; i < targets.length; ++i) {
            Message memory message = _message(targets[i], 1 ether, "");
            WithdrawalProof memory proof = sendUp(on, message);
            bytes memory call = abi.encodeCall(IBridge.withdraw, (message, proof));
            (bool success, bytes memory answer) = address(bridge).call{gas: 5_000_000}(call);
            assertEq(success, i == 2, "only what does not fail");
            if (!success) assertEq(answer, abi.encodeWithSelector(IBridge.CallFailed.selector, targets[i]));
        }
    }

    function test_withdraw_returndataIsNotCopied() public {
        Message memory message = _message(address(new ReturndataBomb(false)), 0, "");
        WithdrawalProof memory proof = sendUp(on, message);
        uint256 gas = gasleft();
        bridge.withdraw(message, proof);
        // the target's own memory takes two millions
        assertLt(gas - gasleft(), 2_600_000);
    }

    function test_withdraw_precompile() public {
        Message memory message = _message(address(4), 1 ether, "data");
        bridge.withdraw(message, sendUp(on, message));
        message = _message(address(10), 0, hex"ff");
        WithdrawalProof memory proof = sendUp(on, message);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(10)));
        bridge.withdraw{gas: 5_000_000}(message, proof);
    }

    function test_T73_withdraw_callsTheProtocol() public {
        address caller = address(bridge.caller());
        // the Caller has no rights there
        _assertFails(address(on.inbox), abi.encodeCall(IInbox.queueDeposit, (ALICE, 1e9)), 0);
        _assertFails(address(on.inbox), abi.encodeCall(IInbox.pushMessage, ("hash")), 0);
        _assertFails(caller, abi.encodeCall(ICaller.call, (ALICE, address(recorder), "")), 0);
        _assertFails(address(bridge), "", 1 ether);
        // and can use it like anybody else
        Message memory message = _message(address(bridge), 1 ether, abi.encodeCall(IBridge.deposit, (ALICE)));
        bridge.withdraw(message, sendUp(on, message));
        assertEq(on.inbox.depositsQueued(), 1);
        assertEq(address(bridge).balance, 100 ether, "what came up went down");
        message = _message(address(bridge), 0, abi.encodeCall(IBridge.sendMessage, (ALICE, "data")));
        bridge.withdraw(message, sendUp(on, message));
        assertEq(on.inbox.messageCount(), 1);
    }

    function test_T73_withdraw_callsTheBridgeAgain() public {
        Message memory inner = _message(address(recorder), 1 ether, "");
        WithdrawalProof memory proof = sendUp(on, inner);
        _assertFails(address(bridge), abi.encodeCall(IBridge.withdraw, (inner, proof)), 0);
        assertEq(recorder.calls(), 0);
    }

    function test_T73_withdraw_callsAToken() public {
        Coin coin = new Coin();
        coin.mint(address(bridge), 5);
        coin.mint(address(bridge.caller()), 7);
        // what was sent to the Bridge by mistake stays there
        Message memory message = _message(address(coin), 0, abi.encodeCall(IERC20.transfer, (ALICE, 7)));
        bridge.withdraw(message, sendUp(on, message));
        assertEq(coin.balanceOf(ALICE), 7, "from the Caller: anybody may take it");
        _assertFails(address(coin), abi.encodeCall(IERC20.transfer, (ALICE, 1)), 0);
        _assertFails(address(coin), abi.encodeCall(IERC20.transferFrom, (address(bridge), ALICE, 1)), 0);
        assertEq(coin.balanceOf(address(bridge)), 5);
    }

    function _assertFails(address target, bytes memory data, uint256 value) private {
        Message memory message = _message(target, value, data);
        WithdrawalProof memory proof = sendUp(on, message);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, target));
        bridge.withdraw(message, proof);
        assertFalse(_isWithdrawn(message));
    }

    function decode(bytes calldata boundary) external pure returns (Machine memory) {
        return MachineCodec.decode(boundary);
    }
}
