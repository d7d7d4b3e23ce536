// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {StackItems} from "../../../src/verifier/opcode/StackItems.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract StackItemsTest is FamilyTest {
    function setUp() public {
        family = new StackItems();
    }

    function _range(uint256 count) internal pure returns (uint256[] memory items) {
        items = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            items[i] = 1000 + i;
        }
    }

    function _assertStack(Scene memory scene, uint256[] memory stack, uint256 price, uint256 size) internal view {
        bytes32 post = _next(scene);
        scene.stack = stack;
        scene.frame.gas -= uint64(price);
        scene.frame.pc += uint32(size);
        assertEq(post, scene.commit().hash());
    }

    function test_pop() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.POP), _items(5, 6));
        scene.given = 1;
        _assertStack(scene, _items(5), Gas.BASE, 1);
    }

    function test_fuzz_push(bytes32 immediate, uint8 size, uint256 cut) public view {
        size = size % 33;
        uint256 value = size == 0 ? 0 : uint256(immediate) >> (8 * (32 - size));
        bytes memory code = abi.encodePacked(Opcode.PUSH0 + size, _head(immediate, size), hex"5b");
        Scene memory scene = Scenes.running(code, _items(1));
        scene.given = 0;
        _assertStack(scene, _items(1, value), size == 0 ? 2 : 3, 1 + size);

        // The code ends within the data: what is missing reads zero.
        cut = bound(cut, 0, size);
        scene = Scenes.running(abi.encodePacked(Opcode.PUSH0 + size, _head(immediate, cut)), _items());
        uint256 missing = 8 * (size - cut);
        _assertStack(scene, _items(missing == 256 ? 0 : value >> missing << missing), size == 0 ? 2 : 3, 1 + size);
    }

    function test_duplicate() public view {
        for (uint8 depth = 1; depth <= 16; ++depth) {
            Scene memory scene = Scenes.running(_opcode(Opcode.DUP1 + depth - 1), _range(17));
            scene.given = depth;
            uint256[] memory expected = _range(18);
            expected[17] = 1000 + 17 - depth;
            _assertStack(scene, expected, Gas.VERY_LOW, 1);
        }
    }

    function test_swap() public view {
        for (uint8 depth = 1; depth <= 16; ++depth) {
            Scene memory scene = Scenes.running(_opcode(Opcode.SWAP1 + depth - 1), _range(18));
            scene.given = uint256(depth) + 1;
            uint256[] memory expected = _range(18);
            (expected[17], expected[17 - depth]) = (expected[17 - depth], expected[17]);
            _assertStack(scene, expected, Gas.VERY_LOW, 1);
        }
    }

    function test_fullStack() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.DUP1), _range(1024));
        scene.given = 1;
        _assertHalts(scene);
        scene = Scenes.running(_opcode(Opcode.PUSH0), _range(1024));
        scene.given = 0;
        _assertHalts(scene);
        scene = Scenes.running(_opcode(Opcode.SWAP1), _range(1024));
        scene.given = 2;
        uint256[] memory swapped = _range(1024);
        (swapped[1022], swapped[1023]) = (swapped[1023], swapped[1022]);
        _assertStack(scene, swapped, Gas.VERY_LOW, 1);
    }

    function _head(bytes32 data, uint256 size) private pure returns (bytes memory head) {
        head = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            head[i] = data[i];
        }
    }
}
// forge-lint: disable-end(unsafe-typecast)
