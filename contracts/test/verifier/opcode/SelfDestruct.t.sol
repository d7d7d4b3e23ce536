// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opcode} from "../../../src/rules/Opcode.sol";
import {SelfDestruct} from "../../../src/verifier/opcode/SelfDestruct.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract SelfDestructTest is WorldTest {
    address private constant SELF = address(0x5E1F);
    address private constant HEIR = address(0x1234567);

    function setUp() public {
        vm.pauseGasMetering();
        family = new SelfDestruct();
        _populate();
        _put(SELF, 1, 70, hex"ff");
        _put(HEIR, 0, 5, "");
    }

    function test_sendsTheBalanceAndStays() public {
        Scene memory scene = _scene(HEIR);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, HEIR, 0, 1);
        _setBalance(SELF, 0);
        _setBalance(HEIR, 75);
        _assertLeft(scene, post, 5000 + 2600);
    }

    function test_createdInThisTransactionIsDestroyed() public {
        _mark(CREATED, SELF, 0, 1);
        _mark(WARM_ADDRESS, HEIR, 0, 1);
        Scene memory scene = _scene(HEIR);
        bytes32 post = _next(scene);
        _setBalance(SELF, 0);
        _setBalance(HEIR, 75);
        _assertDestroyed(scene, post, 5000);
    }

    function test_toItselfKeepsTheBalance() public {
        _mark(WARM_ADDRESS, SELF, 0, 1);
        Scene memory scene = _scene(SELF);
        bytes32 post = _next(scene);
        _assertLeft(scene, post, 5000);
    }

    function test_toItselfWhenCreatedBurns() public {
        _mark(WARM_ADDRESS, SELF, 0, 1);
        _mark(CREATED, SELF, 0, 1);
        Scene memory scene = _scene(SELF);
        bytes32 post = _next(scene);
        _setBalance(SELF, 0);
        _assertDestroyed(scene, post, 5000);
    }

    function test_toNobodyPaysForTheAccount() public {
        _mark(WARM_ADDRESS, address(0xAAAA), 0, 1);
        Scene memory scene = _scene(address(0xAAAA));
        bytes32 post = _next(scene);
        _setBalance(SELF, 0);
        _setBalance(address(0xAAAA), 70);
        _assertLeft(scene, post, 5000 + 25_000);
    }

    function test_nothingToNobodyMakesNoAccount() public {
        _setBalance(SELF, 0);
        Scene memory scene = _scene(address(0xAAAA));
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, address(0xAAAA), 0, 1);
        _assertLeft(scene, post, 5000 + 2600);
    }

    function test_inACalledFrame() public {
        Scene memory scene = _scene(HEIR).nest();
        scene.endsCall = true;
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, HEIR, 0, 1);
        _setBalance(SELF, 0);
        _setBalance(HEIR, 75);
        _assertLeft(scene, post, 5000 + 2600);
    }

    function test_tooLittleGasHaltsAfterTheReads() public {
        Scene memory scene = _scene(HEIR);
        scene.frame.gas = 7599;
        _assertHalts(scene);
    }

    function test_staticAndUnderflowHaltBeforeTheReads() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.SELFDESTRUCT), _items(1));
        scene.call.isStatic = true;
        _assertHalts(scene);
        _assertHalts(Scenes.running(_opcode(Opcode.SELFDESTRUCT), _items()));
    }

    function _scene(address heir) private returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.SELFDESTRUCT), _items(uint160(heir)));
        scene.call.self = SELF;
        _place(scene);
        _seeMark(scene, WARM_ADDRESS, heir, 0);
        _seeMark(scene, CREATED, SELF, 0);
        _seeAccount(scene, SELF);
        _seeAccount(scene, heir);
    }

    function _assertLeft(Scene memory scene, bytes32 post, uint64 price) private {
        _place(scene);
        scene.frame.gas -= price;
        assertEq(post, scene.left(true).hash());
    }

    function _assertDestroyed(Scene memory scene, bytes32 post, uint64 price) private {
        scene.tx.destructsHash = keccak256(abi.encode(scene.tx.destructsHash, SELF));
        ++scene.tx.destructCount;
        _assertLeft(scene, post, price);
    }
}
