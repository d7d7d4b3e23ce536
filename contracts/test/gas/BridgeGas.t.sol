// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Passage} from "../../src/bridge/Passage.sol";
import {WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {IPassage} from "../../src/interfaces/IPassage.sol";
import {ITokenEscrow} from "../../src/interfaces/ITokenEscrow.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Message} from "../../src/types/Message.sol";
import {ConfirmedMessages} from "../support/ConfirmedMessages.sol";
import {Coin} from "../support/Tokens.sol";

/// @notice What the bridge costs: each verb as a transaction of its own, intrinsic gas included, in snapshots/Bridge.json.
contract BridgeGasTest is ConfirmedMessages {
    string private constant GROUP = "Bridge";
    address private constant ALICE = address(0xa11ce);

    Coin private coin = new Coin();
    Passage private passage = new Passage();

    function setUp() public override {
        super.setUp();
        vm.deal(address(this), 100 ether);
        vm.deal(ALICE, 1 ether);
        coin.mint(address(this), 1000);
        coin.mint(ALICE, 1000);
        coin.approve(address(tokenEscrow), 1000);
    }

    function _snap(string memory verb) private returns (uint256) {
        return vm.snapshotGasLastCall(GROUP, verb);
    }

    /// @dev Some traffic before, so that no counter is zero.
    function _traffic() private {
        for (uint256 i = 0; i < 20; ++i) {
            bridge.sendMessage{value: 0.01 ether}(ALICE, "");
        }
        append();
        vm.deal(address(this), 100 ether);
    }

    /// forge-config: default.isolate = true
    function test_gas_down() public {
        _traffic();
        bridge.deposit{value: 1 ether}(ALICE);
        _snap("deposit");
        bytes memory data = new bytes(100);
        bridge.sendMessage(ALICE, data);
        _snap("sendMessage, 100 bytes");
        bridge.sendMessage{value: 1 ether}(ALICE, data);
        _snap("sendMessage, 100 bytes, with ETH");
        tokenEscrow.deposit(address(coin), ALICE, 10);
        tokenEscrow.deposit(address(coin), ALICE, 10);
        _snap("TokenEscrow.deposit");
        assertEq(tokenEscrow.escrowed(address(coin)), 20);
    }

    /// What a deposit costs once the ring has been filled: its word has been used before.
    /// forge-config: default.isolate = true
    function test_gas_depositIntoAUsedWord() public {
        _traffic();
        vm.record();
        bridge.deposit{value: 1 ether}(ALICE);
        (, bytes32[] memory written) = vm.accesses(address(inbox));
        bytes32 word = bytes32(uint256(written[0]) + 1);
        assertEq(vm.load(address(inbox), word), 0);
        vm.store(address(inbox), word, bytes32(uint256(1)));
        bridge.deposit{value: 1 ether}(address(0xb0b));
        _snap("deposit, after the first 4,096");
        bytes32 expected = bytes32((uint256(1e9) << 160) | 0xb0b);
        assertEq(vm.load(address(inbox), word), expected);
    }

    /// forge-config: default.isolate = true
    function test_gas_append() public {
        bytes memory batch = _batch();
        _traffic();
        append();
        vm.deal(address(this), 100 ether);
        inbox.append{value: 1 ether}(address(0xfee), batch);
        _snap("append of 4 KiB, no deposits wait");
        for (uint256 i = 0; i < 16; ++i) {
            bridge.deposit{value: 1 ether}(ALICE);
        }
        inbox.append{value: 1 ether}(address(0xfee), batch);
        _snap("append of 4 KiB, 16 deposits");
        assertEq(inbox.depositsTaken(), inbox.depositsQueued());
    }

    /// forge-config: default.isolate = true
    function test_gas_withdraw() public {
        vm.deal(address(bridge), 10 ether);
        (Message memory message, WithdrawalProof memory proof) = confirmed(Message(0, ALICE, ALICE, 1 ether, ""));
        bridge.withdraw(message, proof);
        _snap("withdraw ETH");
        assertEq(ALICE.balance, 2 ether);
    }

    /// forge-config: default.isolate = true
    function test_gas_withdrawFromASmallL2() public {
        (accountLevels, messageLevels) = (4, 3);
        vm.deal(address(bridge), 10 ether);
        (Message memory message, WithdrawalProof memory proof) = confirmed(Message(0, ALICE, ALICE, 1 ether, ""));
        bridge.withdraw(message, proof);
        _snap("withdraw ETH, from an L2 of ten thousands of accounts");
        assertEq(ALICE.balance, 2 ether);
    }

    /// forge-config: default.isolate = true
    function test_gas_withdrawAfterTheOutboxIsProven() public {
        vm.deal(address(bridge), 10 ether);
        (Message memory message, WithdrawalProof memory proof) = confirmed(Message(0, ALICE, ALICE, 1 ether, ""));
        bridge.proveOutbox(proof.claim, proof.boundary, proof.accountProof);
        _snap("proveOutbox, once a claim");
        (proof.boundary, proof.accountProof) = ("", new bytes[](0));
        bridge.withdraw(message, proof);
        uint256 gas = _snap("withdraw ETH, the Outbox proven before");
        assertEq(ALICE.balance, 2 ether);
        assertLt(gas, 228_274, "what OP's prove and finalize take");
    }

    /// forge-config: default.isolate = true
    function test_gas_release() public {
        tokenEscrow.deposit(address(coin), ALICE, 20);
        bytes memory call = abi.encodeCall(ITokenEscrow.release, (address(coin), ALICE, 10));
        (Message memory message, WithdrawalProof memory proof) =
            confirmed(Message(0, Predeploys.TOKEN_BRIDGE, address(tokenEscrow), 0, call));
        bridge.withdraw(message, proof);
        _snap("withdraw of a token");
        assertEq(coin.balanceOf(ALICE), 1010);
    }

    /// From a rollup to itself: what it writes at the other end is the same.
    /// forge-config: default.isolate = true
    function test_gas_forward() public {
        _traffic();
        vm.deal(address(bridge), 10 ether);
        bytes memory call = abi.encodeCall(IPassage.forward, (bridge, ALICE, new bytes(100)));
        (Message memory message, WithdrawalProof memory proof) =
            confirmed(Message(0, ALICE, address(passage), 1 ether, call));
        uint64 sent = inbox.messageCount();
        bridge.withdraw(message, proof);
        _snap("withdraw that forwards 100 bytes and ETH to another rollup");
        assertEq(inbox.messageCount(), sent + 1);
    }

    function _batch() private pure returns (bytes memory batch) {
        batch = new bytes(4096);
        for (uint256 i = 0; i < 4096; i += 32) {
            bytes32 word = keccak256(abi.encode(i));
            assembly ("memory-safe") {
                mstore(add(add(batch, 32), i), word)
            }
        }
    }

    receive() external payable {}
}
