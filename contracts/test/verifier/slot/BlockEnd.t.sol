// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Block} from "../../../src/machine/Block.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {BlockEnd} from "../../../src/verifier/slot/BlockEnd.sol";
import {Boundary} from "../../../src/verifier/slot/Boundary.sol";
import {Header} from "../../../src/verifier/slot/Header.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract BlockEndTest is WorldTest {
    address private constant RICH = address(0x1111);
    address private constant NEW = address(0x2222);

    function setUp() public {
        vm.pauseGasMetering();
        family = new BlockEnd();
        _populate();
        _put(RICH, 3, 1 ether, "");
        (context.slot, context.step) = (1023, 0);
    }

    function test_lastSlotBeginsTheDeposits() public {
        Scene memory scene = _scene(Phase.BOUNDARY, 0);
        bytes32 post = _next(scene);
        scene.phase = Phase.DEPOSITS;
        assertEq(post, scene.hash());
    }

    function test_creditsInOrderWithoutRewardingNothing() public {
        context.step = 1;
        Scene memory scene = _scene(Phase.DEPOSITS, 0);
        _seeAccount(scene, RICH);
        bytes32 post = _next(scene);
        _setBalance(RICH, 1 ether + 5 gwei);
        _assertDone(scene, post, 1);

        scene = _scene(Phase.DEPOSITS, 1);
        post = _next(scene);
        _assertDone(scene, post, 2);

        scene = _scene(Phase.DEPOSITS, 2);
        _seeAccount(scene, NEW);
        post = _next(scene);
        _setBalance(NEW, uint256(type(uint64).max) * 1 gwei);
        _assertDone(scene, post, 3);
    }

    function test_seals() public {
        context.step = 4;
        Scene memory scene = _scene(Phase.DEPOSITS, 3);
        scene.record = "";
        bytes32 post = _next(scene);
        Block memory sealed_;
        sealed_.headHash = Header.hash(scene.block, scene.stateRoot);
        (sealed_.number, sealed_.timestamp) = (scene.block.number, scene.block.timestamp);
        (sealed_.baseFee, sealed_.gasLimit) = (scene.block.baseFee, scene.block.gasLimit);
        (sealed_.chainId, sealed_.gasUsed) = (scene.block.chainId, scene.block.gasUsed);
        scene.block = sealed_;
        scene.phase = Phase.BOUNDARY;
        assertEq(post, scene.hash());
    }

    function test_reverts_withOtherDeposits() public {
        context.step = 1;
        Scene memory scene = _scene(Phase.DEPOSITS, 0);
        scene.record[30] ^= 0x01;
        _assertReverts(scene, abi.encodeWithSelector(BlockEnd.WrongDeposits.selector));
        scene.record = "";
        _assertReverts(scene, abi.encodeWithSelector(BlockEnd.WrongDeposits.selector));
    }

    function test_reverts_whereNothingBegins() public {
        Scene memory scene = _scene(Phase.BOUNDARY, 0);
        context.slot = 1022;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongSlot.selector, 1022));
        context.slot = 2047;
        scene.block.open = false;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.WrongBlock.selector, false));
        context.step = 1;
        _assertReverts(scene, abi.encodeWithSelector(Boundary.NothingBegins.selector));
    }

    function _assertDone(Scene memory scene, bytes32 post, uint8 done) private {
        _place(scene);
        scene.block.depositsDone = done;
        assertEq(post, scene.hash());
    }

    function _scene(uint8 phase, uint8 done) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = phase;
        bytes memory deposits = bytes.concat(
            abi.encodePacked(uint64(40), RICH, uint64(5)),
            abi.encodePacked(uint64(41), NEW, uint64(0)),
            abi.encodePacked(uint64(42), NEW, type(uint64).max)
        );
        scene.block.depositsHash = keccak256(deposits);
        scene.block.depositCount = 3;
        scene.block.depositsDone = done;
        scene.block.batch = Slice(keccak256("batch"), 4, 0, 100);
        scene.block.cursor = 90;
        scene.block.gasUsed = 777;
        scene.block.receiptsHash = keccak256("receipts");
        if (phase == Phase.DEPOSITS) scene.record = deposits;
        _place(scene);
    }
}
