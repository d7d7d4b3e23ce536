// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span} from "../../../src/authenticated/Span.sol";
import {Ripemd160} from "../../../src/verifier/hash/Ripemd160.sol";
import {HashTest} from "../../support/HashTest.sol";

contract Ripemd160Test is HashTest {
    function _blockBytes() internal pure override returns (uint256) {
        return Ripemd160.BLOCK_BYTES;
    }

    function _initial() internal pure override returns (bytes memory) {
        return Ripemd160.initial();
    }

    function _update(bytes memory state, Span data) internal pure override {
        Ripemd160.update(state, data);
    }

    function _finish(bytes memory state, Span data, uint256 total) internal pure override returns (bytes32) {
        return Ripemd160.finish(state, data, total);
    }

    function _expected(bytes memory input) internal pure override returns (bytes32) {
        return ripemd160(input);
    }
}
