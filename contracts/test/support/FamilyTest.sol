// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {IStepVerifier, StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Scene, Scenes} from "./Scene.sol";
import {Test} from "./TestBase.sol";

/// @notice Steps of one family, each against the state it must lead to.
abstract contract FamilyTest is Test {
    IStepVerifier internal family;
    StepContext internal context = StepContext(1, 7, true, bytes32(0));

    function _next(Scene memory scene) internal view returns (bytes32) {
        return family.next(context, scene.commit().hash(), scene.witness());
    }

    /// The opcode takes the whole stack, pushes `result`, and goes on behind itself.
    function _assertResult(Scene memory scene, uint256 price, uint256 result) internal view {
        bytes32 post = _next(scene);
        scene.stack = _items(result);
        scene.frame.gas -= uint64(price);
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    /// The opcode takes what it is given and goes on behind itself with the other groups as they are in `scene`.
    function _assertGoesOn(bytes32 post, Scene memory scene, uint256 price) internal pure {
        uint256[] memory rest = new uint256[](scene.stack.length - scene.given);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = scene.stack[i];
        }
        scene.stack = rest;
        scene.frame.gas -= uint64(price);
        ++scene.frame.pc;
        assertEq(post, scene.commit().hash());
    }

    /// Bytes none of which is zero.
    function _bytes(uint256 seed, uint256 length) internal pure returns (bytes memory data) {
        bytes32 ones = bytes32(type(uint256).max / 255);
        bytes32[] memory words = new bytes32[]((length + 31) / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = keccak256(abi.encode(seed, i)) | ones;
        }
        data = abi.encodePacked(words);
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    /// `data` with zeros up to `size`.
    function _grown(bytes memory data, uint256 size) internal pure returns (bytes memory) {
        return data.length >= size ? data : bytes.concat(data, new bytes(size - data.length));
    }

    function _memoryCost(uint256 fromBytes, uint256 toBytes) internal pure returns (uint256) {
        if (toBytes <= fromBytes) return 0;
        (uint256 from, uint256 to) = (fromBytes / 32, toBytes / 32);
        return 3 * to + to * to / 512 - (3 * from + from * from / 512);
    }

    function _roundUp(uint256 size) internal pure returns (uint256) {
        return (size + 31) / 32 * 32;
    }

    function _part(bytes memory data, uint256 from, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length && from + i < data.length; ++i) {
            part[i] = data[from + i];
        }
    }

    function _assertHalts(Scene memory scene) internal view {
        bytes32 post = _next(scene);
        assertEq(post, scene.halted().hash());
    }

    function _assertReverts(Scene memory scene, bytes memory reason) internal {
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        vm.expectRevert(reason);
        family.next(context, preState, witness);
    }

    function _items() internal pure returns (uint256[] memory) {
        return new uint256[](0);
    }

    function _items(uint256 a) internal pure returns (uint256[] memory items) {
        items = new uint256[](1);
        items[0] = a;
    }

    function _items(uint256 a, uint256 b) internal pure returns (uint256[] memory items) {
        items = new uint256[](2);
        (items[0], items[1]) = (a, b);
    }

    function _items(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory items) {
        items = new uint256[](3);
        (items[0], items[1], items[2]) = (a, b, c);
    }

    function _items(uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (uint256[] memory items) {
        items = new uint256[](4);
        (items[0], items[1], items[2], items[3]) = (a, b, c, d);
    }

    function _opcode(uint8 opcode) internal pure returns (bytes memory) {
        return abi.encodePacked(opcode);
    }
}
// forge-lint: disable-end(unsafe-typecast)
