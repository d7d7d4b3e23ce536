// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {StepVerifier} from "../../src/verifier/StepVerifier.sol";
import {Keccak256} from "../../src/verifier/hash/Keccak256.sol";
import {L1Transaction} from "../support/L1Transaction.sol";
import {LongData} from "../support/LongData.sol";
import {Scene} from "../support/Scene.sol";
import {Verifiers} from "../support/Verifiers.sol";

/// @notice What the dearest step of an absorption costs, a whole chunk that is the last one: the
/// verifier's own gas in snapshots/Absorb.json, a whole L1 transaction that does just this in
/// snapshots/AbsorbTransaction.json.
contract AbsorbGasTest is LongData {
    function setUp() public {
        vm.pauseGasMetering();
        family = Verifiers.deploy();
        vm.resumeGasMetering();
    }

    /// Isolated, so that each call finds every account cold.
    ///
    /// forge-config: default.isolate = true
    function test_gas_chunks() public {
        vm.pauseGasMetering();
        this.measure("keccak256, 64 blocks", _keccak());
        this.measure("SHA-256, 128 blocks", _digest(address(2), 32));
        this.measure("RIPEMD-160, 128 blocks", _digest(address(3), 20));
        this.measure("BLS12_G1MSM, 128 pairs", _msm(address(0x0c), G1));
        this.measure("BLS12_G2MSM, 128 pairs", _msm(address(0x0e), G2));
    }

    function _keccak() private pure returns (Scene memory) {
        bytes memory input = _bytes(1, 2 * 64 * Keccak256.BLOCK_BYTES);
        return _last(_scene(KECCAK, input), input, _bytes(2, 200));
    }

    function _digest(address precompile, uint256 stateBytes) private pure returns (Scene memory scene) {
        bytes memory input = _bytes(1, 2 * 128 * 64);
        scene = _last(_precompileScene(precompile, input), input, _bytes(2, stateBytes));
        scene.endsCall = true;
    }

    function _msm(address msm, bytes memory point) private view returns (Scene memory scene) {
        bytes memory input = _pairs(point, 256);
        scene = _last(_precompileScene(msm, input), input, _multiple(msm, point, 8256));
        scene.endsCall = true;
    }

    /// The second half of the input is left.
    function _last(Scene memory scene, bytes memory input, bytes memory state) private pure returns (Scene memory) {
        scene.job.done = uint32(input.length / 2);
        scene.job.accumulator = keccak256(state);
        _see(scene, input, input.length / 2, state);
        return scene.commit();
    }

    function measure(string calldata name, Scene memory scene) external {
        bytes32 preState = scene.hash();
        bytes memory witness = scene.witness();
        bytes memory data = abi.encodeCall(StepVerifier.next, (context, preState, witness));
        vm.resumeGasMetering();
        family.next(context, preState, witness);
        uint256 gas = vm.snapshotGasLastCall("Absorb", name);
        vm.pauseGasMetering();
        uint256 transaction = L1Transaction.gasOf(data, gas);
        vm.snapshotValue("AbsorbTransaction", name, transaction);
        assertLt(transaction, 1 << 24);
        assertLt(data.length, 117_964);
    }
}
// forge-lint: disable-end(unsafe-typecast)
