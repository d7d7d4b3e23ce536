// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Account as StateAccount} from "../../../src/authenticated/Account.sol";
import {NodeBags} from "../../../src/authenticated/NodeBag.sol";
import {Addresses} from "../../../src/rules/Addresses.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {StateReads} from "../../../src/verifier/opcode/StateReads.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Accounts, Tries} from "../../support/Tries.sol";

contract StateReadsTest is FamilyTest {
    address internal constant OTHER = address(0xABCD);

    function setUp() public {
        family = new StateReads();
    }

    /// The opcode pushes `result` and warms `OTHER`.
    function _assertColdRead(Scene memory scene, uint256 result) internal view {
        bytes32 post = _next(scene);
        scene.scratchRoot = Tries.warmed(OTHER);
        scene.stack = _items(result);
        scene.given = 0;
        _assertGoesOn(post, scene, 2600);
    }

    function test_fuzz_balance(uint256 balance, uint96 dirt) public view {
        vm.assume(balance != 0);
        uint256 operand = (uint256(dirt) << 160) | uint160(OTHER);
        Scene memory scene = Scenes.running(_opcode(Opcode.BALANCE), _items(operand));
        (scene.stateRoot, scene.nodes) = Tries.single(OTHER, Accounts.withBalance(balance));
        _assertColdRead(scene, balance);
    }

    function test_nobody() public view {
        _assertColdRead(Scenes.running(_opcode(Opcode.BALANCE), _items(uint160(OTHER))), 0);
        _assertColdRead(Scenes.running(_opcode(Opcode.EXTCODESIZE), _items(uint160(OTHER))), 0);
        _assertColdRead(Scenes.running(_opcode(Opcode.EXTCODEHASH), _items(uint160(OTHER))), 0);
    }

    function test_alwaysWarm() public view {
        uint256[6] memory warm = [uint256(0x01), 0x11, 0x100, 0xA11CE, 0xC0DE, 0xFEE];
        for (uint256 i = 0; i < warm.length; ++i) {
            _assertResult(Scenes.running(_opcode(Opcode.BALANCE), _items(warm[i])), 100, 0);
        }
        Scene memory scene = Scenes.running(_opcode(Opcode.BALANCE), _items(0x12));
        bytes32 post = _next(scene);
        scene.scratchRoot = Tries.warmed(address(0x12));
        scene.stack = _items(0);
        scene.given = 0;
        _assertGoesOn(post, scene, 2600);
    }

    function test_code() public view {
        bytes memory code = _bytes(4, 77);
        Scene memory scene = Scenes.running(_opcode(Opcode.EXTCODEHASH), _items(uint160(OTHER)));
        (scene.stateRoot, scene.nodes) = Tries.single(OTHER, Accounts.withCode(code));
        _assertColdRead(scene, uint256(keccak256(code)));

        scene = Scenes.running(_opcode(Opcode.EXTCODESIZE), _items(uint160(OTHER)));
        (scene.stateRoot, scene.nodes) = Tries.single(OTHER, Accounts.withCode(code));
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = code;
        _assertColdRead(scene, 77);
    }

    /// Which nodes and codes a step reads does not depend on its gas.
    function test_outOfGas_readsAllTheSame() public {
        Scene memory scene = Scenes.running(_opcode(Opcode.BALANCE), _items(uint160(OTHER)));
        (scene.stateRoot, scene.nodes) = Tries.single(OTHER, Accounts.withBalance(5));
        scene.frame.gas = 2599;
        bytes32 stateRoot = scene.stateRoot;
        _assertHalts(scene);

        scene = Scenes.running(_opcode(Opcode.BALANCE), _items(uint160(OTHER)));
        scene.stateRoot = stateRoot;
        scene.frame.gas = 2599;
        _assertReverts(scene, abi.encodeWithSelector(NodeBags.MissingNode.selector, stateRoot));
    }

    function test_ownBalance() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.SELFBALANCE), _items());
        (scene.stateRoot, scene.nodes) = Tries.single(address(0xC0DE), Accounts.withBalance(123));
        _assertResult(scene, 5, 123);
        _assertResult(Scenes.running(_opcode(Opcode.SELFBALANCE), _items()), 5, 0);
    }

    function test_fuzz_blockHash(uint256 number, bytes32 value) public view {
        vm.assume(value != 0);
        if (number % 4 != 0) number = 700 + number % 400;
        Scene memory scene = Scenes.running(_opcode(Opcode.BLOCKHASH), _items(number));
        (bytes32 storageRoot, bytes memory slot) = Tries.singleSlot(bytes32(number % 8191), uint256(value));
        StateAccount memory history = Accounts.withCode("history");
        history.storageRoot = storageRoot;
        bytes[] memory nodes;
        (scene.stateRoot, nodes) = Tries.single(Addresses.HISTORY, history);
        bool recent = number < 1000 && number >= 744;
        if (recent) {
            scene.nodes = new bytes[](2);
            (scene.nodes[0], scene.nodes[1]) = (nodes[0], slot);
        }
        _assertResult(scene, 20, recent ? uint256(value) : 0);
    }
}
// forge-lint: disable-end(unsafe-typecast)
