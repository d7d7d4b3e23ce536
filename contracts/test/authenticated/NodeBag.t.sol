// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Brutalizer} from "../support/Brutalizer.sol";
import {Test} from "../support/TestBase.sol";

contract NodeBagTest is Test {
    function _node(uint256 i) private pure returns (bytes memory) {
        return abi.encode("node", i);
    }

    function testFuzz_findsAllItHolds(uint256 capacity, uint256 count) public pure {
        capacity = bound(capacity, 0, 100);
        count = bound(count, 0, 200);
        Brutalizer.brutalize(16_384);
        NodeBag memory bag = NodeBags.create(capacity);
        for (uint256 i = 0; i < count; ++i) {
            if (i % 3 == 0) assertEq(bag.insert(_node(i)), keccak256(_node(i)));
            else bag.add(_node(i));
            Brutalizer.brutalize(16_384);
        }
        for (uint256 i = 0; i < count; ++i) {
            assertEq(bag.find(keccak256(_node(i))), _node(i));
            assertEq(bag.find(keccak256(_node(i))), _node(i), "again");
        }
        bag.requireAllUsed();
    }

    function test_T51_missingNode() public {
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, keccak256(_node(9))));
        this.find(8, 9);
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, keccak256(_node(0))));
        this.find(0, 0);
    }

    function find(uint256 count, uint256 index) external pure {
        NodeBag memory bag = NodeBags.create(0);
        for (uint256 i = 0; i < count; ++i) {
            bag.add(_node(i));
        }
        bag.find(keccak256(_node(index)));
    }

    function test_unusedNode_isTheFirst() public {
        for (uint256 unused = 0; unused < 20; ++unused) {
            vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, unused));
            this.useAllBut(20, unused, 19);
        }
    }

    function useAllBut(uint256 count, uint256 first, uint256 second) external pure {
        NodeBag memory bag = NodeBags.create(count / 2);
        for (uint256 i = 0; i < count; ++i) {
            bag.add(_node(i));
            bag.insert(abi.encode("made", i));
        }
        for (uint256 i = 0; i < count; ++i) {
            if (i != first && i != second) bag.find(keccak256(_node(i)));
        }
        bag.requireAllUsed();
    }

    function test_duplicateNode() public {
        vm.expectRevert(abi.encodeWithSelector(NodeBags.DuplicateNode.selector, keccak256(_node(1))));
        this.addTwice();
    }

    function addTwice() external pure {
        NodeBag memory bag = NodeBags.create(2);
        bag.add(_node(1));
        bag.add(_node(1));
    }

    function test_anInsertedNodeOfTheWitnessIsStillToBeUsed() public {
        vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, 0));
        this.addAndInsert();
    }

    function addAndInsert() external pure {
        NodeBag memory bag = NodeBags.create(2);
        bag.add(_node(1));
        bag.insert(_node(1));
        bag.requireAllUsed();
    }

    function test_insertTwice() public pure {
        NodeBag memory bag = NodeBags.create(2);
        bag.insert(_node(1));
        bag.insert(_node(1));
        assertEq(bag.count, 1);
        bag.requireAllUsed();
    }
}
