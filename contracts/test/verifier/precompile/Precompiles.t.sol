// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Precompiles} from "../../../src/verifier/precompile/Precompiles.sol";
import {Prices} from "../../../src/verifier/precompile/Prices.sol";
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

    function test_fuzz_identity(bytes memory input) public view {
        uint64 price = uint64(15 + 3 * ((input.length + 31) / 32));
        _assertSucceeds(_scene(address(4), input), price, input);
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
    function test_failureHaltsAndCostsThePrice() public view {
        Scene memory scene = _scene(address(8), new bytes(191));
        _assertFails(scene);
        scene = _scene(address(6), abi.encode(1, 1, 1, 1));
        _assertFails(scene);
        scene = _scene(address(9), new bytes(212));
        _assertFails(scene);
        scene = _scene(address(5), abi.encode(1025, 0, 0));
        _assertFails(scene);
        scene = _scene(address(0x0f), "");
        uint256 before = gasleft();
        _assertFails(scene);
        assertLt(before - gasleft(), 16_000_000);
    }

    function test_tooLittleGasInTheFrameHalts() public view {
        Scene memory scene = _scene(address(1), "");
        scene.frame.gas = 2999;
        _assertFails(scene);
    }

    function test_tooLittleGasOnL1Reverts() public {
        Scene memory scene = _scene(address(0x0f), new bytes(384 * 20));
        scene.frame.gas = 1_000_000;
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        uint256 price = 37_700 + 20 * 32_600;
        vm.expectRevert(abi.encodeWithSelector(Precompiles.NotEnoughGas.selector, price));
        family.next{gas: 750_000}(context, preState, witness);
    }

    /// With any gas the answer is the same or none.
    function test_fuzz_gasNeverChangesTheAnswer(uint256 gas) public view {
        Scene memory scene = _scene(address(6), new bytes(128));
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        bytes32 expected = family.next(context, preState, witness);
        try family.next{gas: bound(gas, 10_000, 300_000)}(context, preState, witness) returns (bytes32 post) {
            assertEq(post, expected);
        } catch {}
    }

    function test_longInputReverts() public {
        Scene memory scene = _scene(address(4), "");
        scene.call.input = Scenes.sliceOf(new bytes(32));
        (scene.call.input.words, scene.call.input.length) = (1537, 49_153);
        _assertReverts(scene, abi.encodeWithSelector(Prices.UnsupportedPrecompile.selector, address(4)));
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
        bytes32 post = _next(scene);
        scene.frame.gas -= price;
        scene.left(true);
        scene.phase = Phase.RUNNING;
        scene.frame.returned = Scenes.sliceOf(output);
        if (output.length != 0) {
            scene.phase = Phase.COPY;
            uint32 wanted = output.length < 1000 ? uint32(output.length) : 1000;
            scene.job = Job(2, Scenes.sliceOf(output), 0, wanted, 0, 0);
            scene.job.source.length = wanted;
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
