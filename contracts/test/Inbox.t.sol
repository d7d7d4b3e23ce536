// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {Inbox} from "../src/Inbox.sol";
import {WordTree} from "../src/authenticated/WordTree.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {Record, RecordCodec} from "../src/machine/Record.sol";
import {Test} from "./support/TestBase.sol";

contract InboxTest is Test {
    uint64 private constant NUMBER = 100;
    uint64 private constant TIME = 1_700_000_000;
    uint128 private constant FLOOR = 0.0001 ether;
    uint256 private constant LIMIT = 126_976;

    Inbox private inbox;

    receive() external payable {}

    function setUp() public {
        vm.roll(1000);
        vm.warp(TIME + 1000);
        vm.prevrandao(bytes32(uint256(77)));
        inbox = new Inbox(NUMBER, TIME, FLOOR, TIME + 10_000, address(0));
    }

    function _append(bytes memory batch) private returns (uint64) {
        return inbox.append{value: inbox.appendFee()}(address(0xfee), batch);
    }

    function test_append_recordsEverything() public {
        bytes memory batch = hex"0003aabbcc";
        Record memory record = Record({
            number: NUMBER + 1,
            timestamp: TIME + 1000 - 11,
            prevRandao: keccak256(abi.encodePacked(uint256(77), NUMBER + 1)),
            feeRecipient: address(0xfee),
            l1MessageRoot: inbox.messageRoot(),
            batchRoot: hex"0003aabbcc000000000000000000000000000000000000000000000000000000",
            batchLength: 5,
            blobHash: 0,
            depositsHash: keccak256(""),
            depositCount: 0
        });
        bytes32 hash = RecordCodec.hash(record);
        vm.expectEmit();
        emit IInbox.BatchAppended(NUMBER + 1, hash, record, batch, "");
        assertEq(_append(batch), NUMBER + 1);
        assertEq(inbox.recordHash(NUMBER + 1), hash);
        assertEq(inbox.latestBlock(), NUMBER + 1);
        assertEq(address(inbox).balance, FLOOR, "burned: nothing can send it");
    }

    function test_messageRoot_emptyIsNotZero() public view {
        bytes32 root = bytes32(0);
        for (uint256 i = 0; i < 32; ++i) {
            root = keccak256(abi.encodePacked(root, root));
        }
        assertEq(inbox.messageRoot(), root);
    }

    function test_fuzz_append_batchRoot(bytes memory batch) public {
        vm.recordLogs();
        _append(batch);
        (, Record memory record, bytes memory logged,) =
            abi.decode(vm.getRecordedLogs()[0].data, (bytes32, Record, bytes, bytes));
        assertEq(record.batchRoot, WordTree.rootOf(batch));
        assertEq(record.batchLength, batch.length);
        assertEq(logged, batch);
    }

    function test_T57_append_timeIsAFunctionOfL1() public {
        for (uint64 i = 0; i < 12; ++i) {
            _append("");
            assertEq(inbox.latestTimestamp(), TIME + 1000 - 11 + i);
        }
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.NoTimeLeft.selector, TIME + 1001, TIME + 1000));
        inbox.append{value: fee}(address(0xfee), "");
        vm.roll(1001);
        vm.warp(TIME + 1012);
        _append("");
        assertEq(inbox.latestTimestamp(), TIME + 1001);
    }

    function test_T55_append_feeRisesWhileFull() public {
        for (uint256 i = 0; i < 12; ++i) {
            _append("");
        }
        assertEq(inbox.appendFee(), FLOOR, "the same in one L1 block");
        vm.roll(1001);
        vm.warp(TIME + 1012);
        assertEq(inbox.appendFee(), FLOOR + FLOOR / 8);
        _append("");
        vm.roll(1002);
        assertEq(inbox.appendFee(), FLOOR, "that block had room");
    }

    function test_append_returnsChange() public {
        uint256 before = address(this).balance;
        inbox.append{value: 1 ether}(address(0xfee), "");
        assertEq(address(this).balance, before - FLOOR);
    }

    function test_append_revertsWithoutTheFee() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.FeeNotPaid.selector, FLOOR, FLOOR - 1));
        inbox.append{value: FLOOR - 1}(address(0xfee), "");
        assertEq(inbox.latestBlock(), NUMBER);
    }

    function test_append_limit() public {
        _append(new bytes(LIMIT));
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.BatchTooLong.selector, LIMIT + 1, LIMIT));
        inbox.append{value: fee}(address(0xfee), new bytes(LIMIT + 1));
        assertEq(inbox.latestBlock(), NUMBER + 1);
    }

    function test_append_sunset() public {
        vm.warp(TIME + 9_999);
        _append("");
        vm.warp(TIME + 10_000);
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.SunsetReached.selector, TIME + 10_000, uint256(TIME) + 10_000));
        inbox.append{value: fee}(address(0xfee), "");
    }

    function _blobs() private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](2);
        hashes[0] = bytes32(uint256(0x01) << 248 | 0xa);
        hashes[1] = bytes32(uint256(0x01) << 248 | 0xb);
    }

    function _appendBlob(uint256 index) private returns (uint64) {
        return inbox.appendBlob{value: inbox.appendFee()}(address(0xfee), index);
    }

    function test_appendBlob_recordsEverything() public {
        vm.blobhashes(_blobs());
        Record memory record = Record({
            number: NUMBER + 1,
            timestamp: TIME + 1000 - 11,
            prevRandao: keccak256(abi.encodePacked(uint256(77), NUMBER + 1)),
            feeRecipient: address(0xfee),
            l1MessageRoot: inbox.messageRoot(),
            batchRoot: 0,
            // forge-lint: disable-next-line(unsafe-typecast)
            batchLength: uint32(LIMIT),
            blobHash: _blobs()[1],
            depositsHash: keccak256(""),
            depositCount: 0
        });
        bytes32 hash = RecordCodec.hash(record);
        vm.expectEmit();
        emit IInbox.BatchAppended(NUMBER + 1, hash, record, "", "");
        assertEq(_appendBlob(1), NUMBER + 1);
        assertEq(inbox.recordHash(NUMBER + 1), hash);
        assertEq(address(inbox).balance, FLOOR, "burned: nothing can send it");
    }

    function test_appendBlob_mixesWithCalldata() public {
        vm.blobhashes(_blobs());
        assertEq(_appendBlob(1), NUMBER + 1);
        assertEq(_append(hex"00"), NUMBER + 2);
        assertEq(_appendBlob(0), NUMBER + 3);
        assertEq(_appendBlob(0), NUMBER + 4, "one blob makes as many blocks as are paid for");
        assertEq(inbox.latestTimestamp(), TIME + 1000 - 11 + 3);
    }

    function test_fuzz_appendBlob_onlyOfTheTransaction(uint256 index) public {
        vm.blobhashes(_blobs());
        index = bound(index, 2, type(uint256).max);
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.NoBlob.selector, index));
        inbox.appendBlob{value: fee}(address(0xfee), index);
        assertEq(inbox.latestBlock(), NUMBER);
    }

    function test_appendBlob_revertsWithoutTheFee() public {
        vm.blobhashes(_blobs());
        vm.expectRevert(abi.encodeWithSelector(IInbox.FeeNotPaid.selector, FLOOR, FLOOR - 1));
        inbox.appendBlob{value: FLOOR - 1}(address(0xfee), 0);
    }

    function test_appendBlob_returnsChange() public {
        vm.blobhashes(_blobs());
        uint256 before = address(this).balance;
        inbox.appendBlob{value: 1 ether}(address(0xfee), 0);
        assertEq(address(this).balance, before - FLOOR);
    }

    function test_appendBlob_sunset() public {
        vm.blobhashes(_blobs());
        vm.warp(TIME + 10_000);
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.SunsetReached.selector, TIME + 10_000, uint256(TIME) + 10_000));
        inbox.appendBlob{value: fee}(address(0xfee), 0);
    }

    function test_appendBlob_noTimeLeft() public {
        vm.blobhashes(_blobs());
        for (uint64 i = 0; i < 12; ++i) {
            _appendBlob(0);
        }
        uint256 fee = inbox.appendFee();
        vm.expectRevert(abi.encodeWithSelector(IInbox.NoTimeLeft.selector, TIME + 1001, TIME + 1000));
        inbox.appendBlob{value: fee}(address(0xfee), 0);
    }

    /// The test is its Bridge.
    function test_append_takesWhatTheBridgeSent() public {
        inbox = new Inbox(NUMBER, TIME, FLOOR, 0, address(this));
        vm.blobhashes(_blobs());
        for (uint64 i = 0; i < 17; ++i) {
            assertEq(inbox.queueDeposit(address(0xa11ce), 1e7 + i), i);
        }
        bytes32 empty = inbox.messageRoot();
        assertEq(inbox.pushMessage("hash"), 0);
        assertEq(inbox.messageCount(), 1);
        vm.recordLogs();
        _append("");
        assertEq(inbox.pushMessage("another"), 1);
        _appendBlob(0);
        _append("");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint8[3] memory counts = [16, 1, 0];
        bytes32[3] memory roots;
        for (uint256 i = 0; i < 3; ++i) {
            (bytes32 hash, Record memory record,, bytes memory deposits) =
                abi.decode(logs[i].data, (bytes32, Record, bytes, bytes));
            assertEq(hash, RecordCodec.hash(record));
            assertEq(record.depositCount, counts[i]);
            assertEq(deposits.length, uint256(counts[i]) * 36);
            assertEq(record.depositsHash, keccak256(deposits));
            roots[i] = record.l1MessageRoot;
        }
        assertEq(logs[1].topics[1], bytes32(uint256(NUMBER + 2)));
        assertNotEq(roots[0], empty);
        assertNotEq(roots[1], roots[0]);
        assertEq(roots[2], roots[1]);
        assertEq(inbox.depositsTaken(), 17);
    }

    function test_withoutABridgeNobodySends() public {
        assertEq(inbox.bridge(), address(0));
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotBridge.selector, address(this)));
        inbox.queueDeposit(address(0xa11ce), 1e9);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotBridge.selector, address(this)));
        inbox.pushMessage("hash");
    }

    function test_recordHash_revertsOutside() public {
        _append("");
        vm.expectRevert(abi.encodeWithSelector(IInbox.NoRecord.selector, NUMBER));
        inbox.recordHash(NUMBER);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NoRecord.selector, NUMBER + 2));
        inbox.recordHash(NUMBER + 2);
    }

    function test_constructor_feeFloor() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.FeeFloorTooLow.selector, 7));
        new Inbox(NUMBER, TIME, 7, 0, address(0));
    }
}
