// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Steps} from "../../../src/verifier/Step.sol";
import {Witnesses} from "../../../src/verifier/Witness.sol";
import {Absorb} from "../../../src/verifier/job/Absorb.sol";
import {L1Precompile} from "../../../src/verifier/precompile/L1Precompile.sol";
import {LongData} from "../../support/LongData.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract AbsorbTest is LongData {
    function setUp() public {
        vm.pauseGasMetering();
        family = new Absorb();
    }

    /// Makes all steps but the last, each of which must leave the state that `states` tells, and prepares the last.
    function _absorb(Scene memory scene, bytes memory input, uint256 chunk, bytes[] memory states) private view {
        bytes memory state;
        uint256 step;
        while (input.length - scene.job.done > chunk) {
            _see(scene, input, chunk, state);
            bytes32 post = _next(scene);
            state = states[step++];
            scene.job.done += uint32(chunk);
            scene.job.accumulator = keccak256(state);
            assertEq(post, scene.commit().hash());
        }
        assertEq(step, states.length);
        _see(scene, input, input.length - scene.job.done, state);
    }

    function _assertReturns(Scene memory scene, bytes memory output) private view {
        scene.endsCall = true;
        bytes32 post = _next(scene);
        scene.left(true);
        scene.phase = Phase.COPY;
        scene.frame.returned = Scenes.sliceOf(output);
        scene.job = Job(2, Scenes.sliceOf(output), 0, uint32(output.length), 0, 0);
        assertEq(post, scene.hash());
    }

    function _states(bytes memory one) private pure returns (bytes[] memory states) {
        states = new bytes[](1);
        states[0] = one;
    }

    // KECCAK256 and LOG

    /// The last chunk may be whole, empty blocks of padding may follow.
    function test_keccak_pushesTheDigest() public view {
        _assertKeccak(2 * 8704);
        _assertKeccak(2 * 8704 - 1);
        _assertKeccak(8704 + 1);
        _assertKeccak(8704 + 136);
    }

    function _assertKeccak(uint256 length) private view {
        bytes memory input = _bytes(length, length);
        Scene memory scene = _scene(KECCAK, input);
        _absorb(scene, input, 8704, _states(_keccakState(input)));
        bytes32 post = _next(scene);
        scene.phase = Phase.RUNNING;
        scene.stack = _items(1, 2, uint256(keccak256(input)));
        assertEq(post, scene.commit().hash());
    }

    /// The sponge after the first chunk, by a permutation over rows and columns as FIPS 202 writes it.
    function _keccakState(bytes memory input) private pure returns (bytes memory state) {
        uint64[25] memory lanes;
        for (uint256 start = 0; start < 8704; start += 136) {
            for (uint256 i = 0; i < 136; ++i) {
                lanes[i / 8] ^= uint64(uint8(input[start + i])) << uint64(8 * (i % 8));
            }
            _permute(lanes);
        }
        state = new bytes(200);
        for (uint256 i = 0; i < 200; ++i) {
            state[i] = bytes1(uint8(lanes[i / 8] >> uint64(8 * (i % 8))));
        }
    }

    function _permute(uint64[25] memory a) private pure {
        uint8 register = 1;
        for (uint256 round = 0; round < 24; ++round) {
            uint64[5] memory c;
            for (uint256 i = 0; i < 25; ++i) {
                c[i % 5] ^= a[i];
            }
            for (uint256 i = 0; i < 25; ++i) {
                a[i] ^= c[(i + 4) % 5] ^ _rotate(c[(i + 1) % 5], 1);
            }
            // rho and pi along their common orbit
            (uint256 x, uint256 y, uint64 moved) = (1, 0, a[1]);
            for (uint256 t = 0; t < 24; ++t) {
                (x, y) = (y, (2 * x + 3 * y) % 5);
                (moved, a[x + 5 * y]) = (a[x + 5 * y], _rotate(moved, (t + 1) * (t + 2) / 2 % 64));
            }
            for (uint256 row = 0; row < 25; row += 5) {
                uint64[5] memory b = [a[row], a[row + 1], a[row + 2], a[row + 3], a[row + 4]];
                for (uint256 i = 0; i < 5; ++i) {
                    a[row + i] = b[i] ^ (~b[(i + 1) % 5] & b[(i + 2) % 5]);
                }
            }
            // iota's bits come from a linear feedback shift register
            for (uint256 j = 0; j < 7; ++j) {
                if (register & 1 == 1) a[0] ^= uint64(1) << uint64(2 ** j - 1);
                register = (register << 1) ^ (register >= 128 ? 0x71 : 0);
            }
        }
    }

    function _rotate(uint64 lane, uint256 by) private pure returns (uint64) {
        return by == 0 ? lane : (lane << uint64(by)) | (lane >> uint64(64 - by));
    }

    function test_log_makesItsSecondLink() public view {
        bytes memory input = _bytes(3, 9000);
        Scene memory scene = _scene(LOG, input);
        _absorb(scene, input, 8704, _states(_keccakState(input)));
        bytes32 post = _next(scene);
        scene.phase = Phase.RUNNING;
        scene.tx.logsHash = keccak256(abi.encode(scene.tx.logsHash, keccak256(input)));
        assertEq(post, scene.commit().hash());
    }

    // SHA-256 and RIPEMD-160

    function test_sha256_ofTwoChunks() public view {
        _assertDigest(address(2), 2 * 8192);
        _assertDigest(address(2), 8192 + 55);
        _assertDigest(address(2), 8192 + 56);
    }

    function test_ripemd160_ofTwoChunks() public view {
        _assertDigest(address(3), 2 * 8192);
        _assertDigest(address(3), 8192 + 55);
        _assertDigest(address(3), 8192 + 56);
    }

    function _assertDigest(address precompile, uint256 length) private view {
        bytes memory input = _bytes(length, length);
        Scene memory scene = _precompileScene(precompile, input);
        _absorb(scene, input, 8192, _states(_digestState(precompile, length)));
        (bool success, bytes memory output) = precompile.staticcall(input);
        assertTrue(success);
        _assertReturns(scene, output);
    }

    /// States after 128 blocks of `_bytes(length, length)`, from another implementation.
    function _digestState(address precompile, uint256 length) private pure returns (bytes memory) {
        if (precompile == address(2)) {
            if (length == 16_384) return hex"9da1a1ce36027304b24e6ac730273929c8c365182fb51fdb228f56b6a17992c0";
            if (length == 8247) return hex"a67cd0df04305e783ddf81d3635d7e16ce6a2c62baeb30878c5a9a7cdc56c005";
            return hex"852642a93854c64bf669521a103af62d62da7351c2310f76046ee9db7983c1af";
        }
        if (length == 16_384) return hex"d7f43f08352215a6b0e483e4f945a00cbed74506";
        if (length == 8247) return hex"93859b7d746dcb6acce208d9f607f7627be12d3e";
        return hex"712bbecd6290c485d00dc0bf7139ca86db2b08a7";
    }

    /// A whole number of chunks, at depth 0: the transaction ends.
    function test_sha256_atDepthZero() public view {
        bytes memory input = _bytes(1, 8192);
        Scene memory scene = _scene(PRECOMPILE, input);
        scene.call.codeAddress = address(2);
        _see(scene, input, 8192, "");
        bytes32 post = _next(scene);
        assertEq(post, scene.left(true).hash());
    }

    // BLS12_G1MSM and BLS12_G2MSM

    function test_g1Msm_addsUp() public view {
        bytes memory input = _pairs(G1, 200);
        Scene memory scene = _precompileScene(address(0x0c), input);
        _absorb(scene, input, 128 * 160, _states(_multiple(address(0x0c), G1, 128 * 129 / 2)));
        _assertReturns(scene, _multiple(address(0x0c), G1, 200 * 201 / 2));
    }

    function test_g2Msm_addsUp() public view {
        bytes memory input = _pairs(G2, 129);
        Scene memory scene = _precompileScene(address(0x0e), input);
        _absorb(scene, input, 128 * 288, _states(_multiple(address(0x0e), G2, 128 * 129 / 2)));
        _assertReturns(scene, _multiple(address(0x0e), G2, 129 * 130 / 2));
    }

    /// The state of a sum that is back at infinity is given, unlike the initial one.
    function test_msm_backAtInfinity() public view {
        bytes memory input = new bytes(129 * 160);
        Scene memory scene = _precompileScene(address(0x0c), input);
        _absorb(scene, input, 128 * 160, _states(new bytes(128)));
        _assertReturns(scene, new bytes(128));
    }

    /// A point that is not on the curve, in the first chunk or in the last.
    function test_msm_failureHalts() public view {
        bytes memory input = _pairs(G1, 200);
        input[100] ^= 0x01;
        Scene memory scene = _precompileScene(address(0x0c), input);
        _see(scene, input, 128 * 160, "");
        _assertHaltsNested(scene);

        input[100] ^= 0x01;
        input[199 * 160 + 100] ^= 0x01;
        bytes memory sum = _multiple(address(0x0c), G1, 128 * 129 / 2);
        scene = _precompileScene(address(0x0c), input);
        (scene.job.done, scene.job.accumulator) = (128 * 160, keccak256(sum));
        _see(scene, input, 72 * 160, sum);
        _assertHaltsNested(scene);
    }

    function test_T28_msm_tooLittleGasOnL1Reverts() public {
        bytes memory input = _pairs(G2, 129);
        Scene memory scene = _precompileScene(address(0x0e), input);
        _see(scene, input, 128 * 288, "");
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        uint256 price = 128 * 22_500 * uint256(524) / 1000;
        vm.expectRevert(abi.encodeWithSelector(L1Precompile.NotEnoughGas.selector, price));
        family.next{gas: price}(context, preState, witness);
    }

    function _assertHaltsNested(Scene memory scene) private view {
        scene.endsCall = true;
        bytes32 post = _next(scene);
        scene.halted();
        scene.phase = Phase.RUNNING;
        assertEq(post, scene.hash());
    }

    // State

    function test_wrongState_reverts() public {
        bytes memory input = _bytes(1, 8705);
        Scene memory scene = _scene(KECCAK, input);
        bytes memory state = _keccakState(input);
        (scene.job.done, scene.job.accumulator) = (8704, keccak256(state));
        state[7] ^= 0x01;
        _see(scene, input, 1, state);
        _assertReverts(scene, abi.encodeWithSelector(Absorb.WrongState.selector));
        _see(scene, input, 1, "");
        _assertReverts(scene, abi.encodeWithSelector(Absorb.WrongState.selector));
    }

    function test_initialState_isNotGiven() public {
        bytes memory input = _bytes(1, 50);
        Scene memory scene = _scene(KECCAK, input);
        _see(scene, input, 50, new bytes(200));
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedRecord.selector));
    }

    function test_stackItems_areNotGiven() public {
        bytes memory input = _bytes(1, 50);
        Scene memory scene = _scene(KECCAK, input);
        _see(scene, input, 50, "");
        scene.given = 1;
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedStackItems.selector, 1));
    }

    function test_otherPhases_revert() public {
        Scene memory scene = _scene(KECCAK, _bytes(1, 50));
        scene.phase = Phase.COPY;
        _assertReverts(scene, abi.encodeWithSelector(Steps.WrongPhase.selector, Phase.COPY));
    }
}
// forge-lint: disable-end(unsafe-typecast)
