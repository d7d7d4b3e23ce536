// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISwapArbiter} from "../../src/interfaces/ISwapArbiter.sol";
import {ISwapVault} from "../../src/interfaces/ISwapVault.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {SwapVault} from "../../src/l2/SwapVault.sol";
import {LegNumber, LegState, Terms} from "../../src/types/Swap.sol";
import {GasBurner, ReturndataBomb} from "../support/Recipients.sol";
import {SwapToken} from "../support/SwapToken.sol";
import {Letter, MessengerDouble, Swaps} from "../support/Swaps.sol";
import {CallbackToken, FeeToken, ITokenHolder, SilentToken} from "../support/SwapTokens.sol";

/// @notice Uses the vault again whenever it is paid or asked for tokens.
contract Reenterer is ITokenHolder {
    SwapVault private immutable _vault;
    bytes private _again;
    uint256 public refused;

    constructor(SwapVault vault) {
        _vault = vault;
    }

    receive() external payable {
        _enter();
    }

    function onToken() external {
        _enter();
    }

    function arm(bytes memory again) external {
        _again = again;
    }

    function approveAndLock(SwapToken token, Terms memory terms, LegNumber number) external payable {
        token.approve(address(_vault), type(uint256).max);
        _vault.lock{value: msg.value}(terms, number);
    }

    function _enter() private {
        (bool done, bytes memory answer) = address(_vault).call(_again);
        // casting to 'bytes4' is safe because an error begins with its selector
        // forge-lint: disable-next-line(unsafe-typecast)
        if (!done && bytes4(answer) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector) ++refused;
    }
}

contract SwapVaultTest is Swaps {
    function _settle(Terms memory terms, LegNumber number) private {
        relay(verdict(abi.encodeCall(ISwapVault.settle, (terms, number)), terms.leg(number).vault));
    }

    function _cancel(Terms memory terms, LegNumber number) private {
        relay(verdict(abi.encodeCall(ISwapVault.cancel, (terms, number)), terms.leg(number).vault));
    }

    function _wrongState(Terms memory terms, LegNumber number, LegState state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISwapVault.WrongLegState.selector, terms.id(), number, state);
    }

    function test_lock_ether() public {
        Terms memory terms = etherForTokens();
        fund(terms.one);
        vm.expectEmit(address(vaultA));
        emit ISwapVault.Locked(terms.id(), LegNumber.One, 0);
        vm.prank(alice);
        assertEq(vaultA.lock{value: 3 ether}(terms, LegNumber.One), 0);
        assertEq(address(vaultA).balance, 3 ether);
        assertEq(alice.balance, 0);
        assertLegs(terms, LegState.Locked, LegState.Open);
        Letter memory letter = bridgeA.up()[0];
        assertEq(letter.sender, address(vaultA));
        assertEq(letter.target, address(arbiter));
        assertEq(letter.data, abi.encodeCall(ISwapArbiter.onLocked, (terms, LegNumber.One)));
    }

    function test_lock_tokens() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.Two);
        assertEq(token.balanceOf(address(vaultB)), 5000);
        assertEq(token.balanceOf(bob), 0);
        assertLegs(terms, LegState.Open, LegState.Locked);
    }

    function test_lock_onlyHere() public {
        Terms memory terms = etherForTokens();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotHere.selector, bridgeB, vaultB));
        vaultA.lock(terms, LegNumber.Two);
        terms.one.bridge = address(bridgeB);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotHere.selector, bridgeB, vaultA));
        vaultA.lock(terms, LegNumber.One);
        terms.one.bridge = address(bridgeA);
        terms.one.vault = address(vaultB);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotHere.selector, bridgeA, vaultB));
        vaultA.lock(terms, LegNumber.One);
        assertLegs(terms, LegState.Open, LegState.Open);
    }

    function test_lock_onlyByWhoGives() public {
        Terms memory terms = etherForTokens();
        deal(bob, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotFrom.selector, bob, alice));
        vm.prank(bob);
        vaultA.lock{value: 3 ether}(terms, LegNumber.One);
    }

    function test_lock_once() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        fund(terms.one);
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Locked));
        vm.prank(alice);
        vaultA.lock{value: 3 ether}(terms, LegNumber.One);
        _settle(terms, LegNumber.One);
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Settled));
        vm.prank(alice);
        vaultA.lock{value: 3 ether}(terms, LegNumber.One);
    }

    function test_lock_wrongPayment() public {
        Terms memory terms = etherForTokens();
        deal(alice, 10 ether);
        deal(bob, 10 ether);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.WrongPayment.selector, 3 ether, 2 ether));
        vaultA.lock{value: 2 ether}(terms, LegNumber.One);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.WrongPayment.selector, 3 ether, 4 ether));
        vaultA.lock{value: 4 ether}(terms, LegNumber.One);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.WrongPayment.selector, 0, 1));
        vm.prank(bob);
        vaultB.lock{value: 1}(terms, LegNumber.Two);
    }

    function test_lock_tokensThatAreNotThere() public {
        Terms memory terms = etherForTokens();
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, vaultB, 0, 5000));
        vaultB.lock(terms, LegNumber.Two);
        terms.two.token = makeAddr("no token");
        vm.expectRevert();
        vaultB.lock(terms, LegNumber.Two);
        assertLegs(terms, LegState.Open, LegState.Open);
        assertEq(bridgeB.up().length, 0);
    }

    function test_lock_aTokenThatTakesAFee() public {
        Terms memory terms = etherForTokens();
        terms.two.token = address(new FeeToken());
        fund(terms.two);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.WrongAmountReceived.selector, 5000, 4950));
        vm.prank(bob);
        vaultB.lock(terms, LegNumber.Two);
    }

    function test_lock_aTokenThatReturnsNothing() public {
        Terms memory terms = etherForTokens();
        SilentToken silent = new SilentToken(bob, 5000);
        terms.two.token = address(silent);
        vm.prank(bob);
        vaultB.lock(terms, LegNumber.Two);
        assertEq(silent.balanceOf(address(vaultB)), 5000);
        silent.refuse();
        _settle(terms, LegNumber.Two);
        assertEq(vaultB.credits(alice, address(silent)), 5000);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, silent));
        vaultB.withdraw(alice, address(silent));
    }

    /// @dev A token that calls back cannot have one transfer counted twice.
    function test_lock_reentered() public {
        CallbackToken callback = new CallbackToken();
        Reenterer attacker = new Reenterer(vaultB);
        Terms memory outer = etherForTokens();
        (outer.two.from, outer.two.token) = (address(attacker), address(callback));
        Terms memory inner = etherForTokens();
        (inner.two.from, inner.two.token) = (address(attacker), address(callback));
        inner.salt = keccak256("inner");
        callback.mint(address(attacker), 10_000);
        attacker.arm(abi.encodeCall(ISwapVault.lock, (inner, LegNumber.Two)));
        attacker.approveAndLock(callback, outer, LegNumber.Two);
        assertEq(attacker.refused(), 1);
        assertEq(callback.balanceOf(address(vaultB)), 5000);
        assertLegs(outer, LegState.Open, LegState.Locked);
        assertLegs(inner, LegState.Open, LegState.Open);
    }

    function test_settle() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        lock(terms, LegNumber.Two);
        vm.expectEmit(address(vaultA));
        emit ISwapVault.Finished(terms.id(), LegNumber.One, LegState.Settled);
        _settle(terms, LegNumber.One);
        _settle(terms, LegNumber.Two);
        assertEq(bob.balance, 3 ether);
        assertEq(token.balanceOf(alice), 5000);
        assertLegs(terms, LegState.Settled, LegState.Settled);
    }

    function test_cancel_paysBack() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        lock(terms, LegNumber.Two);
        _cancel(terms, LegNumber.One);
        _cancel(terms, LegNumber.Two);
        assertEq(alice.balance, 3 ether);
        assertEq(token.balanceOf(bob), 5000);
        assertLegs(terms, LegState.Cancelled, LegState.Cancelled);
    }

    function test_cancel_beforeTheLock() public {
        Terms memory terms = etherForTokens();
        _cancel(terms, LegNumber.One);
        fund(terms.one);
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Cancelled));
        vm.prank(alice);
        vaultA.lock{value: 3 ether}(terms, LegNumber.One);
        assertEq(alice.balance, 3 ether);
    }

    /// @dev T71: whatever is relayed again, and in whatever order, a leg ends once.
    function test_T71_aLegEndsOnce() public {
        Terms memory terms = etherForTokens();
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Open));
        _settle(terms, LegNumber.One);
        lock(terms, LegNumber.One);
        lock(terms, LegNumber.Two);
        _settle(terms, LegNumber.One);
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Settled));
        _settle(terms, LegNumber.One);
        vm.expectRevert(_wrongState(terms, LegNumber.One, LegState.Settled));
        _cancel(terms, LegNumber.One);
        _cancel(terms, LegNumber.Two);
        vm.expectRevert(_wrongState(terms, LegNumber.Two, LegState.Cancelled));
        _cancel(terms, LegNumber.Two);
        vm.expectRevert(_wrongState(terms, LegNumber.Two, LegState.Cancelled));
        _settle(terms, LegNumber.Two);
        assertEq(bob.balance, 3 ether);
        assertEq(token.balanceOf(bob), 5000);
    }

    /// @dev T71: no time that passes on the rollup opens a vault.
    function test_T71_noTimer() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        vm.warp(DEADLINE + 365 days);
        bytes memory refusal = abi.encodeWithSelector(ISwapVault.NotArbiter.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        vaultA.cancel(terms, LegNumber.One);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NothingOwed.selector, alice, address(0)));
        vaultA.withdraw(alice, address(0));
        assertEq(address(vaultA).balance, 3 ether);
    }

    function test_onlyTheArbitersMessage() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        bytes memory settle = abi.encodeCall(ISwapVault.settle, (terms, LegNumber.One));
        bytes memory cancel = abi.encodeCall(ISwapVault.cancel, (terms, LegNumber.One));
        bytes memory refusal = abi.encodeWithSelector(ISwapVault.NotArbiter.selector, Predeploys.L1_MESSENGER);
        vm.expectRevert(refusal);
        relay(Letter(alice, address(vaultA), settle));
        vm.expectRevert(refusal);
        relay(Letter(alice, address(vaultA), cancel));
        // the arbiter of other terms with the same legs
        Terms memory other = etherForTokens();
        other.arbiter = alice;
        vm.expectRevert(_wrongState(other, LegNumber.One, LegState.Open));
        relay(Letter(alice, address(vaultA), abi.encodeCall(ISwapVault.settle, (other, LegNumber.One))));
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotArbiter.selector, bob));
        vm.prank(bob);
        vaultA.settle(terms, LegNumber.One);
        assertLegs(terms, LegState.Locked, LegState.Open);
    }

    /// @dev The same message on another rollup.
    function test_aVerdictForAnotherRollup() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        lock(terms, LegNumber.Two);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotHere.selector, bridgeA, vaultA));
        relay(verdict(abi.encodeCall(ISwapVault.settle, (terms, LegNumber.One)), address(vaultB)));
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotHere.selector, bridgeB, vaultB));
        relay(verdict(abi.encodeCall(ISwapVault.cancel, (terms, LegNumber.Two)), address(vaultA)));
    }

    /// @dev T08, T09: recipients that refuse, burn all gas or return a megabyte do not keep the message from being
    /// relayed, and what is theirs stays theirs.
    function test_T08_T09_aRecipientThatFailsIsCredited() public {
        address[3] memory recipients =
            [address(new GasBurner()), address(new ReturndataBomb(true)), address(new ReturndataBomb(false))];
        for (uint256 i = 0; i < recipients.length; ++i) {
            Terms memory terms = etherForTokens();
            terms.one.to = recipients[i];
            lock(terms, LegNumber.One);
            uint256 before = gasleft();
            _settle(terms, LegNumber.One);
            assertLt(before - gasleft(), 350_000, "gas");
            assertLegs(terms, LegState.Settled, LegState.Open);
            assertEq(vaultA.credits(recipients[i], address(0)), 3 ether);
        }
        vm.expectRevert();
        vaultA.withdraw(recipients[1], address(0));
        assertEq(vaultA.credits(recipients[1], address(0)), 3 ether, "kept");
        // it takes two million gas, which a payment has not
        vaultA.withdraw(recipients[2], address(0));
        assertEq(recipients[2].balance, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NothingOwed.selector, recipients[2], address(0)));
        vaultA.withdraw(recipients[2], address(0));
    }

    function test_aTokenThatFailsIsCredited() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.Two);
        token.block_(alice, true);
        vm.expectEmit(address(vaultB));
        emit ISwapVault.Credited(alice, address(token), 5000);
        _settle(terms, LegNumber.Two);
        vm.expectRevert(abi.encodeWithSelector(SwapToken.Blocked.selector, alice));
        vaultB.withdraw(alice, address(token));
        token.block_(alice, false);
        vm.expectEmit(address(vaultB));
        emit ISwapVault.Withdrawn(alice, address(token), 5000);
        assertEq(vaultB.withdraw(alice, address(token)), 5000);
        assertEq(token.balanceOf(alice), 5000);
    }

    function test_aRefundThatFailsIsCredited() public {
        Terms memory terms = etherForTokens();
        terms.one.from = address(new ReturndataBomb(true));
        lock(terms, LegNumber.One);
        _cancel(terms, LegNumber.One);
        assertEq(vaultA.credits(terms.one.from, address(0)), 3 ether);
        assertEq(vaultA.credits(bob, address(0)), 0);
    }

    /// @dev Whoever relays cannot make a payment fail by giving little gas.
    function test_fuzz_gasNeverChangesAPayment(uint256 gas) public {
        gas = bound(gas, 30_000, 600_000);
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        Letter memory letter = verdict(abi.encodeCall(ISwapVault.settle, (terms, LegNumber.One)), address(vaultA));
        bytes memory data = abi.encodeCall(MessengerDouble.relay, (letter));
        (bool done,) = Predeploys.L1_MESSENGER.call{gas: gas}(data);
        assertEq(bob.balance, done ? 3 ether : 0);
        assertEq(vaultA.credits(bob, address(0)), 0);
        assertLegs(terms, done ? LegState.Settled : LegState.Locked, LegState.Open);
        if (gas > 400_000) assertTrue(done);
    }

    function test_aRecipientThatReentersGetsItOnce() public {
        Reenterer attacker = new Reenterer(vaultA);
        Terms memory terms = etherForTokens();
        terms.one.to = address(attacker);
        lock(terms, LegNumber.One);
        Terms memory others = etherForTokens();
        lock(others, LegNumber.One);
        attacker.arm(abi.encodeCall(ISwapVault.withdraw, (address(attacker), address(0))));
        _settle(terms, LegNumber.One);
        assertEq(attacker.refused(), 1);
        assertEq(address(attacker).balance, 3 ether);
        assertEq(address(vaultA).balance, 3 ether);
    }

    function test_pay_onlyByItself() public {
        Terms memory terms = etherForTokens();
        lock(terms, LegNumber.One);
        vm.expectRevert(abi.encodeWithSelector(ISwapVault.NotSelf.selector, bob));
        vm.prank(bob);
        vaultA.pay(bob, address(0), 3 ether);
    }
}
