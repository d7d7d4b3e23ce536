// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../../src/commitment/Opening.sol";
import {Test} from "../support/TestBase.sol";

contract OpeningTest is Test {
    function root(bytes32[16] calldata children) external pure returns (bytes32) {
        return Opening.root(children);
    }

    function firstDifference(bytes32[16] calldata one, bytes32[16] calldata two) external pure returns (uint32) {
        return Opening.firstDifference(one, two);
    }

    function test_fuzz_root_foldsPairs(bytes32[16] memory children, bytes memory dirt) public view {
        bytes32[] memory row = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            row[i] = children[i];
        }
        for (uint256 size = 16; size > 1; size /= 2) {
            for (uint256 i = 0; i < size / 2; ++i) {
                row[i] = keccak256(abi.encodePacked(row[2 * i], row[2 * i + 1]));
            }
        }
        assertEq(this.root(children), row[0]);
        assertEq(keccak256(dirt), keccak256(abi.encodePacked(dirt)), "memory in use is untouched");
    }

    function test_fuzz_root_bindsEveryChild(bytes32[16] memory children, uint8 index, bytes32 other) public view {
        index = index % 16;
        vm.assume(children[index] != other);
        bytes32 before = this.root(children);
        children[index] = other;
        assertNotEq(this.root(children), before);
    }

    function test_fuzz_firstDifference(bytes32[16] memory one, uint8 index, bytes32 other) public view {
        index = index % 16;
        vm.assume(one[index] != other);
        bytes32[16] memory two;
        for (uint256 i = 0; i < 16; ++i) {
            two[i] = i < index ? one[i] : i == index ? other : bytes32(i);
        }
        assertEq(this.firstDifference(one, two), index);
        assertEq(this.firstDifference(two, one), index);
        assertEq(this.firstDifference(one, one), 16);
    }
}
