// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bonds} from "../src/Bonds.sol";
import {IBonds, Share} from "../src/interfaces/IBonds.sol";
import {Reenterer, ReturndataBomb} from "./support/Recipients.sol";
import {Test} from "./support/TestBase.sol";

contract BondsTest is Test {
    address private constant ROLLUP = address(0x1001);
    address private constant TOURNAMENT = address(0x1002);
    address private immutable alice = makeAddr("alice");

    Bonds private bonds;

    function setUp() public {
        bonds = new Bonds(ROLLUP, TOURNAMENT);
        bonds.depositFor{value: 10 ether}(alice);
    }

    function test_deposit() public {
        vm.deal(alice, 1 ether);
        vm.expectEmit();
        emit IBonds.Deposited(alice, 1 ether);
        vm.prank(alice);
        bonds.deposit{value: 1 ether}();
        _assertAccount(alice, 11 ether, 0);
    }

    function test_withdraw() public {
        address to = makeAddr("to");
        vm.prank(alice);
        bonds.withdraw(to, 4 ether);
        assertEq(to.balance, 4 ether);
        _assertAccount(alice, 6 ether, 0);
    }

    function test_withdraw_revertsBeyondFree() public {
        vm.prank(ROLLUP);
        bonds.lock(alice, 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IBonds.InsufficientFree.selector, alice, 3 ether, 4 ether));
        vm.prank(alice);
        bonds.withdraw(alice, 4 ether);
        _assertAccount(alice, 3 ether, 7 ether);
    }

    function test_withdraw_revertsWhenRefused() public {
        address refuser = address(new ReturndataBomb(true));
        vm.expectRevert(abi.encodeWithSelector(IBonds.TransferFailed.selector, refuser, 1 ether));
        vm.prank(alice);
        bonds.withdraw(refuser, 1 ether);
        _assertAccount(alice, 10 ether, 0);
    }

    function test_T09_withdraw_copiesNoReturndata() public {
        address bomb = address(new ReturndataBomb(false));
        vm.prank(alice);
        uint256 before = gasleft();
        bonds.withdraw(bomb, 1 ether);
        assertEq(bomb.balance, 1 ether);
        // The bomb's own expansion to a megabyte takes 2 M gas; copying it here would take as much again.
        assertLt(before - gasleft(), 3_000_000);
    }

    function test_withdraw_reentryTakesOnlyItsOwn() public {
        Reenterer attacker = new Reenterer(bonds);
        bonds.depositFor{value: 1 ether}(address(attacker));
        attacker.withdraw(0.6 ether);
        assertEq(address(attacker).balance, 0.6 ether);
        assertEq(address(bonds).balance, 10.4 ether);
    }

    function test_lock_unlock() public {
        vm.startPrank(TOURNAMENT);
        bonds.lock(alice, 3 ether);
        _assertAccount(alice, 7 ether, 3 ether);
        bonds.unlock(alice, 1 ether);
        _assertAccount(alice, 8 ether, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IBonds.InsufficientLocked.selector, alice, 2 ether, 3 ether));
        bonds.unlock(alice, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(IBonds.InsufficientFree.selector, alice, 8 ether, 9 ether));
        bonds.lock(alice, 9 ether);
    }

    function test_fuzz_onlyKeepers(address caller) public {
        vm.assume(caller != ROLLUP && caller != TOURNAMENT);
        bytes memory expected = abi.encodeWithSelector(IBonds.NotAuthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(expected);
        bonds.lock(alice, 1);
        vm.expectRevert(expected);
        bonds.unlock(alice, 1);
        vm.expectRevert(expected);
        bonds.forfeit(alice, 1, new Share[](0));
    }

    function test_forfeit() public {
        address bob = makeAddr("bob");
        Share[] memory shares = new Share[](2);
        shares[0] = Share(bob, 0.9 ether);
        shares[1] = Share(alice, 0.6 ether);
        vm.startPrank(ROLLUP);
        bonds.lock(alice, 3 ether);
        vm.expectEmit();
        emit IBonds.Forfeited(alice, 3 ether, 1.5 ether);
        bonds.forfeit(alice, 3 ether, shares);
        _assertAccount(alice, 7.6 ether, 0);
        _assertAccount(bob, 0.9 ether, 0);
        assertEq(bonds.burned(), 1.5 ether);
    }

    function test_T03_forfeit_revertsIfLessThanHalfBurns() public {
        Share[] memory shares = new Share[](1);
        shares[0] = Share(alice, 2);
        vm.startPrank(ROLLUP);
        bonds.lock(alice, 3);
        vm.expectRevert(abi.encodeWithSelector(IBonds.LessThanHalfBurned.selector, 3, 2));
        bonds.forfeit(alice, 3, shares);
        shares[0].amount = 1;
        bonds.forfeit(alice, 3, shares);
        assertEq(bonds.burned(), 2, "rounding burns");
    }

    function _assertAccount(address account, uint256 free, uint256 locked) private view {
        (uint128 actualFree, uint128 actualLocked) = bonds.accounts(account);
        assertEq(actualFree, free, "free");
        assertEq(actualLocked, locked, "locked");
    }
}
