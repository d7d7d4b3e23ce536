// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Phase} from "../../../src/machine/Phase.sol";
import {Destruct} from "../../../src/verifier/slot/Destruct.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract DestructTest is WorldTest {
    address private constant FIRST = address(0x1111);
    address private constant LAST = address(0x2222);

    function setUp() public {
        vm.pauseGasMetering();
        family = new Destruct();
        _populate();
        _put(FIRST, 1, 0, hex"ff");
        _put(LAST, 1, 8, hex"ff");
    }

    function test_removesFromTheLastOn() public {
        bytes32 below = keccak256(abi.encode(bytes32(0), FIRST));
        Scene memory scene = _scene(2, below, LAST);
        _seeAccount(scene, LAST);
        _seeSibling(scene, state);
        bytes32 post = _next(scene);
        _remove(LAST);
        _place(scene);
        (scene.tx.destructsHash, scene.tx.destructCount) = (below, 1);
        assertEq(post, scene.hash());

        scene = _scene(1, 0, FIRST);
        _seeAccount(scene, FIRST);
        _seeSibling(scene, state);
        post = _next(scene);
        _remove(FIRST);
        _place(scene);
        scene.phase = Phase.BOUNDARY;
        assertEq(post, scene.hash());
    }

    function test_twiceIsOnce() public {
        Scene memory scene = _scene(1, 0, address(0x3333));
        _seeAccount(scene, address(0x3333));
        bytes32 post = _next(scene);
        scene.phase = Phase.BOUNDARY;
        assertEq(post, scene.hash());
    }

    function test_reverts_withAnotherRecord() public {
        Scene memory scene = _scene(1, 0, FIRST);
        scene.record = abi.encodePacked(bytes32(0), LAST);
        _assertReverts(scene, abi.encodeWithSelector(Destruct.WrongDestruct.selector));
        scene.record = abi.encodePacked(bytes32(0), FIRST, uint8(0));
        _assertReverts(scene, abi.encodeWithSelector(Destruct.WrongDestruct.selector));
        scene.record = "";
        _assertReverts(scene, abi.encodeWithSelector(Destruct.WrongDestruct.selector));
    }

    function _scene(uint16 count, bytes32 below, address account) private returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.DESTRUCT;
        scene.tx.destructCount = count;
        scene.tx.destructsHash = keccak256(abi.encode(below, account));
        scene.record = abi.encodePacked(below, account);
        _place(scene);
    }
}
