// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Delegation} from "../../src/rules/Delegation.sol";
import {Test} from "../support/TestBase.sol";

contract DelegationTest is Test {
    function parse(bytes calldata code) external pure returns (bool, address) {
        return Delegation.parse(code);
    }

    function test_fuzz_parse(address delegate) public view {
        (bool isDelegation, address found) = this.parse(abi.encodePacked(hex"ef0100", delegate));
        assertTrue(isDelegation);
        assertEq(found, delegate);
    }

    function test_fuzz_parse_ofOtherCode(bytes memory code) public view {
        vm.assume(code.length < 3 || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00);
        _assertNone(code);
    }

    function test_parse_ofOtherSizesOrPrefixes() public view {
        _assertNone("");
        _assertNone(hex"ef0100");
        _assertNone(abi.encodePacked(hex"ef0100", new bytes(19)));
        _assertNone(abi.encodePacked(hex"ef0100", new bytes(21)));
        _assertNone(abi.encodePacked(hex"ef0101", new bytes(20)));
        _assertNone(abi.encodePacked(hex"ef0000", new bytes(20)));
    }

    function isPossible(bytes calldata code) external pure returns (bool) {
        return Delegation.isPossible(code);
    }

    function test_fuzz_isPossible_withoutOtherCode(address delegate, bytes memory code) public view {
        assertTrue(this.isPossible(""));
        assertTrue(this.isPossible(abi.encodePacked(hex"ef0100", delegate)));
        vm.assume(code.length != 0 && (code.length != 23 || code[0] != 0xef));
        assertFalse(this.isPossible(code));
    }

    function test_fuzz_codeHash(address delegate) public pure {
        vm.assume(delegate != address(0));
        assertEq(Delegation.codeHash(delegate), keccak256(bytes.concat(hex"ef0100", bytes20(delegate))));
    }

    function test_codeHash_ofNobodyIsNone() public pure {
        assertEq(Delegation.codeHash(address(0)), keccak256(""));
    }

    function _assertNone(bytes memory code) private view {
        (bool isDelegation, address found) = this.parse(code);
        assertFalse(isDelegation);
        assertEq(found, address(0));
    }
}
