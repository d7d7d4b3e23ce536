// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Call} from "../../../src/machine/Call.sol";
import {Frame} from "../../../src/machine/Frame.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {OpcodeFamily} from "../../../src/verifier/OpcodeFamily.sol";
import {Calls} from "../../../src/verifier/opcode/Calls.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {WorldTest} from "../../support/WorldTest.sol";

contract CallsTest is WorldTest {
    address private constant SELF = address(0xC0DE);
    address private constant CALLEE = address(0xCA11EE);
    address private constant DELEGATE = address(0xDE1E);
    bytes private constant CODE = hex"6001";

    /// The operands of a call.
    struct Operands {
        uint256 gas;
        address callee;
        uint256 value;
        uint256 inputOffset;
        uint256 inputLength;
        uint256 outputOffset;
        uint256 outputLength;
    }

    function setUp() public {
        vm.pauseGasMetering();
        family = new Calls();
        _populate();
        _put(SELF, 1, 1000, hex"f1");
        _put(CALLEE, 1, 50, CODE);
    }

    function test_call_entersTheCallee() public {
        Operands memory operands = Operands(30_000, CALLEE, 7, 8, 40, 96, 20);
        Scene memory scene = _scene(Opcode.CALL, operands);
        scene.data = new bytes(64);
        scene.frame.returned = Slice(bytes32(uint256(1)), 1, 0, 32);
        _seeCallee(scene, CALLEE, CODE);
        _seeAccount(scene, SELF);
        bytes32 post = _next(scene);

        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2600 + 9000 + 6, 30_000, CODE);
        _setBalance(SELF, 993);
        _setBalance(CALLEE, 57);
        _finish(entered, 32_300);
        assertEq(post, entered.commit().hash());
    }

    function test_call_ofAWarmAddressForwardsAllButA64th() public {
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Operands memory operands = Operands(type(uint256).max, CALLEE, 0, 1 << 200, 0, 1 << 200, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        _seeCallee(scene, CALLEE, CODE);
        bytes32 post = _next(scene);
        uint64 gas = 999_900 - 15_623;
        Scene memory entered = _enter(scene, operands, 100, gas, CODE);
        _finish(entered, gas);
        assertEq(post, entered.commit().hash());
    }

    function test_call_sendingToNobodyMakesAnAccount() public {
        address nobody = address(0x1234567);
        Operands memory operands = Operands(0, nobody, 1000, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        _seeMark(scene, WARM_ADDRESS, nobody, 0);
        _seeAccount(scene, nobody);
        _seeAccount(scene, SELF);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, nobody, 0, 1);
        Scene memory entered = _enter(scene, operands, 2600 + 9000 + 25_000, 0, "");
        _setBalance(SELF, 0);
        _setBalance(nobody, 1000);
        _finish(entered, 2300);
        assertEq(post, entered.commit().hash());
    }

    function test_call_toItselfWithValue() public {
        Operands memory operands = Operands(5, SELF, 600, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        scene.otherCodes = new bytes[](0);
        scene.code = hex"f1";
        _seeAccount(scene, SELF);
        bytes32 post = _next(scene);
        Scene memory entered = _enter(scene, operands, 100 + 9000, 5, hex"f1");
        _finish(entered, 2305);
        assertEq(post, entered.commit().hash());
    }

    function test_callcode_keepsItself() public {
        Operands memory operands = Operands(100, CALLEE, 1000, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALLCODE, operands);
        scene.call.isStatic = true;
        _seeCallee(scene, CALLEE, CODE);
        _seeAccount(scene, SELF);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2600 + 9000, 100, CODE);
        entered.call.self = SELF;
        _finish(entered, 2400);
        assertEq(post, entered.commit().hash());
    }

    function test_delegatecall_keepsItselfItsCallerAndValue() public {
        Operands memory operands = Operands(100, CALLEE, 0, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.DELEGATECALL, operands);
        _seeCallee(scene, CALLEE, CODE);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2600, 100, CODE);
        entered.call.self = SELF;
        entered.call.caller = scene.call.caller;
        entered.call.value = scene.call.value;
        _finish(entered, 100);
        assertEq(post, entered.commit().hash());
    }

    function test_staticcall_isStatic() public {
        Operands memory operands = Operands(100, CALLEE, 0, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.STATICCALL, operands);
        _seeCallee(scene, CALLEE, CODE);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2600, 100, CODE);
        entered.call.isStatic = true;
        _finish(entered, 100);
        assertEq(post, entered.commit().hash());
    }

    function test_call_followsADelegation() public {
        bytes memory designator = abi.encodePacked(hex"ef0100", DELEGATE);
        _put(CALLEE, 1, 50, designator);
        _put(DELEGATE, 1, 0, CODE);
        Operands memory operands = Operands(100, CALLEE, 0, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        _seeCallee(scene, CALLEE, designator);
        _seeMark(scene, WARM_ADDRESS, DELEGATE, 0);
        _seeAccount(scene, DELEGATE);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        _mark(WARM_ADDRESS, DELEGATE, 0, 1);
        Scene memory entered = _enter(scene, operands, 5200, 100, CODE);
        entered.call.codeAddress = DELEGATE;
        _finish(entered, 100);
        assertEq(post, entered.commit().hash());
    }

    function test_call_ofADelegationToItselfFindsItWarm() public {
        bytes memory designator = abi.encodePacked(hex"ef0100", CALLEE);
        _put(CALLEE, 1, 50, designator);
        Operands memory operands = Operands(100, CALLEE, 0, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        _seeCallee(scene, CALLEE, designator);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2700, 100, designator);
        _finish(entered, 100);
        assertEq(post, entered.commit().hash());
    }

    function test_call_ofADelegationToAPrecompileRunsNothing() public {
        bytes memory designator = abi.encodePacked(hex"ef0100", address(2));
        _put(CALLEE, 1, 50, designator);
        Operands memory operands = Operands(100, CALLEE, 0, 0, 0, 0, 0);
        Scene memory scene = _scene(Opcode.CALL, operands);
        _seeCallee(scene, CALLEE, designator);
        _seeAccount(scene, address(2));
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        Scene memory entered = _enter(scene, operands, 2700, 100, "");
        entered.call.codeAddress = address(2);
        _finish(entered, 100);
        assertEq(post, entered.commit().hash());
    }

    function test_call_ofAPrecompile() public {
        Operands memory operands = Operands(3000, address(1), 0, 0, 32, 0, 32);
        Scene memory scene = _scene(Opcode.STATICCALL, operands);
        _seeAccount(scene, address(1));
        bytes32 post = _next(scene);
        Scene memory entered = _enter(scene, operands, 103, 3000, "");
        entered.call.isStatic = true;
        entered.phase = Phase.PRECOMPILE;
        _finish(entered, 3000);
        assertEq(post, entered.commit().hash());
    }

    function test_call_withoutTheBalanceFails() public {
        _assertPushesZero(Operands(100, CALLEE, 1001, 0, 0, 0, 0), Opcode.CALL, 0);
        _assertPushesZero(Operands(100, CALLEE, type(uint256).max, 0, 0, 0, 0), Opcode.CALLCODE, 0);
    }

    function test_call_tooDeepFails() public {
        _assertPushesZero(Operands(100, CALLEE, 1, 0, 0, 0, 0), Opcode.CALL, 1024);
        _assertPushesZero(Operands(100, CALLEE, 0, 0, 0, 0, 0), Opcode.DELEGATECALL, 1024);
        _assertPushesZero(Operands(100, CALLEE, 0, 0, 0, 0, 0), Opcode.STATICCALL, 1024);
    }

    function test_call_withValueInAStaticCallHaltsBeforeTheReads() public {
        Scene memory scene = _scene(Opcode.CALL, Operands(100, CALLEE, 1, 0, 0, 0, 0));
        scene.call.isStatic = true;
        _assertHalts(scene);
    }

    function test_underflowHaltsBeforeTheReads() public view {
        _assertHalts(Scenes.running(_opcode(Opcode.CALL), new uint256[](6)));
        _assertHalts(Scenes.running(_opcode(Opcode.CALLCODE), new uint256[](6)));
        _assertHalts(Scenes.running(_opcode(Opcode.DELEGATECALL), new uint256[](5)));
        _assertHalts(Scenes.running(_opcode(Opcode.STATICCALL), new uint256[](5)));
    }

    function test_call_tooLittleGasHaltsAfterTheReads() public {
        Scene memory scene = _scene(Opcode.CALL, Operands(0, CALLEE, 1, 0, 0, 0, 0));
        _seeCallee(scene, CALLEE, CODE);
        _seeAccount(scene, SELF);
        scene.frame.gas = 2600 + 9000 - 1;
        _assertHalts(scene);
    }

    function test_call_memoryBeyondAnyGasHalts() public {
        Scene memory scene = _scene(Opcode.CALL, Operands(0, CALLEE, 0, type(uint256).max, 1, 0, 0));
        _seeCallee(scene, CALLEE, CODE);
        _assertHalts(scene);
        scene = _scene(Opcode.CALL, Operands(0, CALLEE, 0, 0, 0, 1, type(uint256).max));
        _seeCallee(scene, CALLEE, CODE);
        _assertHalts(scene);
    }

    function test_refusesOtherOpcodes() public {
        _assertReverts(
            Scenes.running(_opcode(Opcode.CREATE), _items()),
            abi.encodeWithSelector(OpcodeFamily.WrongFamily.selector, Opcode.CREATE)
        );
    }

    function _scene(uint8 opcode, Operands memory operands) private returns (Scene memory scene) {
        bool hasValue = opcode == Opcode.CALL || opcode == Opcode.CALLCODE;
        uint256[] memory stack = new uint256[](hasValue ? 7 : 6);
        (stack[0], stack[1]) = (operands.outputLength, operands.outputOffset);
        (stack[2], stack[3]) = (operands.inputLength, operands.inputOffset);
        if (hasValue) stack[4] = operands.value;
        // Bits above an address are ignored.
        stack[stack.length - 2] = uint160(operands.callee) | (uint256(0xffff) << 240);
        stack[stack.length - 1] = operands.gas;
        scene = Scenes.running(_opcode(opcode), stack);
        _place(scene);
    }

    function _seeCallee(Scene memory scene, address callee, bytes memory code) private {
        _seeMark(scene, WARM_ADDRESS, callee, 0);
        _seeAccount(scene, callee);
        scene.otherCodes = _append(scene.otherCodes, code);
    }

    /// The frame of a plain CALL that has cost `price` and `forwarded`. The scratch trie has the marks of the step by now.
    function _enter(Scene memory scene, Operands memory operands, uint64 price, uint64 forwarded, bytes memory code)
        private
        returns (Scene memory entered)
    {
        Frame memory caller = scene.frame;
        caller.gas -= price + forwarded;
        ++caller.pc;
        Slice memory none;
        caller.returned = none;
        (caller.stackHash, caller.stackSize) = (0, 0);
        uint256 inputEnd = operands.inputLength == 0 ? 0 : operands.inputOffset + operands.inputLength;
        uint256 outputEnd = operands.outputLength == 0 ? 0 : operands.outputOffset + operands.outputLength;
        uint256 size = inputEnd > outputEnd ? inputEnd : outputEnd;
        bytes memory data = new bytes((size + 31) / 32 * 32);
        Slice memory memorySlice = Scenes.sliceOf(data);
        (caller.memoryRoot, caller.memoryWords) = (memorySlice.root, memorySlice.words);

        entered.phase = Phase.RUNNING;
        entered.block = scene.block;
        entered.tx = scene.tx;
        entered.caller = caller;
        entered.code = code;
        Call memory call = entered.call;
        _place(entered);
        (call.stateRoot, call.scratchRoot) = (entered.stateRoot, entered.scratchRoot);
        (call.logsHash, call.refund) = (scene.tx.logsHash, scene.tx.refund);
        (call.destructsHash, call.destructCount) = (scene.tx.destructsHash, scene.tx.destructCount);
        call.depth = scene.call.depth + 1;
        call.isStatic = scene.call.isStatic;
        (call.self, call.codeAddress, call.caller) = (operands.callee, operands.callee, SELF);
        call.value = operands.value;
        if (operands.inputLength != 0) {
            call.input = memorySlice;
            (call.input.offset, call.input.length) = (uint32(operands.inputOffset), uint32(operands.inputLength));
        }
        if (operands.outputLength != 0) {
            (call.outputOffset, call.outputLength) = (uint32(operands.outputOffset), uint32(operands.outputLength));
        }
    }

    function _finish(Scene memory entered, uint64 gas) private {
        _place(entered);
        entered.frame.gas = gas;
    }

    function _assertPushesZero(Operands memory operands, uint8 opcode, uint16 depth) private {
        uint256 snapshot = vm.snapshotState();
        Scene memory scene = _scene(opcode, operands);
        scene.call.depth = depth;
        _seeCallee(scene, CALLEE, CODE);
        if (operands.value != 0) _seeAccount(scene, SELF);
        bytes32 post = _next(scene);
        _mark(WARM_ADDRESS, CALLEE, 0, 1);
        _place(scene);
        scene.stack = _items(0);
        // What the callee would have got comes back, the stipend with it.
        scene.frame.gas = scene.frame.gas - 2600 - (operands.value == 0 ? 0 : 9000 - 2300);
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
        vm.revertToState(snapshot);
    }
}
