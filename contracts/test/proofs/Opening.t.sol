// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../../src/commitment/Opening.sol";
import {Proof} from "./Proof.sol";

/// @notice Openings of two nodes.
contract OpeningProof is Proof {
    /// The least index at which they differ, WIDTH if there is none.
    /// @custom:halmos --loop 17
    function check_firstDifference_isTheLeast(bytes32[16] calldata one, bytes32[16] calldata two) public pure {
        uint32 index = Opening.firstDifference(one, two);
        assert(index <= Opening.WIDTH);
        for (uint256 i = 0; i < index; ++i) {
            assert(one[i] == two[i]);
        }
        if (index < Opening.WIDTH) assert(one[index] != two[index]);
    }

    /// Four rounds of pairwise hashing.
    /// @custom:halmos --loop 17
    function check_root_isTheTreeOfThe16(bytes32[16] calldata children) public pure {
        bytes32[16] memory row = children;
        for (uint256 width = 8; width > 0; width /= 2) {
            for (uint256 i = 0; i < width; ++i) {
                row[i] = keccak256(abi.encodePacked(row[2 * i], row[2 * i + 1]));
            }
        }
        assert(Opening.root(children) == row[0]);
    }
}
