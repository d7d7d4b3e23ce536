// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Scratch} from "../../src/authenticated/Scratch.sol";
import {Test} from "../support/TestBase.sol";

contract ScratchTest is Test {
    function testFuzz_path(uint8 tag, uint256 dirty, bytes32 slot) public pure {
        address account;
        assembly ("memory-safe") {
            account := dirty
        }
        bytes32 path = Scratch.path(tag, account, slot);
        // forge-lint: disable-next-line(unsafe-typecast)
        assertEq(path, keccak256(abi.encodePacked(tag, address(uint160(dirty)), slot)));
    }

    function testFuzz_entriesAreApart(address account, address other, bytes32 slot, uint256 value) public pure {
        vm.assume(account != other && value != 0);
        NodeBag memory bag = NodeBags.create(0);
        bytes32 root = Mpt.EMPTY_ROOT;
        assertFalse(Scratch.isWarm(bag, root, account));
        root = Scratch.markWarm(bag, root, account);
        assertTrue(Scratch.isWarm(bag, root, account));
        assertFalse(Scratch.isWarm(bag, root, other));

        assertFalse(Scratch.isWarm(bag, root, account, slot));
        root = Scratch.markWarm(bag, root, account, slot);
        assertTrue(Scratch.isWarm(bag, root, account, slot));
        assertFalse(Scratch.isWarm(bag, root, other, slot));
        assertFalse(Scratch.isWarm(bag, root, account, ~slot));

        assertFalse(Scratch.isCreated(bag, root, account));
        root = Scratch.markCreated(bag, root, account);
        assertTrue(Scratch.isCreated(bag, root, account));
        assertFalse(Scratch.isCreated(bag, root, other));

        assertEq(Scratch.readTransient(bag, root, account, slot), 0);
        bytes32 written = Scratch.writeTransient(bag, root, account, slot, value);
        assertEq(Scratch.readTransient(bag, written, account, slot), value);
        assertEq(Scratch.readTransient(bag, written, other, slot), 0);
        assertEq(Scratch.writeTransient(bag, written, account, slot, 0), root);
        assertEq(Scratch.readTransient(bag, root, account, slot), 0, "a snapshot is a root");
    }

    function test_entriesAreThoseOfTheProtocol() public pure {
        NodeBag memory bag = NodeBags.create(0);
        address account = address(0xaa);
        bytes32 slot = bytes32(uint256(7));
        bytes32 root = Scratch.markWarm(bag, Mpt.EMPTY_ROOT, account);
        root = Scratch.markWarm(bag, root, account, slot);
        root = Scratch.writeTransient(bag, root, account, slot, 300);
        root = Scratch.markCreated(bag, root, account);
        assertEq(Mpt.get(bag, root, keccak256(abi.encodePacked(uint8(1), account, bytes32(0)))), hex"01");
        assertEq(Mpt.get(bag, root, keccak256(abi.encodePacked(uint8(2), account, slot))), hex"01");
        assertEq(Mpt.get(bag, root, keccak256(abi.encodePacked(uint8(3), account, slot))), hex"82012c");
        assertEq(Mpt.get(bag, root, keccak256(abi.encodePacked(uint8(4), account, bytes32(0)))), hex"01");
    }
}
