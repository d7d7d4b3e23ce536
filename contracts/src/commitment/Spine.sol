// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "./Opening.sol";

/// @notice Proof that a leaf is the last one under a node: the left siblings from the leaf up, one a level.
library Spine {
    /// @notice The node of height `spine.length` whose last leaf is `leaf`.
    function root(bytes32 leaf, bytes32[] calldata spine) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 i = 0; i < spine.length; ++i) {
            node = Opening.parent(spine[i], node);
        }
    }
}
