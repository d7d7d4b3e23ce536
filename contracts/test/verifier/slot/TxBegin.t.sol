// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Tx} from "../../../src/machine/Tx.sol";
import {Boundary} from "../../../src/verifier/slot/Boundary.sol";
import {TxBegin} from "../../../src/verifier/slot/TxBegin.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Transactions, Unsigned} from "../../support/Transactions.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract TxBeginTest is WorldTest {
    using Transactions for Unsigned;

    uint64 private constant CHAIN_ID = 5555;
    uint256 private constant KEY = 0xa11ce;
    uint64 private constant NONCE = 3;
    /// What is left of an earlier entry.
    uint32 private constant CURSOR = 11;
    address private sender = vm.addr(KEY);

    function setUp() public {
        vm.pauseGasMetering();
        family = new TxBegin(8_000_000);
        _populate();
        _put(sender, NONCE, 1 ether, "");
        (context.slot, context.step) = (1025, 0);
    }

    function test_begins() public {
        for (uint8 kind; kind < 3; ++kind) {
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, NONCE);
            unsigned.data = RlpText.text(hex"00000102");
            bytes memory entry = unsigned.sign(KEY);
            (Scene memory scene, bytes32 post) = _begin(entry);
            uint256 price = kind == 2 ? 1 gwei + 7 : 20 gwei;
            _fill(scene, entry, kind, price);
            scene.tx.to = address(0xbeef);
            scene.tx.data = _part(scene, entry, hex"00000102");
            scene.tx.gasLeft = 100_000 - 21_000 - 40;
            scene.tx.floorGas = 21_000 + 100;
            assertEq(post, scene.hash());
        }
    }

    function test_begins_aCreation() public {
        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.to = hex"80";
        bytes memory entry = unsigned.sign(KEY);
        (Scene memory scene, bytes32 post) = _begin(entry);
        _fill(scene, entry, 2, 1 gwei + 7);
        scene.tx.create = true;
        scene.tx.to = vm.computeCreateAddress(sender, NONCE);
        scene.tx.gasLeft = 100_000 - 53_000;
        scene.tx.floorGas = 21_000;
        assertEq(post, scene.hash());
    }

    function test_begins_withAnAccessList() public {
        Unsigned memory unsigned = Transactions.transfer(1, CHAIN_ID, NONCE);
        bytes memory list = Transactions.accessEntry(address(0x77), new bytes32[](2));
        unsigned.accessList = RlpText.list(list);
        bytes memory entry = unsigned.sign(KEY);
        (Scene memory scene, bytes32 post) = _begin(entry);
        _fill(scene, entry, 1, 20 gwei);
        scene.tx.to = address(0xbeef);
        scene.tx.gasLeft = 100_000 - 21_000 - 2_400 - 3_800;
        scene.tx.floorGas = 21_000;
        scene.phase = Phase.ACCESS_LIST;
        scene.job.kind = 1;
        scene.job.source = _part(scene, entry, list);
        scene.job.total = _size(list);
        assertEq(post, scene.hash());
    }

    function test_begins_withAuthorizations() public {
        (Scene memory scene, bytes32 post, bytes memory tuples) = _beginWithAuthorizations(RlpText.list(""));
        scene.tx.gasLeft = 100_000 - 21_000 - 50_000;
        scene.phase = Phase.AUTHORIZE;
        scene.job.kind = 3;
        scene.job.source = scene.tx.authorizations;
        scene.job.total = _size(tuples);
        assertEq(post, scene.hash());
    }

    function test_begins_withAnAccessListBeforeAuthorizations() public {
        bytes memory list = Transactions.accessEntry(address(0x77), new bytes32[](0));
        (Scene memory scene, bytes32 post,) = _beginWithAuthorizations(RlpText.list(list));
        scene.tx.gasLeft = 100_000 - 21_000 - 50_000 - 2_400;
        scene.phase = Phase.ACCESS_LIST;
        scene.job.kind = 1;
        // in front of it, the list header of the authorizations
        Slice memory behind = scene.tx.authorizations;
        scene.job.total = _size(list);
        scene.job.source = Slice(behind.root, behind.words, behind.offset - 2 - _size(list), _size(list));
        assertEq(post, scene.hash());
    }

    function _beginWithAuthorizations(bytes memory accessList)
        private
        returns (Scene memory scene, bytes32 post, bytes memory tuples)
    {
        Unsigned memory unsigned = Transactions.transfer(4, CHAIN_ID, NONCE);
        tuples = bytes.concat(
            Transactions.authorization(1, CHAIN_ID, address(0x77), 0),
            Transactions.authorization(2, 0, address(0x78), 9)
        );
        unsigned.accessList = accessList;
        unsigned.authorizations = RlpText.list(tuples);
        bytes memory entry = unsigned.sign(KEY);
        (scene, post) = _begin(entry);
        _fill(scene, entry, 4, 1 gwei + 7);
        scene.tx.to = address(0xbeef);
        scene.tx.authorizations = _part(scene, entry, tuples);
        scene.tx.floorGas = 21_000;
    }

    function test_begins_fromADelegatedSender() public {
        bytes memory designator = abi.encodePacked(hex"ef0100", address(0x77));
        _put(sender, NONCE, 1 ether, designator);
        bytes memory entry = Transactions.transfer(2, CHAIN_ID, NONCE).sign(KEY);
        Scene memory scene = _scene(entry);
        _seeAccount(scene, sender);
        scene.otherCodes = _append(scene.otherCodes, designator);
        bytes32 post = _next(scene);
        _fill(scene, entry, 2, 1 gwei + 7);
        scene.tx.to = address(0xbeef);
        scene.tx.gasLeft = 79_000;
        scene.tx.floorGas = 21_000;
        assertEq(post, scene.hash());
    }

    function test_priorityFeeIsCapped() public {
        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.tipCap = unsigned.feeCap = RlpText.number(10);
        bytes memory entry = unsigned.sign(KEY);
        (Scene memory scene, bytes32 post) = _begin(entry);
        _fill(scene, entry, 2, 10);
        scene.tx.to = address(0xbeef);
        scene.tx.gasLeft = 79_000;
        scene.tx.floorGas = 21_000;
        assertEq(post, scene.hash());
    }

    function test_skips_whatIsNoTransaction() public {
        bytes memory entry = Transactions.transfer(2, CHAIN_ID, NONCE).sign(KEY);
        _assertSkippedUnread(hex"03");
        _assertSkippedUnread(hex"c0");
        _assertSkippedUnread(bytes.concat(entry, hex"00"));
        _assertSkippedUnread(hex"04c0");
        _assertSkippedUnread(Transactions.transfer(2, CHAIN_ID + 1, NONCE).sign(KEY));
    }

    function test_skips_byTheStaticChecks() public {
        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.gasLimit = RlpText.number(8_000_001);
        _assertSkippedUnread(unsigned.sign(KEY));
        unsigned.gasLimit = RlpText.number(20_999);
        _assertSkippedUnread(unsigned.sign(KEY));
        unsigned.gasLimit = RlpText.number(21_039);
        unsigned.data = RlpText.text(hex"00000000");
        _assertSkippedUnread(unsigned.sign(KEY));

        unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.feeCap = unsigned.tipCap = RlpText.number(6);
        _assertSkippedUnread(unsigned.sign(KEY));
        unsigned.feeCap = RlpText.number(7);
        unsigned.tipCap = RlpText.number(8);
        _assertSkippedUnread(unsigned.sign(KEY));

        unsigned = Transactions.transfer(4, CHAIN_ID, NONCE);
        unsigned.gasLimit = RlpText.number(45_999);
        _assertSkippedUnread(unsigned.sign(KEY));

        unsigned = Transactions.transfer(0, CHAIN_ID, NONCE);
        unsigned.to = hex"80";
        unsigned.gasLimit = RlpText.number(8_000_000);
        unsigned.data = RlpText.text(new bytes(49_153));
        _assertSkippedUnread(unsigned.sign(KEY));
    }

    function test_skips_whatTheBlockHasNoGasFor() public {
        bytes memory entry = Transactions.transfer(2, CHAIN_ID, NONCE).sign(KEY);
        Scene memory scene = _scene(entry);
        scene.block.gasUsed = 12_000_000 - 99_999;
        _assertSkipped(scene, entry);
    }

    function test_skips_byTheSender() public {
        _assertSkippedRead(Transactions.transfer(2, CHAIN_ID, NONCE + 1).sign(KEY));
        _assertSkippedRead(Transactions.transfer(2, CHAIN_ID, NONCE - 1).sign(KEY));
        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.value = RlpText.number(1 ether - 100_000 * 20 gwei + 1);
        _assertSkippedRead(unsigned.sign(KEY));
        unsigned.value = RlpText.number(type(uint256).max);
        _assertSkippedRead(unsigned.sign(KEY));
        unsigned.value = RlpText.number(0);
        unsigned.feeCap = RlpText.number(type(uint128).max);
        _assertSkippedRead(unsigned.sign(KEY));
    }

    function test_skips_aSenderWithCode() public {
        bytes memory entry = Transactions.transfer(2, CHAIN_ID, NONCE).sign(KEY);
        bytes memory code = abi.encodePacked(hex"ef0101", address(0x77));
        _put(sender, NONCE, 1 ether, code);
        Scene memory scene = _scene(entry);
        _seeAccount(scene, sender);
        scene.otherCodes = _append(scene.otherCodes, code);
        _assertSkipped(scene, entry);
    }

    function test_allTheBalanceIsEnough() public {
        Unsigned memory unsigned = Transactions.transfer(0, CHAIN_ID, NONCE);
        unsigned.value = RlpText.number(1 ether - 100_000 * 20 gwei);
        bytes memory entry = unsigned.sign(KEY);
        (Scene memory scene, bytes32 post) = _begin(entry);
        _fill(scene, entry, 0, 20 gwei);
        scene.tx.to = address(0xbeef);
        scene.tx.value = 1 ether - 100_000 * 20 gwei;
        scene.tx.gasLeft = 79_000;
        scene.tx.floorGas = 21_000;
        assertEq(post, scene.hash());
    }

    function test_T67_largestEntriesFit_data() public {
        bytes memory data = new bytes(65_000);
        for (uint256 i; i < data.length; ++i) {
            data[i] = 0x11;
        }
        _assertFits(RlpText.text(data), "");
    }

    function test_largestEntriesFit_keys() public {
        bytes memory keys = _repeat(RlpText.text(new bytes(32)), 960);
        bytes memory entry = RlpText.list(bytes.concat(RlpText.text(new bytes(20)), RlpText.list(keys)));
        _assertFits(RlpText.text(""), _repeat(entry, 2));
    }

    function test_largestEntriesFit_addresses() public {
        bytes memory entry = Transactions.accessEntry(address(0x77), new bytes32[](0));
        _assertFits(RlpText.text(""), _repeat(entry, 2_560));
    }

    /// As many as there can be for the gas, each as long as it can be, and then more than can be paid for.
    function test_T67_largestEntriesFit_authorizations() public {
        bytes memory signed = Transactions.authorizationFields(type(uint256).max, address(0x77), type(uint64).max);
        bytes memory tuple = Transactions.tuple(signed, 255, type(uint256).max, type(uint256).max);
        _assertFits(_entryWith(RlpText.text(_repeat(hex"11", 20_000)), _repeat(tuple, 300)));
        tuple = Transactions.tuple(Transactions.authorizationFields(0, address(0), 0), 0, 0, 0);
        bytes memory entry = _entryWith(RlpText.text(""), _repeat(tuple, 2_400));
        Scene memory scene = _scene(entry);
        _assertProvable(scene);
    }

    function _entryWith(bytes memory data, bytes memory authorizations) private pure returns (bytes memory) {
        Unsigned memory unsigned = Transactions.transfer(4, CHAIN_ID, NONCE);
        unsigned.gasLimit = RlpText.number(8_000_000);
        unsigned.data = data;
        unsigned.authorizations = RlpText.list(authorizations);
        return unsigned.sign(KEY);
    }

    function _repeat(bytes memory part, uint256 count) private pure returns (bytes memory) {
        if (count == 0) return "";
        bytes memory half = _repeat(part, count / 2);
        return count % 2 == 0 ? bytes.concat(half, half) : bytes.concat(half, half, part);
    }

    function _assertFits(bytes memory data, bytes memory accessList) private {
        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, NONCE);
        unsigned.gasLimit = RlpText.number(8_000_000);
        unsigned.data = data;
        unsigned.accessList = RlpText.list(accessList);
        _assertFits(unsigned.sign(KEY));
    }

    function _assertFits(bytes memory entry) private {
        assertGt(entry.length, 58_000);
        Scene memory scene = _scene(entry);
        _seeAccount(scene, sender);
        _assertProvable(scene);
    }

    function test_fixedPoint_atTheEndOfTheBatch() public {
        for (uint32 left; left < 2; ++left) {
            Scene memory scene = _scene(hex"aa");
            scene.block.cursor = scene.block.batch.length - left;
            (scene.rangeCount, scene.ranges) = (0, "");
            bytes32 pre = scene.hash();
            assertEq(_next(scene), pre);
        }
    }

    function test_fixedPoint_atALengthOfNothingOrTooMuch() public {
        bytes2[3] memory lengths = [bytes2(0), bytes2(0x0003), bytes2(0xffff)];
        for (uint256 i; i < lengths.length; ++i) {
            bytes memory batch = bytes.concat(new bytes(CURSOR), lengths[i], hex"c0c0");
            Scene memory scene = _sceneOf(batch);
            scene.addRange(batch, CURSOR, CURSOR + 2);
            bytes32 pre = scene.hash();
            assertEq(_next(scene), pre);
        }
    }

    function test_reverts_whereNothingBegins() public {
        Scene memory scene = _scene(hex"c0");
        context.slot = 1024;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongSlot.selector, 0));
        context.slot = 1023;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongSlot.selector, 1023));
        context.slot = 1;
        context.step = 1;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.NothingBegins.selector));
        context.step = 0;
        scene.block.open = false;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongBlock.selector, false));
    }

    /// Where the cursor stands after the entry.
    function _after(bytes memory entry) private pure returns (uint32) {
        return CURSOR + 2 + _size(entry);
    }

    function _size(bytes memory data) private pure returns (uint32) {
        assertLt(data.length, 1 << 32);
        // Just asserted.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(data.length);
    }

    function _begin(bytes memory entry) private returns (Scene memory scene, bytes32 post) {
        uint256 snapshot = vm.snapshotState();
        scene = _scene(entry);
        _seeAccount(scene, sender);
        post = _next(scene);
        vm.revertToState(snapshot);
    }

    function _scene(bytes memory entry) private returns (Scene memory scene) {
        bytes memory batch = bytes.concat(new bytes(CURSOR), bytes2(bytes32(entry.length << 240)), entry, "tail");
        scene = _sceneOf(batch);
        scene.addRange(batch, CURSOR, CURSOR + 2);
        scene.addRange(batch, CURSOR + 2, CURSOR + 2 + entry.length);
    }

    function _sceneOf(bytes memory batch) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.BOUNDARY;
        scene.block.batch = Scenes.sliceOf(batch);
        scene.block.cursor = CURSOR;
        _place(scene);
    }

    /// What all that begin have in common.
    function _fill(Scene memory scene, bytes memory entry, uint8 kind, uint256 price) private {
        uint256 snapshot = vm.snapshotState();
        Tx memory begun;
        begun.kind = kind;
        begun.hash = keccak256(entry);
        begun.sender = sender;
        begun.value = 1;
        begun.gasLimit = 100_000;
        begun.gasPrice = price;
        begun.priorityFee = price - 7;
        begun.startStateRoot = scene.stateRoot;
        scene.tx = begun;
        _setNonce(sender, NONCE + 1);
        _setBalance(sender, 1 ether - 100_000 * price);
        _place(scene);
        scene.scratchRoot = keccak256(hex"80");
        scene.block.cursor = _after(entry);
        scene.phase = Phase.ENTER;
        vm.revertToState(snapshot);
    }

    function _part(Scene memory scene, bytes memory entry, bytes memory part) private pure returns (Slice memory) {
        for (uint32 i; i + part.length <= entry.length; ++i) {
            uint256 j;
            while (j < part.length && entry[i + j] == part[j]) ++j;
            if (j < part.length) continue;
            Slice memory batch = scene.block.batch;
            return Slice(batch.root, batch.words, CURSOR + 2 + i, _size(part));
        }
        revert("no such part");
    }

    function _assertSkippedUnread(bytes memory entry) private {
        _assertSkipped(_scene(entry), entry);
    }

    function _assertSkippedRead(bytes memory entry) private {
        Scene memory scene = _scene(entry);
        _seeAccount(scene, sender);
        _assertSkipped(scene, entry);
    }

    function _assertSkipped(Scene memory scene, bytes memory entry) private view {
        bytes32 post = _next(scene);
        scene.block.cursor = _after(entry);
        assertEq(post, scene.hash());
    }
}
