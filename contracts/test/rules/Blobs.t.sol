// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Blobs} from "../../src/rules/Blobs.sol";
import {Test} from "../support/TestBase.sol";

contract BlobsTest is Test {
    function _power(uint256 base, uint256 exponent) private view returns (uint256) {
        (bool success, bytes memory result) =
            address(5).staticcall(abi.encode(32, 32, 32, base, exponent, Blobs.MODULUS));
        assertTrue(success);
        return abi.decode(result, (uint256));
    }

    function _reversed(uint256 index) private pure returns (uint256 result) {
        for (uint256 i = 0; i < 12; ++i) {
            result = 2 * result + ((index >> i) & 1);
        }
    }

    /// EIP-4844: the primitive root is 7.
    function test_points_areTheRootsOfUnityInBitReversedOrder() public view {
        uint256 root = _power(7, (Blobs.MODULUS - 1) / 4096);
        for (uint256 index = 0; index < Blobs.ELEMENTS; ++index) {
            assertEq(Blobs.point(index), _power(root, _reversed(index)), vm.toString(index));
        }
        assertEq(Blobs.point(0), 1);
        assertEq(Blobs.point(1), Blobs.MODULUS - 1, "so the root is primitive");
    }

    function test_sizes() public pure {
        assertEq(Blobs.BATCH_BYTES, uint256(Blobs.ELEMENTS) * Blobs.ELEMENT_BYTES);
        assertEq(Blobs.BATCH_BYTES % 32, 0, "whole words");
    }
}
