// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SwapArbiter} from "../../src/bridge/SwapArbiter.sol";
import {WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ICaller} from "../../src/interfaces/ICaller.sol";
import {ISwapArbiter} from "../../src/interfaces/ISwapArbiter.sol";
import {Message} from "../../src/types/Message.sol";
import {Leg, LegNumber, SwapState, Terms} from "../../src/types/Swap.sol";
import {ConfirmedMessages} from "../support/ConfirmedMessages.sol";

/// @notice What a swap costs on L1: each verb as a transaction of its own, intrinsic gas included, in snapshots/Swap.json, on
/// rollups as large as BridgeGas has them. Both legs are on one rollup, which changes nothing for a verb.
contract SwapGasTest is ConfirmedMessages {
    string private constant GROUP = "Swap";
    address private constant VAULT = address(0x7a017);

    SwapArbiter private arbiter = new SwapArbiter();

    function _terms() private view returns (Terms memory) {
        Leg memory ether_ = Leg(address(bridge), VAULT, address(0), address(0xa11ce), address(0xb0b), 3 ether);
        Leg memory tokens = Leg(address(bridge), VAULT, address(0x70), address(0xb0b), address(0xa11ce), 5000);
        return Terms(address(arbiter), ether_, tokens, uint64(block.timestamp + 30 days), keccak256("salt"));
    }

    function _snap(string memory verb) private {
        vm.snapshotGasLastCall(GROUP, verb);
    }

    /// forge-config: default.isolate = true
    function test_gas_firstLock() public {
        Terms memory terms = _terms();
        _withdraw(terms, LegNumber.One);
        _snap("withdraw that tells of the first lock");
        assertTrue(arbiter.stateOf(terms.id()) == SwapState.OneLocked);
    }

    /// forge-config: default.isolate = true
    function test_gas_settled() public {
        Terms memory terms = _terms();
        _know(terms, LegNumber.One);
        _withdraw(terms, LegNumber.Two);
        _snap("withdraw that tells of the second lock, and settles");
        bridge.sendMessage(VAULT, "");
        arbiter.announce(terms, LegNumber.One);
        _snap("announce, one leg");
        assertTrue(arbiter.stateOf(terms.id()) == SwapState.Settled);
    }

    /// forge-config: default.isolate = true
    function test_gas_cancel() public {
        Terms memory terms = _terms();
        _know(terms, LegNumber.One);
        vm.warp(terms.deadline);
        arbiter.cancel(terms);
        _snap("cancel, one lock known");
        assertTrue(arbiter.stateOf(terms.id()) == SwapState.Cancelled);
    }

    /// @dev Tells the arbiter of a lock without proving it.
    function _know(Terms memory terms, LegNumber number) private {
        address caller = address(bridge.caller());
        vm.mockCall(caller, abi.encodeCall(ICaller.sender, ()), abi.encode(VAULT));
        vm.prank(caller);
        arbiter.onLocked(terms, number);
        vm.clearMockedCalls();
    }

    /// @dev Proves a lock to the arbiter, in a state that is claimed and confirmed.
    function _withdraw(Terms memory terms, LegNumber number) private {
        bytes memory data = abi.encodeCall(ISwapArbiter.onLocked, (terms, number));
        (Message memory message, WithdrawalProof memory proof) = confirmed(Message(0, VAULT, address(arbiter), 0, data));
        bridge.withdraw(message, proof);
    }
}
