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

    function _assertNone(bytes memory code) private view {
        (bool isDelegation, address found) = this.parse(code);
        assertFalse(isDelegation);
        assertEq(found, address(0));
    }
}
