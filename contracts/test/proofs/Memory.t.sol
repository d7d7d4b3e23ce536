// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Frame} from "../../src/machine/Frame.sol";
import {Memory} from "../../src/verifier/Memory.sol";
import {Proof} from "./Proof.sol";

/// @notice How far an access grows a frame's memory.
contract MemoryProof is Proof {
    /// An access is covered by the words asked for and by no fewer, or needs none, or lies where no gas pays for it.
    function check_reach(uint32 present, uint256 offset, uint256 length) public pure {
        vm.assume(present <= 2 ** 27);
        Frame memory frame;
        frame.memoryWords = present;
        (bool ok, uint256 words) = Memory.reach(frame, offset, length);
        if (length == 0) {
            assert(ok && words == present);
        } else if (ok) {
            uint256 end;
            unchecked {
                end = offset + length;
            }
            assert(end > offset && end < 2 ** 32);
            assert(words * 32 >= end && words >= present && words <= 2 ** 27);
            assert(words == present || (words - 1) * 32 < end);
        } else {
            assert(offset > type(uint256).max - length || offset + length >= 2 ** 32);
        }
    }
}
