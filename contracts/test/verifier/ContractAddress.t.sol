// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ContractAddress} from "../../src/verifier/ContractAddress.sol";
import {Test} from "../support/TestBase.sol";

contract ContractAddressTest is Test {
    function test_fuzz_fromNonce(address creator, uint64 nonce) public pure {
        vm.assume(nonce != type(uint64).max);
        assertEq(ContractAddress.fromNonce(creator, nonce), vm.computeCreateAddress(creator, nonce));
    }

    function test_fromNonce_atTheSizesOfAnInteger() public pure {
        uint64[6] memory nonces = [0, 1, 0x7f, 0x80, 0xffff, type(uint64).max - 1];
        for (uint256 i; i < nonces.length; ++i) {
            assertEq(
                ContractAddress.fromNonce(address(0xC0DE), nonces[i]),
                vm.computeCreateAddress(address(0xC0DE), nonces[i])
            );
        }
    }

    function test_fuzz_fromSalt(address creator, bytes32 salt, bytes32 initcodeHash) public pure {
        assertEq(
            ContractAddress.fromSalt(creator, salt, initcodeHash), vm.computeCreate2Address(salt, initcodeHash, creator)
        );
    }
}
