// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {HashChain} from "../../src/authenticated/HashChain.sol";
import {Test} from "../support/TestBase.sol";

contract HashChainTest is Test {
    function testFuzz_push(bytes32 chain, bytes32 item) public pure {
        assertEq(HashChain.push(chain, item), keccak256(abi.encode(chain, item)));
    }
}
