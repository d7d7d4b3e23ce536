// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Call} from "../../../src/machine/Call.sol";
import {Frame} from "../../../src/machine/Frame.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Stack} from "../../../src/verifier/Stack.sol";
import {Steps} from "../../../src/verifier/Step.sol";
import {Creation} from "../../../src/verifier/job/Creation.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract CreationTest is WorldTest {
    address private constant SELF = address(0xC0DE);
    uint256 private constant SALT = 0x5a17;
    bytes private constant INITCODE = hex"60006000f3fe11223344";
    uint256 private constant OFFSET = 20;

    function setUp() public {
        vm.pauseGasMetering();
        family = new Creation();
        _populate();
        _put(SELF, 9, 1000, hex"f0");
    }

    function test_create_entersTheInitcode() public {
        _assertCreates(Opcode.CREATE, 300, vm.computeCreateAddress(SELF, 9));
    }

    function test_create2_entersTheInitcode() public {
        address created = vm.computeCreate2Address(bytes32(SALT), keccak256(INITCODE), SELF);
        _assertCreates(Opcode.CREATE2, 0, created);
    }

    function test_create_keepsWhatTheAddressOwns() public {
        address created = vm.computeCreateAddress(SELF, 9);
        _put(created, 0, 5, "");
        _assertCreates(Opcode.CREATE, 300, created);
    }

    function test_create_ofAWarmAddress() public {
        address created = vm.computeCreateAddress(SELF, 9);
        _mark(WARM_ADDRESS, created, 0, 1);
        _assertCreates(Opcode.CREATE, 1000, created);
    }

    function test_create_ofNothing() public {
        address created = vm.computeCreateAddress(SELF, 9);
        Scene memory scene = _paid(Opcode.CREATE, _items(0, type(uint256).max, 0));
        _place(scene);
        _seeCreated(scene, created);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, created, 0, 1);
        _setNonce(SELF, 10);
        assertEq(post, _entered(scene, created, 0, "").commit().hash());
    }

    function test_create_collisionLosesTheGas() public {
        address created = vm.computeCreateAddress(SELF, 9);
        _put(created, 0, 0, hex"00");
        _assertCollides(created);
        _put(created, 1, 0, "");
        _assertCollides(created);
    }

    function test_create_withoutTheBalanceFails() public {
        _assertPushesZero(_scene(Opcode.CREATE, 1001));
    }

    function test_create_tooDeepFails() public {
        Scene memory scene = _scene(Opcode.CREATE2, 0);
        scene.call.depth = 1024;
        _assertPushesZero(scene);
    }

    function test_create_withTheLastNonceFails() public {
        _setNonce(SELF, type(uint64).max);
        _assertPushesZero(_scene(Opcode.CREATE, 0));
        _setNonce(SELF, type(uint64).max - 1);
        _assertCreates(Opcode.CREATE, 0, vm.computeCreateAddress(SELF, type(uint64).max - 1));
    }

    /// The longest initcode: the code that creates is not given.
    function test_T67_create2_largestWitnessFitsOneTransaction() public {
        bytes memory initcode = _bytes(1, 49_152);
        Scene memory scene = _paid(Opcode.CREATE2, _items(SALT, initcode.length, 0, 300));
        scene.data = initcode;
        scene.job.source = Scenes.sliceOf(initcode);
        address created = vm.computeCreate2Address(bytes32(SALT), keccak256(initcode), SELF);
        scene.addRange(initcode, 0, initcode.length);
        _place(scene);
        _seeCreated(scene, created);
        _assertProvable(scene.commit());
    }

    function test_refusesOtherPhases() public {
        Scene memory scene = _scene(Opcode.CREATE, 0);
        scene.phase = Phase.COPY;
        _assertReverts(scene, abi.encodeWithSelector(Steps.WrongPhase.selector, Phase.COPY));
    }

    /// The operands, all of them and no more, are given.
    function test_wrongStackItems() public {
        Scene memory scene = _scene(Opcode.CREATE2, 0);
        scene.given = 3;
        _assertReverts(scene, abi.encodeWithSelector(Stack.WrongStackItems.selector, 3, 4));
    }

    /// The opcode has paid and its operands are on the stack.
    function _paid(uint8 opcode, uint256[] memory stack) private pure returns (Scene memory scene) {
        scene = Scenes.running("", stack);
        scene.phase = Phase.CREATE;
        scene.job.kind = 7;
        scene.job.destination = opcode;
    }

    function _scene(uint8 opcode, uint256 value) private returns (Scene memory scene) {
        scene = _paid(
            opcode,
            opcode == Opcode.CREATE
                ? _items(INITCODE.length, OFFSET, value)
                : _items(SALT, INITCODE.length, OFFSET, value)
        );
        scene.data = bytes.concat(new bytes(OFFSET), INITCODE, new bytes(64 - OFFSET - INITCODE.length));
        scene.job.source = Scenes.sliceOf(scene.data);
        (scene.job.source.offset, scene.job.source.length) = (uint32(OFFSET), uint32(INITCODE.length));
        _place(scene);
        _seeAccount(scene, SELF);
    }

    function _seeCreated(Scene memory scene, address created) private {
        _seeAccount(scene, SELF);
        _seeMark(scene, WARM_ADDRESS, created, 0);
        _seeAccount(scene, created);
        _seeMark(scene, CREATED, created, 0);
    }

    function _assertCreates(uint8 opcode, uint256 value, address created) private {
        Scene memory scene = _scene(opcode, value);
        scene.addRange(scene.data, OFFSET, OFFSET + INITCODE.length);
        _seeCreated(scene, created);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, created, 0, 1);
        _setNonce(SELF, holders[SELF].nonce + 1);
        assertEq(post, _entered(scene, created, value, INITCODE).commit().hash());
    }

    function _entered(Scene memory scene, address created, uint256 value, bytes memory initcode)
        private
        returns (Scene memory entered)
    {
        Frame memory caller = scene.frame;
        uint64 gas = caller.gas - caller.gas / 64;
        caller.gas -= gas;
        (caller.stackHash, caller.stackSize) = (0, 0);
        entered.phase = Phase.RUNNING;
        entered.block = scene.block;
        entered.tx = scene.tx;
        entered.caller = caller;
        entered.frame.gas = gas;
        entered.code = initcode;
        _place(entered);
        Call memory call = entered.call;
        (call.stateRoot, call.scratchRoot) = (entered.stateRoot, entered.scratchRoot);
        (call.logsHash, call.refund) = (scene.tx.logsHash, scene.tx.refund);
        (call.destructsHash, call.destructCount) = (scene.tx.destructsHash, scene.tx.destructCount);
        call.kind = 1;
        call.depth = scene.call.depth + 1;
        (call.self, call.codeAddress, call.caller, call.value) = (created, created, SELF, value);

        _setNonce(created, 1);
        _mark(CREATED, created, 0, 1);
        _setBalance(SELF, holders[SELF].balance - value);
        _setBalance(created, holders[created].balance + value);
        _place(entered);
    }

    function _assertCollides(address created) private {
        uint256 snapshot = vm.snapshotState();
        Scene memory scene = _scene(Opcode.CREATE, 0);
        scene.addRange(scene.data, OFFSET, OFFSET + INITCODE.length);
        _seeMark(scene, WARM_ADDRESS, created, 0);
        _seeAccount(scene, created);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, created, 0, 1);
        _setNonce(SELF, 10);
        _place(scene);
        scene.phase = Phase.RUNNING;
        scene.stack = _items(0);
        scene.frame.gas /= 64;
        assertEq(post, scene.commit().hash());
        vm.revertToState(snapshot);
    }

    function _assertPushesZero(Scene memory scene) private view {
        bytes32 post = _next(scene);
        scene.phase = Phase.RUNNING;
        scene.stack = _items(0);
        assertEq(post, scene.commit().hash());
    }
}
// forge-lint: disable-end(unsafe-typecast)
