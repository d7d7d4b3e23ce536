// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span} from "../../../src/authenticated/Span.sol";
import {Sha256} from "../../../src/verifier/hash/Sha256.sol";
import {HashTest} from "../../support/HashTest.sol";

contract Sha256Test is HashTest {
    function _blockBytes() internal pure override returns (uint256) {
        return Sha256.BLOCK_BYTES;
    }

    function _initial() internal pure override returns (bytes memory) {
        return Sha256.initial();
    }

    function _update(bytes memory state, Span data) internal pure override {
        Sha256.update(state, data);
    }

    function _finish(bytes memory state, Span data, uint256 total) internal pure override returns (bytes32) {
        return Sha256.finish(state, data, total);
    }

    function _expected(bytes memory input) internal pure override returns (bytes32) {
        return sha256(input);
    }
}
