// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../src/authenticated/Slice.sol";
import {Job} from "../../src/machine/Job.sol";
import {Phase} from "../../src/machine/Phase.sol";
import {FamilyTest} from "./FamilyTest.sol";
import {Scene, Scenes} from "./Scene.sol";

/// @notice Scenes in which a long input is absorbed.
abstract contract LongData is FamilyTest {
    uint8 internal constant KECCAK = 4;
    uint8 internal constant LOG = 5;
    uint8 internal constant PRECOMPILE = 6;
    /// Of the source in its tree.
    uint256 internal constant OFFSET = 45;

    /// Generators of G1 and G2, as EIP-2537 encodes them.
    bytes internal constant G1 = hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1";
    bytes internal constant G2 = hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
        hex"000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be";

    /// A source of `input` somewhere in a tree, for a job of this kind.
    function _scene(uint8 kind, bytes memory input) internal pure returns (Scene memory scene) {
        scene = Scenes.running("", _items(1, 2));
        scene.given = 0;
        scene.phase = Phase.ABSORB;
        Slice memory source = Scenes.sliceOf(_tree(input));
        (source.offset, source.length) = (uint32(OFFSET), uint32(input.length));
        scene.job = Job(kind, source, 0, uint32(input.length), 0, 0);
    }

    function _precompileScene(address precompile, bytes memory input) internal pure returns (Scene memory scene) {
        scene = _scene(PRECOMPILE, input);
        scene.call.codeAddress = precompile;
        scene.call.outputLength = 1000;
        scene.nest();
    }

    function _tree(bytes memory input) internal pure returns (bytes memory) {
        return bytes.concat(new bytes(OFFSET), input, new bytes(7));
    }

    /// Gives the next chunk and the state before it.
    function _see(Scene memory scene, bytes memory input, uint256 length, bytes memory state) internal pure {
        uint256 from = OFFSET + scene.job.done;
        (scene.rangeCount, scene.ranges) = (0, "");
        scene.addRange(_tree(input), from, from + length);
        scene.record = state;
    }

    /// The point with the scalars 1, 2, ...
    function _pairs(bytes memory point, uint256 count) internal pure returns (bytes memory input) {
        input = new bytes(count * (point.length + 32));
        for (uint256 i = 0; i < count; ++i) {
            bytes memory pair = abi.encodePacked(point, i + 1);
            for (uint256 j = 0; j < pair.length; ++j) {
                input[i * pair.length + j] = pair[j];
            }
        }
    }

    function _multiple(address msm, bytes memory point, uint256 scalar) internal view returns (bytes memory result) {
        bool success;
        (success, result) = msm.staticcall(abi.encodePacked(point, scalar));
        assertTrue(success);
    }
}
// forge-lint: disable-end(unsafe-typecast)
