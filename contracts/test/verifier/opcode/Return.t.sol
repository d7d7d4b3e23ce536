// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Account as StateAccount} from "../../../src/authenticated/Account.sol";
import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Return} from "../../../src/verifier/opcode/Return.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Accounts, Tries} from "../../support/Tries.sol";

contract ReturnTest is FamilyTest {
    address internal constant SELF = address(0xC0DE);

    function setUp() public {
        family = new Return();
    }

    /// A creation about to return `code`, which its memory begins with.
    function _creation(bytes memory code) internal pure returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.RETURN), _items(code.length, 0)).nest();
        scene.endsCall = true;
        scene.call.kind = 1;
        scene.frame.gas = 10_000_000;
        scene.data = _grown(code, _roundUp(code.length));
        (scene.stateRoot, scene.nodes) = Tries.single(SELF, _created());
    }

    function _created() internal pure returns (StateAccount memory account) {
        account = Accounts.withBalance(5);
        account.nonce = 1;
    }

    function test_topFrame() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.RETURN), _items(33, 31));
        bytes32 post = _next(scene);
        scene.frame.gas -= 6;
        assertEq(post, scene.left(true).hash());

        scene = Scenes.running(_opcode(Opcode.REVERT), _items(33, 31));
        post = _next(scene);
        scene.frame.gas -= 6;
        assertEq(post, scene.failed().hash());
    }

    function _assertResumes(uint8 opcode, uint32 wanted, uint256 offset, uint256 length) internal view {
        bytes memory data = _bytes(offset, 96);
        Scene memory scene = Scenes.running(_opcode(opcode), _items(length, offset)).nest();
        scene.endsCall = true;
        scene.data = data;
        (scene.call.outputOffset, scene.call.outputLength) = (wanted == 0 ? 0 : 50, wanted);
        bytes32 post = _next(scene);

        bytes memory grown = length == 0 ? data : _grown(data, _roundUp(offset + length));
        Slice memory output;
        if (length != 0) {
            output = Scenes.sliceOf(grown);
            (output.offset, output.length) = (uint32(offset), uint32(length));
        }
        scene.frame.gas -= uint64(_memoryCost(96, grown.length));
        scene = opcode == Opcode.RETURN ? scene.left(true) : scene.failed();
        scene.frame.returned = output;
        uint32 copied = wanted < length ? wanted : uint32(length);
        if (copied != 0) {
            scene.phase = Phase.COPY;
            scene.job = Job(2, Slice(output.root, output.words, output.offset, copied), 50, copied, 0, 0);
        }
        assertEq(post, scene.hash());
    }

    function test_fuzz_resumesTheCaller(bool reverts, uint8 wanted, uint256 offset, uint256 length) public view {
        length = bound(length, 0, 150);
        if (length != 0) offset = bound(offset, 0, 150);
        _assertResumes(reverts ? Opcode.REVERT : Opcode.RETURN, wanted, offset, length);
    }

    function test_deposit() public view {
        bytes memory code = _bytes(3, 100);
        Scene memory scene = _creation(code);
        scene.addRange(scene.data, 0, 100);
        bytes32 post = _next(scene);
        StateAccount memory account = _created();
        account.codeHash = keccak256(code);
        (scene.stateRoot,) = Tries.single(SELF, account);
        scene.frame.gas -= 200 * 100;
        assertEq(post, scene.left(true).hash());
    }

    function test_deposit_nothing() public view {
        Scene memory scene = _creation("");
        scene.nodes = new bytes[](0);
        assertEq(_next(scene), scene.left(true).hash());
    }

    function test_deposit_reservedByte() public view {
        Scene memory scene = _creation(hex"ef00");
        scene.nodes = new bytes[](0);
        scene.addRange(scene.data, 0, 2);
        _assertHalts(scene);
    }

    function test_deposit_outOfGas() public view {
        Scene memory scene = _creation(_bytes(3, 100));
        scene.nodes = new bytes[](0);
        scene.frame.gas = 200 * 100 - 1;
        _assertHalts(scene);
    }

    function test_deposit_tooLong() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.RETURN), _items(24_577, 0)).nest();
        scene.endsCall = true;
        scene.call.kind = 1;
        scene.frame.gas = 10_000_000;
        _assertHalts(scene);
    }

    function test_revertOfACreation_keepsTheOutput() public view {
        Scene memory scene = _creation(_bytes(3, 40));
        scene.code = _opcode(Opcode.REVERT);
        scene.nodes = new bytes[](0);
        bytes32 post = _next(scene);
        Slice memory output = Scenes.sliceOf(scene.data);
        output.length = 40;
        scene = scene.failed();
        scene.frame.returned = output;
        assertEq(post, scene.hash());
    }

    function test_outOfReach_halts() public view {
        _assertHalts(Scenes.running(_opcode(Opcode.RETURN), _items(1, type(uint256).max)));
        _assertHalts(Scenes.running(_opcode(Opcode.REVERT), _items(type(uint256).max, 0)));
        _assertHalts(Scenes.running(_opcode(Opcode.REVERT), _items(type(uint256).max, type(uint256).max)));
    }
}
// forge-lint: disable-end(unsafe-typecast)
