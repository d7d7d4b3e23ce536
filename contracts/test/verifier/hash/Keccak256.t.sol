// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../../src/authenticated/Span.sol";
import {Keccak256} from "../../../src/verifier/hash/Keccak256.sol";
import {HashTest} from "../../support/HashTest.sol";

contract Keccak256Test is HashTest {
    function _blockBytes() internal pure override returns (uint256) {
        return Keccak256.BLOCK_BYTES;
    }

    function _initial() internal pure override returns (bytes memory) {
        return Keccak256.initial();
    }

    function _update(bytes memory state, Span data) internal pure override {
        Keccak256.update(state, data);
    }

    function _finish(bytes memory state, Span data, uint256) internal pure override returns (bytes32) {
        return Keccak256.finish(state, data);
    }

    function _expected(bytes memory input) internal pure override returns (bytes32) {
        return keccak256(input);
    }

    /// Keccak-f[1600] of zeros, from the Keccak team's test vectors.
    function test_permutation_ofZeros() public pure {
        bytes memory state = Keccak256.initial();
        Keccak256.update(state, Spans.from(new bytes(136)));
        bytes32 lanes;
        assembly ("memory-safe") {
            lanes := mload(add(state, 32))
        }
        assertEq(lanes, hex"e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd");
    }
}
