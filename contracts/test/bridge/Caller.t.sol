// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Caller} from "../../src/bridge/Caller.sol";
import {ICaller} from "../../src/interfaces/ICaller.sol";
import {Recorder} from "../support/Receivers.sol";
import {ForcedEther} from "../support/Recipients.sol";
import {Test} from "../support/TestBase.sol";

/// @notice The test is its Bridge.
contract CallerTest is Test {
    address private constant ALICE = address(0xa11ce);

    Caller private caller = new Caller();
    Recorder private recorder = new Recorder();

    function test_call() public {
        vm.deal(address(this), 1 ether);
        assertTrue(caller.call{value: 1 ether}(ALICE, address(recorder), "data"));
        assertEq(recorder.caller(), address(caller));
        assertEq(recorder.sender(), ALICE);
        assertEq(recorder.value(), 1 ether);
        assertEq(recorder.data(), "data");
    }

    function test_call_saysThatTheTargetFailed() public {
        recorder.setRefuses(true);
        assertFalse(caller.call(ALICE, address(recorder), ""));
    }

    function test_sender_onlyDuringAMessage() public {
        vm.expectRevert(ICaller.NoMessage.selector);
        caller.sender();
        assertTrue(caller.call(ALICE, address(recorder), ""));
        vm.expectRevert(ICaller.NoMessage.selector);
        caller.sender();
        recorder.setRefuses(true);
        assertFalse(caller.call(ALICE, address(recorder), ""));
        vm.expectRevert(ICaller.NoMessage.selector);
        caller.sender();
    }

    function test_T73_call_onlyByTheBridge() public {
        assertEq(caller.bridge(), address(this));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ICaller.NotBridge.selector, ALICE));
        // forge-lint: disable-next-line(unchecked-call)
        caller.call(ALICE, address(recorder), "");
        assertFalse(caller.call(ALICE, address(caller), abi.encodeCall(ICaller.call, (ALICE, address(recorder), ""))));
        assertEq(recorder.calls(), 0);
    }

    function test_call_doesNotSendMoreThanItIsGiven() public {
        (bool success,) = address(caller).call{value: 0}("");
        assertFalse(success);
        vm.deal(address(this), 2 ether);
        ForcedEther.send(address(caller), 1 ether);
        assertTrue(caller.call(ALICE, address(recorder), ""));
        assertEq(address(recorder).balance, 0);
    }
}
