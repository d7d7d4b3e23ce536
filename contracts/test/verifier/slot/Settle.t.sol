// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Tx} from "../../../src/machine/Tx.sol";
import {Settle} from "../../../src/verifier/slot/Settle.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract SettleTest is WorldTest {
    address private constant SENDER = address(0xA11CE);
    address private constant RECIPIENT = address(0xFEE);

    function setUp() public {
        vm.pauseGasMetering();
        family = new Settle();
        _populate();
        _put(SENDER, 1, 100, "");
    }

    function test_smallRefund() public {
        _assertSettled(1_000_000, 300_000, 100_000, 21_000, 600_000);
    }

    function test_refundOfAtMostAFifth() public {
        _assertSettled(1_000_000, 500_000, 100_001, 21_000, 400_000);
    }

    function test_floor() public {
        _assertSettled(1_000_000, 960_000, 0, 50_000, 50_000);
        _assertSettled(1_000_000, 950_000, 10_000, 45_000, 45_000);
    }

    function test_nothingLeft() public {
        _assertSettled(1_000_000, 0, 0, 21_000, 1_000_000);
    }

    /// forge-config: default.fuzz.runs = 32
    function test_fuzz_gasUsed(uint64 limit, uint64 left, uint64 refund, uint64 floor) public {
        limit = uint64(bound(limit, 21_000, 8_000_000));
        left = uint64(bound(left, 0, limit));
        floor = uint64(bound(floor, 0, limit));
        refund = uint64(bound(refund, 0, 10_000_000));
        uint64 used = limit - left;
        uint64 most = used / 5;
        used -= refund < most ? refund : most;
        _assertSettled(limit, left, refund, floor, used < floor ? floor : used);
    }

    function test_withoutPriorityFeeTheRecipientIsNotRead() public {
        Scene memory scene = _scene(1_000_000, 0, 0, 21_000);
        scene.tx.priorityFee = 0;
        bytes32 post = _next(scene);
        _receipt(scene, 1_000_000);
        assertEq(post, scene.hash());
    }

    function test_destructsFollow() public {
        Scene memory scene = _scene(1_000_000, 0, 0, 21_000);
        scene.tx.priorityFee = 0;
        scene.tx.destructCount = 2;
        bytes32 post = _next(scene);
        _receipt(scene, 1_000_000);
        scene.phase = Phase.DESTRUCT;
        assertEq(post, scene.hash());
    }

    function test_beaconRootIsFollowedByTheParentHash() public view {
        Scene memory scene = Scenes.running("", _items());
        scene.phase = Phase.SETTLE;
        scene.tx.kind = 0x80;
        scene.scratchRoot = keccak256("a used scratch trie");
        bytes32 post = _next(scene);
        Tx memory call;
        call.kind = 0x81;
        call.sender = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
        call.to = 0x0000F90827F1C53a10cb7A02335B175320002935;
        call.data = Slice(scene.block.headHash, 1, 0, 32);
        call.gasLimit = 30_000_000;
        call.gasLeft = 30_000_000;
        call.startStateRoot = scene.stateRoot;
        scene.tx = call;
        scene.phase = Phase.ENTER;
        scene.scratchRoot = keccak256(hex"80");
        assertEq(post, scene.hash());
    }

    function test_theParentHashIsFollowedByTheBoundary() public view {
        Scene memory scene = Scenes.running("", _items());
        scene.phase = Phase.SETTLE;
        scene.tx.kind = 0x81;
        bytes32 post = _next(scene);
        scene.phase = Phase.BOUNDARY;
        assertEq(post, scene.hash());
    }

    function _assertSettled(uint64 limit, uint64 left, uint64 refund, uint64 floor, uint64 used) private {
        uint256 snapshot = vm.snapshotState();
        Scene memory scene = _scene(limit, left, refund, floor);
        if (used != limit) _seeAccount(scene, SENDER);
        _seeAccount(scene, RECIPIENT);
        bytes32 post = _next(scene);
        _setBalance(SENDER, 100 + uint256(limit - used) * 9);
        _setBalance(RECIPIENT, uint256(used) * 2);
        _receipt(scene, used);
        assertEq(post, scene.hash());
        vm.revertToState(snapshot);
    }

    function _scene(uint64 limit, uint64 left, uint64 refund, uint64 floor) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.SETTLE;
        scene.block.gasUsed = 50_000;
        scene.block.receiptsHash = keccak256("earlier receipts");
        scene.tx.gasLimit = limit;
        scene.tx.gasLeft = left;
        scene.tx.refund = refund;
        scene.tx.floorGas = floor;
        scene.tx.status = true;
        scene.tx.destructCount = 0;
        _place(scene);
    }

    function _receipt(Scene memory scene, uint64 used) private {
        _place(scene);
        scene.block.gasUsed += used;
        scene.block.receiptsHash = keccak256(
            bytes.concat(
                keccak256("earlier receipts"), scene.tx.hash, hex"01", bytes8(scene.block.gasUsed), scene.tx.logsHash
            )
        );
        scene.phase = Phase.BOUNDARY;
    }
}
