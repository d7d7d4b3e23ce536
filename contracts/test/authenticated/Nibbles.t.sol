// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Nibbles} from "../../src/authenticated/Nibbles.sol";
import {Test} from "../support/TestBase.sol";

contract NibblesTest is Test {
    function _nibbles(bytes32 path) private pure returns (uint8[64] memory nibbles) {
        for (uint256 i = 0; i < 32; ++i) {
            (nibbles[2 * i], nibbles[2 * i + 1]) = (uint8(path[i]) / 16, uint8(path[i]) % 16);
        }
    }

    function testFuzz_partsOfAPath(bytes32 path, uint256 count) public pure {
        count = bound(count, 0, 64);
        uint8[64] memory all = _nibbles(path);
        bytes32 taken = Nibbles.take(path, count);
        bytes32 skipped = Nibbles.skip(path, count);
        for (uint256 i = 0; i < 64; ++i) {
            assertEq(Nibbles.nibbleAt(path, i), all[i]);
            assertEq(Nibbles.nibbleAt(taken, i), i < count ? all[i] : 0);
            assertEq(Nibbles.nibbleAt(skipped, i), i + count < 64 ? all[i + count] : 0);
        }
        assertEq(Nibbles.join(taken, count, skipped), path);
    }

    function testFuzz_common(bytes32 path, bytes32 other, uint256 count) public pure {
        count = bound(count, 0, 64);
        other = Nibbles.join(Nibbles.take(path, count), count, other);
        uint8[64] memory a = _nibbles(path);
        uint8[64] memory b = _nibbles(other);
        uint256 shared;
        while (shared < 64 && a[shared] == b[shared]) ++shared;
        assertGe(shared, count);
        assertEq(Nibbles.common(path, other), shared);
    }

    function test_single() public pure {
        for (uint256 i = 0; i < 16; ++i) {
            assertEq(Nibbles.nibbleAt(Nibbles.single(i), 0), i);
            assertEq(Nibbles.skip(Nibbles.single(i), 1), 0);
        }
    }
}
