// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {L1Precompile} from "../../../src/verifier/precompile/L1Precompile.sol";
import {Precompiles} from "../../../src/verifier/precompile/Precompiles.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract PrecompilesTest is FamilyTest {
    function setUp() public {
        family = new Precompiles();
    }

    function test_fuzz_sha256(bytes memory input) public view {
        uint64 price = uint64(60 + 12 * ((input.length + 31) / 32));
        _assertSucceeds(_scene(address(2), input), price, abi.encodePacked(sha256(input)));
    }

    /// The output is the input's slice, whatever its length; nothing is read.
    function test_fuzz_identity(uint32 offset, uint32 length) public view {
        length = uint32(bound(length, 1, 3_000_000));
        uint64 price = uint64(15 + 3 * ((uint256(length) + 31) / 32));
        Scene memory scene = _scene(address(4), "");
        scene.call.input = Slice(keccak256("input"), type(uint32).max, offset, length);
        _assertAnswers(scene, price, scene.call.input);
        scene = _scene(address(4), "");
        _assertAnswers(scene, 15, Scenes.sliceOf(""));
    }

    function test_ecrecoverOfNoSignatureSucceedsWithNothing() public view {
        _assertSucceeds(_scene(address(1), ""), 3000, "");
        _assertSucceeds(_scene(address(1), new bytes(128)), 3000, "");
    }

    function test_ecrecover() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xa11ce, keccak256("message"));
        bytes memory input = abi.encode(keccak256("message"), v, r, s);
        _assertSucceeds(_scene(address(1), input), 3000, abi.encode(vm.addr(0xa11ce)));
    }

    /// A precompile that fails burns what it is given, so it is given its price and no more.
    function test_T66_failureHaltsAndCostsThePrice() public view {
        Scene memory scene = _scene(address(6), abi.encode(1, 1, 1, 1));
        _assertFails(scene);
        scene = _scene(address(5), abi.encode(1025, 0, 0));
        _assertFails(scene);
        scene = _scene(address(0x0f), bytes.concat(new bytes(100), hex"01", new bytes(283)));
        uint256 before = gasleft();
        _assertFails(scene);
        assertLt(before - gasleft(), 16_000_000);
    }

    /// Of an input of a wrong length nothing is read.
    function test_wrongLengthHalts() public view {
        uint160[11] memory numbers = [uint160(0x08), 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x0f];
        uint32[11] memory lengths = [uint32(191), 212, 193, 255, 161, 513, 287, 0, 65, 127, 385];
        for (uint256 i = 0; i < numbers.length; ++i) {
            Scene memory scene = _scene(address(numbers[i]), "");
            if (lengths[i] != 0) scene.call.input = Slice(keccak256("input"), 100, 3, lengths[i]);
            _assertFails(scene);
        }
    }

    /// An answer that the length gives, before anything is read.
    function test_p256Verify_ofAnotherLengthIsVoid() public view {
        for (uint32 length = 1; length < 400; length += 57) {
            Scene memory scene = _scene(address(0x100), "");
            scene.call.input = Slice(keccak256("input"), 100, 3, length);
            _assertAnswers(scene, 6900, Scenes.sliceOf(""));
        }
        _assertSucceeds(_scene(address(0x100), new bytes(160)), 6900, "");
    }

    /// Only the bytes that matter are read, however many there are.
    function test_windows() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xa11ce, keccak256("message"));
        bytes memory head = abi.encode(keccak256("message"), v, r, s);
        _assertSucceeds(_windowScene(address(1), head, 128), 3000, abi.encode(vm.addr(0xa11ce)));
        _assertSucceeds(_windowScene(address(6), new bytes(128), 128), 150, new bytes(64));
        _assertSucceeds(_windowScene(address(7), new bytes(96), 96), 6000, new bytes(64));
        head = bytes.concat(abi.encode(1, 1, 1), hex"030205");
        _assertSucceeds(_windowScene(address(5), head, 3168), 500, hex"04");
    }

    /// `head` and other bytes behind it, of which the first `window` are read.
    function _windowScene(address precompile, bytes memory head, uint256 window)
        private
        pure
        returns (Scene memory scene)
    {
        bytes memory input = bytes.concat(head, _bytes(5, 3200 - head.length));
        scene = _scene(precompile, "");
        scene.call.input = Scenes.sliceOf(input);
        scene.addRange(input, 0, window);
    }

    /// Long inputs of hashes and sums are absorbed; the price is paid now.
    function test_longInput_becomesAJob() public view {
        _assertAbsorbs(2, 49_153, 60 + 12 * 1537);
        _assertAbsorbs(3, 49_153, 600 + 120 * 1537);
        _assertAbsorbs(0x0c, 160 * 308, 308 * 12_000 * uint64(519) / 1000);
        _assertAbsorbs(0x0e, 288 * 171, 171 * 22_500 * uint64(524) / 1000);
    }

    function test_longInput_withoutTheGasHalts() public view {
        Scene memory scene = _scene(address(2), "");
        scene.call.input = Slice(keccak256("input"), 2000, 3, 49_153);
        scene.frame.gas = 60 + 12 * 1537 - 1;
        _assertFails(scene);
    }

    function test_longInput_whatOneStepReads() public {
        vm.pauseGasMetering();
        bytes memory input = new bytes(49_152);
        _assertSucceeds(_scene(address(2), input), 60 + 12 * 1536, abi.encodePacked(sha256(input)));
    }

    function _assertAbsorbs(uint160 number, uint32 length, uint64 price) private view {
        Scene memory scene = _scene(address(number), "");
        scene.endsCall = false;
        scene.frame.gas = 3_000_000;
        scene.call.input = Slice(keccak256("input"), 2000, 3, length);
        bytes32 post = _next(scene);
        scene.frame.gas -= price;
        scene.phase = Phase.ABSORB;
        scene.job = Job(6, scene.call.input, 0, length, 0, 0);
        assertEq(post, scene.hash());
    }

    function test_tooLittleGasInTheFrameHalts() public view {
        Scene memory scene = _scene(address(1), "");
        scene.frame.gas = 2999;
        _assertFails(scene);
    }

    function test_T28_T53_tooLittleGasOnL1Reverts() public {
        Scene memory scene = _scene(address(0x0f), new bytes(384 * 20));
        scene.frame.gas = 1_000_000;
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        uint256 price = 37_700 + 20 * 32_600;
        vm.expectRevert(abi.encodeWithSelector(L1Precompile.NotEnoughGas.selector, price));
        family.next{gas: 750_000}(context, preState, witness);
    }

    /// With any gas the answer is the same or none. Points at infinity are valid everywhere.
    function test_T28_fuzz_gasNeverChangesTheAnswer(uint256 gas, uint8 choice) public view {
        uint160[11] memory numbers = [uint160(1), 5, 6, 7, 8, 0x0b, 0x0c, 0x0d, 0x0f, 0x10, 0x11];
        uint16[11] memory lengths = [uint16(128), 96, 128, 96, 192, 256, 160, 512, 384, 64, 128];
        uint256 index = choice % numbers.length;
        Scene memory scene = _scene(address(numbers[index]), new bytes(lengths[index]));
        scene.frame.gas = 500_000;
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        bytes32 expected = family.next(context, preState, witness);
        try family.next{gas: bound(gas, 10_000, 400_000)}(context, preState, witness) returns (bytes32 post) {
            assertEq(post, expected);
        } catch {}
    }

    function _scene(address precompile, bytes memory input) private pure returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.PRECOMPILE;
        scene.call.codeAddress = precompile;
        scene.call.input = Scenes.sliceOf(input);
        scene.call.outputLength = 1000;
        scene.nest();
        scene.endsCall = true;
        if (input.length != 0) scene.addRange(input, 0, input.length);
    }

    function _assertSucceeds(Scene memory scene, uint64 price, bytes memory output) private view {
        _assertAnswers(scene, price, Scenes.sliceOf(output));
    }

    function _assertAnswers(Scene memory scene, uint64 price, Slice memory output) private view {
        bytes32 post = _next(scene);
        scene.frame.gas -= price;
        scene.left(true);
        scene.phase = Phase.RUNNING;
        scene.frame.returned = output;
        if (output.length != 0) {
            scene.phase = Phase.COPY;
            uint32 wanted = output.length < 1000 ? output.length : 1000;
            scene.job = Job(2, Slice(output.root, output.words, output.offset, wanted), 0, wanted, 0, 0);
        }
        assertEq(post, scene.hash());
    }

    function _assertFails(Scene memory scene) private view {
        bytes32 post = _next(scene);
        scene.halted();
        scene.phase = Phase.RUNNING;
        assertEq(post, scene.hash());
    }
}
// forge-lint: disable-end(unsafe-typecast)
