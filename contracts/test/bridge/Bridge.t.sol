// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Inbox} from "../../src/Inbox.sol";
import {Bridge} from "../../src/bridge/Bridge.sol";
import {IBridge} from "../../src/interfaces/IBridge.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {Record, RecordCodec} from "../../src/machine/Record.sol";
import {DepositQueues} from "../../src/rules/DepositQueue.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {BridgeWorld, BridgedRollup, ClaimsStub} from "../support/BridgeWorld.sol";
import {ForcedEther} from "../support/Recipients.sol";

/// @notice What goes down to L2. What comes up is in Withdraw.t.sol.
contract BridgeTest is BridgeWorld {
    uint64 private constant SUNSET = GENESIS_TIME + 30 days;
    uint256 private constant MIN = 0.01 ether;
    address private constant ALICE = address(0xa11ce);

    BridgedRollup private on;
    Inbox private inbox;
    Bridge private bridge;

    function setUp() public {
        vm.roll(1000);
        vm.warp(GENESIS_TIME + 100);
        on = newRollup(SUNSET);
        (inbox, bridge) = (on.inbox, on.bridge);
        vm.deal(address(this), 1000 ether);
    }

    // Deployment

    function test_constructor_notWired() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotWired.selector, address(inbox)));
        new Bridge(inbox, IRollup(address(on.claims)));
        ClaimsStub other = new ClaimsStub(address(this));
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        Inbox mine = new Inbox(GENESIS_NUMBER, GENESIS_TIME, FLOOR, 0, next);
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotWired.selector, address(other)));
        new Bridge(mine, IRollup(address(other)));
    }

    // Deposits

    function test_deposit_isInTheNextRecord() public {
        vm.expectEmit(address(bridge));
        emit IBridge.Deposited(0, ALICE, 1 ether);
        assertEq(bridge.deposit{value: 1 ether}(ALICE), 0);
        assertEq(bridge.deposit{value: MIN + 1 gwei}(address(this)), 1);
        assertEq(address(bridge).balance, 1 ether + MIN + 1 gwei);
        assertEq(inbox.depositsQueued() - inbox.depositsTaken(), 2);

        vm.recordLogs();
        append(on);
        (bytes32 hash, Record memory record,, bytes memory deposits) =
            abi.decode(vm.getRecordedLogs()[0].data, (bytes32, Record, bytes, bytes));
        bytes memory first = abi.encodePacked(uint64(0), ALICE, uint64(1e9));
        assertEq(deposits, bytes.concat(first, abi.encodePacked(uint64(1), address(this), uint64(1e7 + 1))));
        assertEq(record.depositsHash, keccak256(deposits));
        assertEq(record.depositCount, 2);
        assertEq(hash, RecordCodec.hash(record));
        assertEq(inbox.depositsTaken(), 2);
    }

    function test_deposit_sixteenABlock() public {
        for (uint256 i = 0; i < 17; ++i) {
            bridge.deposit{value: MIN}(ALICE);
        }
        append(on);
        assertEq(inbox.depositsTaken(), 16);
        append(on);
        assertEq(inbox.depositsTaken(), 17);
        append(on);
        assertEq(inbox.depositsTaken(), 17);
    }

    function test_T56_deposit_minimum() public {
        assertEq(bridge.minimumDeposit(), MIN);
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, 1e7, 1e7 - 1));
        bridge.deposit{value: MIN - 1 gwei}(ALICE);
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, 1e7, 0));
        bridge.deposit(ALICE);
        for (uint256 i = 0; i < 64; ++i) {
            bridge.deposit{value: MIN}(ALICE);
        }
        assertEq(bridge.minimumDeposit(), 2 * MIN);
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, 2e7, 1e7));
        bridge.deposit{value: MIN}(ALICE);
        assertEq(bridge.deposit{value: 2 * MIN}(ALICE), 64, "a larger one gets in");
        append(on);
        assertEq(bridge.minimumDeposit(), MIN);
    }

    function test_deposit_wholeGwei() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotWholeGwei.selector, MIN + 1));
        bridge.deposit{value: MIN + 1}(ALICE);
    }

    function test_deposit_most() public {
        uint256 most = uint256(type(uint64).max) * 1 gwei;
        vm.deal(address(this), most + 1 gwei);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 64, uint256(1) << 64));
        bridge.deposit{value: most + 1 gwei}(ALICE);
        assertEq(bridge.deposit{value: most}(ALICE), 0);
    }

    function test_deposit_recipient() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.InvalidRecipient.selector, address(0)));
        bridge.deposit{value: MIN}(address(0));
        vm.expectRevert(abi.encodeWithSelector(IBridge.InvalidRecipient.selector, Predeploys.L1_MESSENGER));
        bridge.deposit{value: MIN}(Predeploys.L1_MESSENGER);
        vm.expectRevert(abi.encodeWithSelector(IBridge.InvalidRecipient.selector, Predeploys.L1_MESSENGER));
        bridge.sendMessage(Predeploys.L1_MESSENGER, "");
        vm.expectRevert(abi.encodeWithSelector(IBridge.InvalidRecipient.selector, address(0)));
        bridge.sendMessage(address(0), "");
    }

    function test_onlyTheBridgeSends() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotBridge.selector, address(this)));
        inbox.queueDeposit(ALICE, 1e9);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotBridge.selector, address(this)));
        inbox.pushMessage("hash");
        address caller = address(bridge.caller());
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotBridge.selector, caller));
        inbox.pushMessage("hash");
    }

    function test_plainEtherIsRefused() public {
        (bool success,) = address(bridge).call{value: 1 ether}("");
        assertFalse(success);
        ForcedEther.send(address(bridge), 1 ether);
        assertEq(inbox.depositsQueued(), 0, "forced in: nobody's");
    }

    // Messages

    function test_sendMessage() public {
        bytes32 empty = inbox.messageRoot();
        Message memory message = Message(0, address(this), ALICE, 0, "data");
        bytes32 hash = message.hash(Direction.Down, block.chainid, address(bridge));
        vm.expectEmit(address(bridge));
        emit IBridge.MessageSent(hash, address(this), ALICE, 0, 0, "data");
        assertEq(bridge.sendMessage(ALICE, "data"), 0);
        bytes32 root = inbox.messageRoot();
        assertEq(root, _rootOfFirst(hash));
        assertNotEq(root, empty);
        assertEq(inbox.messageCount(), 1);
        assertEq(inbox.depositsQueued(), 0);

        vm.recordLogs();
        append(on);
        (, Record memory record,,) = abi.decode(vm.getRecordedLogs()[0].data, (bytes32, Record, bytes, bytes));
        assertEq(record.l1MessageRoot, root);
        assertEq(bridge.sendMessage(ALICE, "data"), 1);
        assertNotEq(inbox.messageRoot(), root);
    }

    function test_sendMessage_withValue() public {
        Message memory message = Message(0, address(this), ALICE, 1 ether, "data");
        bytes32 hash = message.hash(Direction.Down, block.chainid, address(bridge));
        vm.expectEmit(address(bridge));
        emit IBridge.Deposited(0, Predeploys.L1_MESSENGER, 1 ether);
        vm.expectEmit(address(bridge));
        emit IBridge.MessageSent(hash, address(this), ALICE, 0, 1 ether, "data");
        assertEq(bridge.sendMessage{value: 1 ether}(ALICE, "data"), 0);
        assertEq(inbox.messageRoot(), _rootOfFirst(hash));
        assertEq(inbox.depositsQueued(), 1);
        assertEq(address(bridge).balance, 1 ether);
    }

    function test_sendMessage_valueIsADeposit() public {
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, 1e7, 1e7 - 1));
        bridge.sendMessage{value: MIN - 1 gwei}(ALICE, "");
        vm.expectRevert(abi.encodeWithSelector(IBridge.NotWholeGwei.selector, 1));
        bridge.sendMessage{value: 1}(ALICE, "");
        assertEq(inbox.messageCount(), 0);
    }

    // Sunset

    function test_sunset_nothingIsSentInTheLastDay() public {
        vm.warp(SUNSET - 1 days - 1);
        bridge.deposit{value: MIN}(ALICE);
        bridge.sendMessage(ALICE, "in time");
        vm.warp(SUNSET - 1 days);
        bytes memory tooLate = abi.encodeWithSelector(IInbox.TooLateToArrive.selector, SUNSET, uint256(SUNSET) - 1 days);
        vm.expectRevert(tooLate);
        bridge.deposit{value: MIN}(ALICE);
        vm.expectRevert(tooLate);
        bridge.sendMessage(ALICE, "");
        vm.expectRevert(tooLate);
        bridge.sendMessage{value: MIN}(ALICE, "");
        append(on);
        assertEq(inbox.depositsTaken(), 1, "what was sent before arrives");
    }

    function test_sunset_mostThatCanWaitArrives() public {
        vm.pauseGasMetering();
        vm.deal(address(this), type(uint128).max);
        uint256 waiting = 0;
        for (; DepositQueues.minimum(waiting) <= type(uint64).max; ++waiting) {
            bridge.deposit{value: bridge.minimumDeposit()}(ALICE);
        }
        vm.warp(SUNSET - 1 days);
        uint256 slots = 0;
        for (; inbox.depositsTaken() < waiting; ++slots) {
            append(on);
            for (uint256 i = 1; i < 12; ++i) {
                inbox.append{value: inbox.appendFee()}(address(0xfee), "");
            }
        }
        assertEq(slots, 14, "slots of L1, of the 7,200 of a day");
    }

    function _rootOfFirst(bytes32 leaf) private pure returns (bytes32 root) {
        root = leaf;
        bytes32 zero;
        for (uint256 i = 0; i < 32; ++i) {
            root = keccak256(abi.encodePacked(root, zero));
            zero = keccak256(abi.encodePacked(zero, zero));
        }
    }
}
