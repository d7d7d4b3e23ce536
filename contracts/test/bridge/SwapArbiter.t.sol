// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SwapArbiter} from "../../src/bridge/SwapArbiter.sol";
import {ISwapArbiter} from "../../src/interfaces/ISwapArbiter.sol";
import {ISwapVault} from "../../src/interfaces/ISwapVault.sol";
import {LegNumber, LegState, SwapState, Terms} from "../../src/types/Swap.sol";
import {BridgeDouble, Letter, Swaps} from "../support/Swaps.sol";

/// @notice Says that it is the Caller of any Bridge, and that any vault has sent its message.
contract FalseBridge {
    address public sender;

    function caller() external view returns (address) {
        return address(this);
    }

    function tell(ISwapArbiter arbiter, Terms memory terms, LegNumber number, address vault) external {
        sender = vault;
        arbiter.onLocked(terms, number);
    }

    /// @dev Tries everything once it is called.
    function sendMessage(address, bytes calldata data) external returns (uint64) {
        (Terms memory terms, LegNumber number) = abi.decode(data[4:], (Terms, LegNumber));
        (bool cancelled,) = msg.sender.call(abi.encodeCall(ISwapArbiter.cancel, (terms)));
        (bool locked,) = msg.sender.call(abi.encodeCall(ISwapArbiter.onLocked, (terms, number)));
        require(!cancelled && !locked, "decided twice");
        return 7;
    }
}

contract SwapArbiterTest is Swaps {
    function test_theSecondLockSettles() public {
        Terms memory terms = etherForTokens();
        assertState(terms, SwapState.Open);
        uint64 nonce = lock(terms, LegNumber.One);
        vm.expectEmit(address(arbiter));
        emit ISwapArbiter.LegLocked(terms.id(), LegNumber.One, SwapState.OneLocked);
        bridgeA.withdraw(nonce);
        assertState(terms, SwapState.OneLocked);
        nonce = lock(terms, LegNumber.Two);
        vm.expectEmit(address(arbiter));
        emit ISwapArbiter.LegLocked(terms.id(), LegNumber.Two, SwapState.Settled);
        bridgeB.withdraw(nonce);
        assertState(terms, SwapState.Settled);
    }

    function test_theOrderOfLegsDoesNotMatter() public {
        Terms memory terms = etherForTokens();
        lockAndTell(terms, LegNumber.Two);
        assertState(terms, SwapState.TwoLocked);
        lockAndTell(terms, LegNumber.One);
        assertState(terms, SwapState.Settled);
    }

    function test_onLocked_onlyTheLegsVaultThroughItsBridge() public {
        Terms memory terms = etherForTokens();
        bytes memory data = abi.encodeCall(ISwapArbiter.onLocked, (terms, LegNumber.One));
        // somebody else on the right rollup
        uint64 nonce = bridgeA.push(Letter(alice, address(arbiter), data));
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, bridgeA));
        bridgeA.withdraw(nonce);
        // a vault of that address on another rollup
        nonce = bridgeB.push(Letter(address(vaultA), address(arbiter), data));
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, bridgeB));
        bridgeB.withdraw(nonce);
        // nobody's message at all
        FalseBridge falseBridge = new FalseBridge();
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, falseBridge));
        falseBridge.tell(arbiter, terms, LegNumber.One, address(vaultA));
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, alice));
        vm.prank(alice);
        arbiter.onLocked(terms, LegNumber.One);
        assertState(terms, SwapState.Open);
    }

    function test_onLocked_aVaultSpeaksForItsOwnLegAlone() public {
        Terms memory terms = etherForTokens();
        bytes memory data = abi.encodeCall(ISwapArbiter.onLocked, (terms, LegNumber.Two));
        uint64 nonce = bridgeA.push(Letter(address(vaultA), address(arbiter), data));
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, bridgeA));
        bridgeA.withdraw(nonce);
        assertState(terms, SwapState.Open);
    }

    function test_onLocked_theSameLegTwice() public {
        Terms memory terms = etherForTokens();
        lockAndTell(terms, LegNumber.One);
        vm.expectRevert(abi.encodeWithSelector(BridgeDouble.AlreadyWithdrawn.selector, 0));
        bridgeA.withdraw(0);
        // and if a Bridge let it through
        uint64 nonce = bridgeA.push(bridgeA.up()[0]);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, terms.id(), SwapState.OneLocked));
        bridgeA.withdraw(nonce);
        lockAndTell(terms, LegNumber.Two);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, terms.id(), SwapState.Settled));
        bridgeA.withdraw(nonce);
    }

    function test_bothLegsOnOneRollup() public {
        Terms memory terms = etherForTokens();
        (terms.two.bridge, terms.two.vault) = (address(bridgeA), address(vaultA));
        lockAndTell(terms, LegNumber.One);
        lockAndTell(terms, LegNumber.Two);
        assertState(terms, SwapState.Settled);
        announceAndRelay(terms, LegNumber.One);
        announceAndRelay(terms, LegNumber.Two);
        assertLegs(terms, LegState.Settled, LegState.Settled);
    }

    function test_bothLegsTheSame() public {
        Terms memory terms = etherForTokens();
        terms.two = terms.one;
        lockAndTell(terms, LegNumber.One);
        assertState(terms, SwapState.OneLocked);
        lockAndTell(terms, LegNumber.Two);
        assertState(terms, SwapState.Settled);
    }

    /// @dev T71: there is no moment at which a swap can be both settled and cancelled.
    function test_T71_fuzz_beforeTheDeadlineOrFromItOn(uint64 time, uint64 deadline) public {
        Terms memory terms = etherForTokens();
        terms.deadline = deadline;
        vm.warp(time);
        uint64 nonce = lock(terms, LegNumber.One);
        uint64 second = lock(terms, LegNumber.Two);
        uint256 before = vm.snapshotState();
        if (time < deadline) {
            vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.BeforeDeadline.selector, deadline, time));
            arbiter.cancel(terms);
            bridgeA.withdraw(nonce);
            bridgeB.withdraw(second);
            assertState(terms, SwapState.Settled);
        } else {
            bytes memory refusal = abi.encodeWithSelector(ISwapArbiter.DeadlinePassed.selector, deadline, time);
            vm.expectRevert(refusal);
            bridgeA.withdraw(nonce);
            vm.revertToState(before);
            arbiter.cancel(terms);
            vm.expectRevert(refusal);
            bridgeA.withdraw(nonce);
            assertState(terms, SwapState.Cancelled);
        }
    }

    function test_T71_atTheDeadlineCancelWins() public {
        Terms memory terms = etherForTokens();
        lockAndTell(terms, LegNumber.One);
        uint64 nonce = lock(terms, LegNumber.Two);
        vm.warp(DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.DeadlinePassed.selector, DEADLINE, DEADLINE));
        bridgeB.withdraw(nonce);
        vm.expectEmit(address(arbiter));
        emit ISwapArbiter.SwapCancelled(terms.id());
        arbiter.cancel(terms);
        assertState(terms, SwapState.Cancelled);
    }

    function test_T71_aDecisionIsForEver() public {
        Terms memory settled = etherForTokens();
        lockAndTell(settled, LegNumber.One);
        lockAndTell(settled, LegNumber.Two);
        Terms memory cancelled = etherForTokens();
        cancelled.salt = keccak256("other");
        uint64 nonce = lock(cancelled, LegNumber.One);
        vm.warp(DEADLINE);
        arbiter.cancel(cancelled);
        vm.expectRevert(
            abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, cancelled.id(), SwapState.Cancelled)
        );
        arbiter.cancel(cancelled);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, settled.id(), SwapState.Settled));
        arbiter.cancel(settled);
        // also if L1's time went back
        vm.warp(DEADLINE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, cancelled.id(), SwapState.Cancelled)
        );
        bridgeA.withdraw(nonce);
    }

    function test_announce_onlyWhatIsDecided() public {
        Terms memory terms = etherForTokens();
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, terms.id(), SwapState.Open));
        arbiter.announce(terms, LegNumber.One);
        lockAndTell(terms, LegNumber.Two);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, terms.id(), SwapState.TwoLocked));
        arbiter.announce(terms, LegNumber.One);
        vm.warp(DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.WrongSwapState.selector, terms.id(), SwapState.TwoLocked));
        arbiter.announce(terms, LegNumber.One);
    }

    function test_announce_tellsEachVaultTheSame() public {
        Terms memory terms = etherForTokens();
        lockAndTell(terms, LegNumber.One);
        lockAndTell(terms, LegNumber.Two);
        vm.expectEmit(address(arbiter));
        emit ISwapArbiter.Announced(terms.id(), LegNumber.One, SwapState.Settled, 0);
        assertEq(arbiter.announce(terms, LegNumber.One), 0);
        assertEq(arbiter.announce(terms, LegNumber.One), 1, "again, by anyone");
        assertEq(arbiter.announce(terms, LegNumber.Two), 0);
        Letter memory letter = bridgeA.down()[1];
        assertEq(letter.sender, address(arbiter));
        assertEq(letter.target, address(vaultA));
        assertEq(letter.data, abi.encodeCall(ISwapVault.settle, (terms, LegNumber.One)));
        assertEq(bridgeB.down()[0].data, abi.encodeCall(ISwapVault.settle, (terms, LegNumber.Two)));
    }

    function test_announce_aCancelledSwap() public {
        Terms memory terms = etherForTokens();
        vm.warp(DEADLINE);
        arbiter.cancel(terms);
        arbiter.announce(terms, LegNumber.Two);
        assertEq(bridgeB.down()[0].data, abi.encodeCall(ISwapVault.cancel, (terms, LegNumber.Two)));
    }

    function test_announce_aBrokenBridgeBlocksItsOwnLegAlone() public {
        Terms memory terms = etherForTokens();
        lockAndTell(terms, LegNumber.One);
        lockAndTell(terms, LegNumber.Two);
        bridgeB.breakDown();
        vm.expectRevert(BridgeDouble.Broken.selector);
        arbiter.announce(terms, LegNumber.Two);
        announceAndRelay(terms, LegNumber.One);
        assertLegs(terms, LegState.Settled, LegState.Locked);
        bridgeB.mend();
        announceAndRelay(terms, LegNumber.Two);
        assertLegs(terms, LegState.Settled, LegState.Settled);
    }

    /// @dev A Bridge of the attacker's own decides the swaps that name it, and nothing about others.
    function test_T71_aFalseBridgeDecidesItsOwnSwapsAlone() public {
        FalseBridge falseBridge = new FalseBridge();
        Terms memory honest = etherForTokens();
        Terms memory signed = etherForTokens();
        signed.two.bridge = address(falseBridge);
        lockAndTell(signed, LegNumber.One);
        falseBridge.tell(arbiter, signed, LegNumber.Two, signed.two.vault);
        assertState(signed, SwapState.Settled);
        assertState(honest, SwapState.Open);
        vm.expectRevert(abi.encodeWithSelector(ISwapArbiter.NotFromVault.selector, falseBridge));
        falseBridge.tell(arbiter, honest, LegNumber.Two, signed.two.vault);
        vm.warp(DEADLINE);
        assertEq(arbiter.announce(signed, LegNumber.Two), 7, "whatever it tries, nothing is decided again");
        assertState(signed, SwapState.Settled);
    }

    function test_wrongArbiter() public {
        Terms memory terms = etherForTokens();
        terms.arbiter = address(new SwapArbiter());
        bytes memory refusal = abi.encodeWithSelector(ISwapArbiter.WrongArbiter.selector, terms.arbiter);
        vm.warp(DEADLINE);
        vm.expectRevert(refusal);
        arbiter.onLocked(terms, LegNumber.One);
        vm.expectRevert(refusal);
        arbiter.cancel(terms);
        vm.expectRevert(refusal);
        arbiter.announce(terms, LegNumber.One);
    }

    function test_aBridgeWithoutCode() public {
        Terms memory terms = etherForTokens();
        terms.one.bridge = makeAddr("nothing");
        vm.expectRevert();
        arbiter.onLocked(terms, LegNumber.One);
        assertState(terms, SwapState.Open);
    }
}
