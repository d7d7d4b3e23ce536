// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Call} from "../../../src/machine/Call.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Enter} from "../../../src/verifier/slot/Enter.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract EnterTest is WorldTest {
    address private constant SENDER = address(0xA11CE);
    address private constant TO = address(0x7070);
    address private constant DELEGATE = address(0xDE1E);
    bytes private constant DATA = "calldata or initcode, more than one word of it";

    function setUp() public {
        vm.pauseGasMetering();
        family = new Enter();
        _populate();
        _put(SENDER, 1, 100, "");
    }

    function test_call() public {
        _put(TO, 1, 5, hex"6001");
        Scene memory scene = _scene(TO, 30);
        scene.otherCodes = _append(scene.otherCodes, hex"6001");
        _seeAccount(scene, TO);
        _seeAccount(scene, SENDER);
        bytes32 post = _next(scene);
        _enter(scene, hex"6001");
        _setBalance(SENDER, 70);
        _setBalance(TO, 35);
        _assertEntered(scene, post);
    }

    function test_call_ofNobody() public {
        Scene memory scene = _scene(TO, 0);
        _seeAccount(scene, TO);
        bytes32 post = _next(scene);
        _enter(scene, "");
        _assertEntered(scene, post);
    }

    function test_call_ofAPrecompile() public {
        Scene memory scene = _scene(address(2), 30);
        _seeAccount(scene, address(2));
        _seeAccount(scene, SENDER);
        bytes32 post = _next(scene);
        _enter(scene, "");
        _setBalance(SENDER, 70);
        _setBalance(address(2), 30);
        scene.phase = Phase.PRECOMPILE;
        _assertEntered(scene, post);
    }

    function test_call_followsADelegation() public {
        bytes memory designator = abi.encodePacked(hex"ef0100", DELEGATE);
        _put(TO, 1, 5, designator);
        _put(DELEGATE, 1, 5, hex"6002");
        Scene memory scene = _scene(TO, 0);
        scene.otherCodes = _append(scene.otherCodes, designator);
        _seeAccount(scene, TO);
        _seeAccount(scene, DELEGATE);
        _seeMark(scene, WARM_ADDRESS, DELEGATE, 0);
        bytes32 post = _next(scene);
        _enter(scene, hex"6002");
        scene.call.codeAddress = DELEGATE;
        _mark(WARM_ADDRESS, DELEGATE, 0, 1);
        _assertEntered(scene, post);
    }

    function test_creation() public {
        _put(TO, 0, 5, "");
        Scene memory scene = _scene(TO, 30);
        scene.tx.create = true;
        scene.addRange(DATA, 0, DATA.length);
        _seeAccount(scene, TO);
        _seeAccount(scene, SENDER);
        _seeMark(scene, CREATED, TO, 0);
        bytes32 post = _next(scene);
        _enterCreation(scene, DATA);
        _setBalance(SENDER, 70);
        _setBalance(TO, 35);
        _assertEntered(scene, post);
    }

    function test_creation_ofNothing() public {
        Scene memory scene = _scene(TO, 0);
        scene.tx.create = true;
        scene.tx.data = Scenes.sliceOf("");
        _seeAccount(scene, TO);
        _seeMark(scene, CREATED, TO, 0);
        bytes32 post = _next(scene);
        _enterCreation(scene, "");
        _assertEntered(scene, post);
    }

    function test_creation_collisionSettles() public {
        _put(TO, 1, 5, "");
        _assertCollides();
        _put(TO, 0, 5, hex"00");
        _assertCollides();
    }

    function _assertCollides() private {
        Scene memory scene = _scene(TO, 30);
        scene.tx.create = true;
        _seeAccount(scene, TO);
        bytes32 post = _next(scene);
        scene.tx.gasLeft = 0;
        scene.phase = Phase.SETTLE;
        assertEq(post, scene.hash());
    }

    function _scene(address to, uint256 value) private returns (Scene memory scene) {
        Call memory none;
        scene = Scenes.running("", _items());
        scene.phase = Phase.ENTER;
        scene.frame.gas = 0;
        scene.call = none;
        scene.tx.sender = SENDER;
        scene.tx.to = to;
        scene.tx.value = value;
        scene.tx.gasLeft = 55_000;
        scene.tx.data = Scenes.sliceOf(DATA);
        _place(scene);
    }

    /// The frame of the transaction, entered with the state as it is now.
    function _enter(Scene memory scene, bytes memory code) private {
        scene.phase = Phase.RUNNING;
        scene.code = code;
        scene.frame.gas = 55_000;
        scene.tx.gasLeft = 0;
        Call memory call = scene.call;
        _place(scene);
        (call.stateRoot, call.scratchRoot) = (scene.stateRoot, scene.scratchRoot);
        (call.logsHash, call.refund) = (scene.tx.logsHash, scene.tx.refund);
        (call.destructsHash, call.destructCount) = (scene.tx.destructsHash, scene.tx.destructCount);
        (call.self, call.codeAddress, call.caller) = (scene.tx.to, scene.tx.to, SENDER);
        (call.value, call.input) = (scene.tx.value, scene.tx.data);
    }

    function _enterCreation(Scene memory scene, bytes memory code) private {
        _enter(scene, code);
        scene.call.kind = 1;
        scene.call.input = Scenes.sliceOf("");
        _setNonce(TO, 1);
        _mark(CREATED, TO, 0, 1);
    }

    function _assertEntered(Scene memory scene, bytes32 post) private {
        _place(scene);
        assertEq(post, scene.commit().hash());
    }
}
