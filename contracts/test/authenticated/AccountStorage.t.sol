// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccountStorage} from "../../src/authenticated/AccountStorage.sol";
import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Fault, RlpReader} from "../../src/authenticated/RlpReader.sol";
import {Test} from "../support/TestBase.sol";
import {LibRLP} from "solady/utils/LibRLP.sol";

contract AccountStorageTest is Test {
    function testFuzz_writeThenRead(bytes32 key, bytes32 other, uint256 value, uint8 shift) public pure {
        vm.assume(key != other);
        value = (value >> shift) | 1;
        NodeBag memory bag = NodeBags.create(0);
        bytes32 before = AccountStorage.writeSlot(bag, Mpt.EMPTY_ROOT, other, 1);
        assertEq(AccountStorage.readSlot(bag, before, key), 0);
        assertEq(AccountStorage.writeSlot(bag, before, key, 0), before);
        bytes32 root = AccountStorage.writeSlot(bag, before, key, value);
        assertEq(AccountStorage.readSlot(bag, root, key), value);
        assertEq(AccountStorage.readSlot(bag, root, other), 1);
        assertEq(Mpt.get(bag, root, keccak256(abi.encode(key))), LibRLP.encode(value));
        assertEq(AccountStorage.writeSlot(bag, root, key, 0), before);
        assertEq(AccountStorage.writeSlot(bag, before, other, 0), Mpt.EMPTY_ROOT);
    }

    function read(bytes calldata encoded) external pure returns (uint256) {
        NodeBag memory bag = NodeBags.create(0);
        bytes32 root = Mpt.put(bag, Mpt.EMPTY_ROOT, AccountStorage.path(0), encoded);
        return AccountStorage.readSlot(bag, root, 0);
    }

    function test_T52_otherValuesAreRefused() public {
        assertEq(this.read(hex"820100"), 256);
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.LeadingZero));
        this.read(hex"00");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.NonCanonical));
        this.read(hex"8101");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.Trailing));
        this.read(hex"0101");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.NotString));
        this.read(hex"c101");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.WrongSize));
        this.read(bytes.concat(hex"a101", new bytes(32)));
    }
}
