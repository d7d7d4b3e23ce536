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
