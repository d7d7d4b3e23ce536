// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice How often a run got to what is worth getting to, so that a campaign in which nothing happens is seen.
abstract contract Coverage {
    mapping(string name => uint256 times) public reached;

    function _reached(string memory name) internal {
        ++reached[name];
    }
}
