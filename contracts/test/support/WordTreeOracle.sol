// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

/// @notice Word trees by their definition: all 2^height leaves, halved until one is left.
library WordTreeOracle {
    function root(bytes memory data) internal pure returns (bytes32) {
        bytes32[] memory level = _leaves(data);
        while (level.length > 1) level = _above(level);
        return level[0];
    }

    /// The range proof of the words that hold the bytes [from, to), as a witness has it.
    function proof(bytes memory data, uint256 from, uint256 to) internal pure returns (bytes memory encoded) {
        bytes32[] memory level = _leaves(data);
        uint256 first = from / 32;
        uint256 last = (to - 1) / 32;
        encoded = abi.encodePacked(uint16(last - first + 1));
        for (uint256 i = first; i <= last; ++i) {
            encoded = abi.encodePacked(encoded, level[i]);
        }
        bytes memory siblings;
        for (; level.length > 1; level = _above(level)) {
            if (first % 2 == 1) siblings = abi.encodePacked(siblings, level[first - 1]);
            if (last % 2 == 0) siblings = abi.encodePacked(siblings, level[last + 1]);
            (first, last) = (first / 2, last / 2);
        }
        return abi.encodePacked(encoded, uint8(siblings.length / 32), siblings);
    }

    function _leaves(bytes memory data) private pure returns (bytes32[] memory leaves) {
        uint256 count = 1;
        while (count * 32 < data.length) count *= 2;
        leaves = new bytes32[](count);
        bytes memory padded = bytes.concat(data, new bytes(32));
        for (uint256 i = 0; 32 * i < data.length; ++i) {
            bytes32 leaf;
            assembly ("memory-safe") {
                leaf := mload(add(padded, mul(32, add(i, 1))))
            }
            leaves[i] = leaf;
        }
    }

    function _above(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            above[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
        }
    }
}
// forge-lint: disable-end(unsafe-typecast)
