// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Record} from "../../src/machine/Record.sol";
import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {ClaimStatus} from "../../src/interfaces/IRollup.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Message} from "../../src/types/Message.sol";
import {BridgeWorld, BridgedRollup} from "../support/BridgeWorld.sol";
import {Recorder} from "../support/Receivers.sol";
import {ForcedEther} from "../support/Recipients.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Users, attackers and the L2, which credits what the events of the Inbox say, and lets nobody send what he has not.
contract BridgeHandler is BridgeWorld {
    using SafeCast for uint256;

    struct Down {
        uint256 value;
        uint256 to;
        bool relayed;
    }

    uint256 private constant USERS = 3;

    BridgedRollup private _on;
    Recorder private _recorder = new Recorder();

    /// @dev ETH on L2.
    mapping(address account => uint256) private _balances;
    address[] private _users;
    Down[] private _down;
    Message[] private _up;
    mapping(bytes32 hash => bool) private _carriedOut;

    /// @notice Wei that deposits which no block has taken yet brought.
    uint256 public queued;
    /// @notice Wei that left L2 by messages which are not carried out.
    uint256 public leaving;
    /// @notice Wei that nobody sent.
    uint256 public forced;
    uint256 public withdrawals;

    constructor() {
        vm.warp(GENESIS_TIME + 100);
        _on = newRollup(0);
        for (uint256 i = 0; i < USERS; ++i) {
            _users.push(makeAddr(string.concat("user", vm.toString(i))));
        }
    }

    function bridge() external view returns (IBridge) {
        return _on.bridge;
    }

    /// @notice ETH of all accounts on L2 that can still spend it.
    function onL2() external view returns (uint256 total) {
        total = _balances[Predeploys.L1_MESSENGER];
        for (uint256 i = 0; i < USERS; ++i) {
            total += _balances[_users[i]];
        }
    }

    // On L1

    function deposit(uint256 who, uint256 gweis) external {
        uint256 value = bound(gweis, 1, 5e9) * 1 gwei;
        bool enough = value >= _on.bridge.minimumDeposit();
        vm.deal(address(this), value);
        try _on.bridge.deposit{value: value}(_user(who)) {
            assertTrue(enough);
            queued += value;
        } catch {
            assertFalse(enough);
        }
    }

    function sendMessage(uint256 to, uint256 gweis) external {
        uint256 value = gweis % 2 == 0 ? 0 : bound(gweis, 1e7, 5e9) * 1 gwei;
        bool enough = value == 0 || value >= _on.bridge.minimumDeposit();
        vm.deal(address(this), value);
        try _on.bridge.sendMessage{value: value}(_user(to), "") returns (uint64 nonce) {
            assertTrue(enough);
            assertEq(nonce, _down.length);
            _down.push(Down(value, to % USERS, false));
            queued += value;
        } catch {
            assertFalse(enough);
        }
    }

    /// Many deposits at once, so that the minimum rises.
    function flood(uint256 count) external {
        count = bound(count, 1, 80);
        for (uint256 i = 0; i < count; ++i) {
            uint256 value = _on.bridge.minimumDeposit();
            vm.deal(address(this), value);
            _on.bridge.deposit{value: value}(_user(i));
            queued += value;
        }
    }

    function forceEther(uint256 amount) external {
        amount = bound(amount, 1, 1 ether);
        vm.deal(address(this), amount);
        ForcedEther.send(address(_on.bridge), amount);
        forced += amount;
    }

    function setRefuses(bool refuses) external {
        _recorder.setRefuses(refuses);
    }

    /// @param which a message; beyond those that were sent, one that never was
    function withdraw(uint256 which, uint256 status, uint256 gas) external {
        which = bound(which, 0, _up.length);
        bool sent = which < _up.length;
        Message memory message = sent ? _up[which] : Message(which.toUint64(), _users[0], _users[0], 1 ether, "");
        ClaimStatus claimed = status % 4 == 0 ? ClaimStatus(status / 4 % 4) : ClaimStatus.Confirmed;
        WithdrawalProof memory proof = proofIn(_on, message, claimed);
        bytes32 hash = upHash(_on, message);
        gas = gas % 4 == 0 ? bound(gas, 30_000, 400_000) : 10_000_000;
        uint256 deposits = _on.inbox.depositsQueued();
        (bool success,) = address(_on.bridge).call{gas: gas}(abi.encodeCall(IBridge.withdraw, (message, proof)));
        assertEq(_on.bridge.withdrawn(hash), success || _carriedOut[hash]);
        if (!success) return;
        assertTrue(sent && claimed == ClaimStatus.Confirmed && !_carriedOut[hash]);
        assertFalse(message.target == address(_recorder) && _recorder.refuses());
        _carriedOut[hash] = true;
        leaving -= message.value;
        ++withdrawals;
        // a message may deposit its value again
        if (_on.inbox.depositsQueued() != deposits) queued += message.value;
    }

    // On L2

    /// A block: it credits the deposits that its record has.
    function appendBlock() external {
        vm.recordLogs();
        append(_on);
        (, Record memory record,, bytes memory deposits) =
            abi.decode(vm.getRecordedLogs()[0].data, (bytes32, Record, bytes, bytes));
        assertEq(record.depositsHash, keccak256(deposits));
        assertEq(uint256(record.depositCount) * 36, deposits.length);
        for (uint256 offset = 0; offset < deposits.length; offset += 36) {
            uint256 packed;
            assembly ("memory-safe") {
                packed := mload(add(add(deposits, 36), offset))
            }
            // an account and an amount, their low bits
            // forge-lint: disable-next-line(unsafe-typecast)
            (address account, uint256 amount) = (address(uint160(packed >> 64)), uint256(uint64(packed)) * 1 gwei);
            _balances[account] += amount;
            queued -= amount;
        }
    }

    /// L1Messenger pays out of what it has, to whom the message says.
    function relay(uint256 which) external {
        if (_down.length == 0) return;
        Down storage message = _down[which % _down.length];
        if (message.relayed || _balances[Predeploys.L1_MESSENGER] < message.value) return;
        message.relayed = true;
        _balances[Predeploys.L1_MESSENGER] -= message.value;
        _balances[_users[message.to]] += message.value;
    }

    /// Whoever has ETH on L2 sends it to L1: to an account, to a contract, back into the Bridge.
    function send(uint256 who, uint256 amount, uint256 kind) external {
        if (_up.length == 24) return;
        address sender = _user(who);
        amount = bound(amount, 0, _balances[sender]);
        Message memory message = Message(uint64(_up.length), sender, sender, amount, "");
        if (kind % 3 == 1) message.target = address(_recorder);
        if (kind % 3 == 2) {
            message.target = address(_on.bridge);
            message.data = abi.encodeCall(IBridge.deposit, (sender));
        }
        _balances[sender] -= amount;
        leaving += amount;
        _up.push(message);
        _on.l2.send(upHash(_on, message));
    }

    function _user(uint256 who) private view returns (address) {
        return _users[who % USERS];
    }
}

contract BridgeInvariantTest is Test {
    BridgeHandler private handler;

    function setUp() public {
        handler = new BridgeHandler();
        targetContract(address(handler));
    }

    /// ETH goes down, from hand to hand by a message, and up again.
    function test_T72_roundTrip() public {
        handler.deposit(0, 1e9);
        handler.sendMessage(1, 1e9 + 1);
        handler.appendBlock();
        assertEq(handler.queued(), 0);
        handler.relay(0);
        for (uint256 kind = 0; kind < 3; ++kind) {
            handler.send(0, 0.1 ether, kind);
            handler.withdraw(kind, 1, 1);
        }
        handler.withdraw(0, 1, 1);
        handler.withdraw(3, 1, 1);
        assertEq(handler.withdrawals(), 3);
        assertEq(handler.queued(), 0.1 ether, "the third came back");
        invariant_T72_etherInIsEtherOwed();
    }

    /// Every wei on L2, on the way to it and on the way from it is in the Bridge, and nothing else is but what was forced in.
    /// forge-config: default.invariant.runs = 24
    function invariant_T72_etherInIsEtherOwed() public view {
        IBridge bridge = handler.bridge();
        uint256 owed = handler.onL2() + handler.queued() + handler.leaving();
        assertEq(address(bridge).balance, owed + handler.forced());
        assertEq(address(bridge.caller()).balance, 0);
        IInbox inbox = bridge.inbox();
        assertLe(inbox.depositsTaken(), inbox.depositsQueued());
    }
}
