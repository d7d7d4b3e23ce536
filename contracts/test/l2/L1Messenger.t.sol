// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IL1Messenger} from "../../src/interfaces/IL1Messenger.sol";
import {IOutbox} from "../../src/interfaces/IOutbox.sol";
import {ITokenBridge} from "../../src/interfaces/ITokenBridge.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {L2World} from "../support/L2World.sol";
import {MessageTreeOracle} from "../support/MessageTreeOracle.sol";

/// Remembers how it was called, and fails as long as it is told to.
contract Receiver {
    address public caller;
    address public sender;
    uint256 public value;
    bytes public data;
    bool public closed;

    error Closed();

    receive() external payable {}

    fallback() external payable {
        if (closed) revert Closed();
        (caller, sender, value, data) = (msg.sender, IL1Messenger(msg.sender).sender(), msg.value, msg.data);
    }

    function close(bool closed_) external {
        closed = closed_;
    }
}

/// Relays the message it was given, out of the call of another.
contract Relayer {
    Message private _message;
    uint64 private _timestamp;
    bytes32[32] private _siblings;
    bytes4 public refusal;

    function prepare(Message calldata message, uint64 timestamp, bytes32[32] calldata siblings) external {
        (_message, _timestamp, _siblings) = (message, timestamp, siblings);
    }

    fallback() external {
        try IL1Messenger(msg.sender).relay(_message, _timestamp, _siblings) {}
        catch (bytes memory reason) {
            // its first bytes: the error's selector
            // forge-lint: disable-next-line(unsafe-typecast)
            refusal = bytes4(reason);
        }
    }
}

/// Takes all gas it gets.
contract Furnace {
    fallback() external {
        while (true) {}
    }
}

/// Returns, or reverts with, more than anyone would copy.
contract Bomb {
    bool private immutable _explodes;

    constructor(bool explodes) {
        _explodes = explodes;
    }

    fallback() external {
        bool explodes = _explodes;
        assembly ("memory-safe") {
            if explodes { revert(0, 100000) }
            return(0, 100000)
        }
    }
}

contract L1MessengerTest is L2World {
    address private constant ALICE = address(0xa11ce);

    Receiver private receiver;

    function setUp() public override {
        super.setUp();
        receiver = new Receiver();
        vm.deal(address(MESSENGER), 10 ether);
    }

    function _anyMessage() private returns (Message memory) {
        return _sent(ALICE, address(receiver), 1 ether, "hello");
    }

    function test_relay_callsForTheSenderWithTheValue() public {
        _sent(address(1), address(2), 0, "");
        Message memory message = _anyMessage();
        _sent(address(1), address(2), 0, "");
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, 1);
        uint64 timestamp = _beginBlock();
        vm.expectEmit(address(MESSENGER));
        emit IL1Messenger.Relayed(_hash(message));
        MESSENGER.relay(message, timestamp, siblings);
        assertEq(receiver.caller(), address(MESSENGER));
        assertEq(receiver.sender(), ALICE);
        assertEq(receiver.value(), 1 ether);
        assertEq(receiver.data(), "hello");
        assertEq(address(receiver).balance, 1 ether);
        assertTrue(MESSENGER.isRelayed(_hash(message)));
        assertEq(MESSENGER.l1ChainId(), L1_CHAIN_ID);
        assertEq(MESSENGER.bridge(), BRIDGE);
    }

    function test_relay_provesAgainstAnyRootThatIsNotOlder() public {
        _sent(address(1), address(2), 0, "");
        uint64 before = _beginBlock();
        Message memory message = _anyMessage();
        skip(1);
        uint64 first = _beginBlock();
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, message.nonce);
        bytes32[] memory old = new bytes32[](1);
        old[0] = leaves[0];
        for (uint256 i = 0; i < 9; ++i) {
            _sent(address(1), address(2), i, "");
        }
        skip(1);
        (, bytes32[32] memory newer) = MessageTreeOracle.open(leaves, message.nonce);
        uint64 last = _beginBlock();

        bytes32 hash = _hash(message);
        vm.expectRevert(abi.encodeWithSelector(IL1Messenger.NotInTree.selector, hash, MessageTreeOracle.root(old)));
        MESSENGER.relay(message, before, siblings);
        uint256 snapshot = vm.snapshotState();
        MESSENGER.relay(message, first, siblings);
        assertTrue(vm.revertToState(snapshot));
        MESSENGER.relay(message, last, newer);
        assertTrue(MESSENGER.isRelayed(hash));
    }

    function test_relay_onceUnderWhateverRoot() public {
        Message memory message = _anyMessage();
        _relay(message);
        bytes memory refusal = abi.encodeWithSelector(IL1Messenger.AlreadyRelayed.selector, _hash(message));
        _refuse(message, refusal);
        skip(5);
        _sent(address(1), address(2), 0, "");
        _refuse(message, refusal);
        assertEq(address(receiver).balance, 1 ether);
    }

    function test_relay_refusesRootsThatAreNotHeld() public {
        Message memory message = _anyMessage();
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, 0);
        uint64 held = _beginBlock();
        uint64[4] memory others = [held + 1, held - 1, held + 8191, 0];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IL1Messenger.UnknownRoot.selector, others[i]));
            MESSENGER.relay(message, others[i], siblings);
        }
        // a long silence ages no root
        skip(10 days);
        uint256 snapshot = vm.snapshotState();
        MESSENGER.relay(message, held, siblings);
        assertTrue(vm.revertToState(snapshot));

        // the slot's next use overwrites it
        vm.warp(held + 8191);
        uint64 later = _beginBlock();
        vm.expectRevert(abi.encodeWithSelector(IL1Messenger.UnknownRoot.selector, held));
        MESSENGER.relay(message, held, siblings);
        MESSENGER.relay(message, later, siblings);
        assertEq(address(receiver).balance, 1 ether);
    }

    function test_T58_relay_refusesMessagesOfOtherBridgesChainsAndDirections() public {
        Message memory message = Message(0, ALICE, address(receiver), 1 ether, "hello");
        bytes32[3] memory strangers = [
            message.hash(Direction.Up, L1_CHAIN_ID, BRIDGE),
            message.hash(Direction.Down, L1_CHAIN_ID + 1, BRIDGE),
            message.hash(Direction.Down, L1_CHAIN_ID, address(0xb2))
        ];
        for (uint256 i = 0; i < strangers.length; ++i) {
            delete leaves;
            leaves.push(strangers[i]);
            bytes32 root = MessageTreeOracle.root(leaves);
            _refuse(message, abi.encodeWithSelector(IL1Messenger.NotInTree.selector, _hash(message), root));
            skip(1);
        }
    }

    function testFuzz_relay_bindsEveryFieldAndSibling(uint256 what, uint256 by) public {
        for (uint256 i = 0; i < 5; ++i) {
            _sent(address(1), address(2), i, "");
        }
        Message memory message = _anyMessage();
        _sent(address(1), address(2), 7, "");
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, message.nonce);
        uint64 timestamp = _beginBlock();
        what = bound(what, 0, 4 + 32);
        uint160 shift = uint160(bound(by, 1, type(uint64).max));
        // it is bounded by 64 bits
        // forge-lint: disable-next-line(unsafe-typecast)
        if (what == 0) message.nonce ^= uint64(shift);
        else if (what == 1) message.sender = address(uint160(message.sender) ^ shift);
        else if (what == 2) message.target = address(uint160(message.target) ^ shift);
        else if (what == 3) message.value ^= shift;
        else if (what == 4) message.data = abi.encode(shift);
        else siblings[what - 5] ^= bytes32(uint256(shift));
        vm.expectPartialRevert(IL1Messenger.NotInTree.selector);
        MESSENGER.relay(message, timestamp, siblings);
    }

    function test_relay_refusesIndicesBeyondTheTree() public {
        Message memory message = Message(2 ** 32, ALICE, address(receiver), 0, "");
        leaves.push(_hash(message));
        (bytes32 root, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, 0);
        uint64 timestamp = _beginBlock();
        vm.expectRevert(abi.encodeWithSelector(IL1Messenger.NotInTree.selector, leaves[0], root));
        MESSENGER.relay(message, timestamp, siblings);
    }

    function test_relay_failedCallsCanBeTriedAgain() public {
        Message memory message = _anyMessage();
        receiver.close(true);
        bytes memory reason = abi.encodeWithSelector(Receiver.Closed.selector);
        _refuse(message, abi.encodeWithSelector(IL1Messenger.CallFailed.selector, reason));
        assertFalse(MESSENGER.isRelayed(_hash(message)));
        assertEq(address(MESSENGER).balance, 10 ether);
        receiver.close(false);
        _relay(message);
        assertEq(address(receiver).balance, 1 ether);
    }

    function test_relay_tooLittleGasChangesNothing() public {
        Message memory message = _anyMessage();
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, 0);
        uint64 timestamp = _beginBlock();
        for (uint256 gas_ = 40_000; gas_ < 180_000; gas_ += 10_000) {
            uint256 snapshot = vm.snapshotState();
            try MESSENGER.relay{gas: gas_}(message, timestamp, siblings) {
                assertEq(address(receiver).balance, 1 ether, "all of it");
            } catch {
                assertFalse(MESSENGER.isRelayed(_hash(message)), "nothing of it");
                assertEq(address(receiver).balance, 0);
            }
            assertTrue(vm.revertToState(snapshot));
        }
        MESSENGER.relay(message, timestamp, siblings);
    }

    function test_relay_targetThatTakesAllGas() public {
        Message memory message = _sent(ALICE, address(new Furnace()), 0, "");
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, 0);
        uint64 timestamp = _beginBlock();
        vm.expectRevert(abi.encodeWithSelector(IL1Messenger.CallFailed.selector, ""));
        MESSENGER.relay{gas: 1_000_000}(message, timestamp, siblings);
    }

    function test_relay_copiesNothingOfASuccess() public {
        Message memory quiet = _sent(ALICE, address(new Bomb(false)), 0, "");
        Message memory loud = _sent(ALICE, address(new Bomb(true)), 0, "");
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, loud.nonce);
        uint64 timestamp = _beginBlock();
        uint256 left = gasleft();
        vm.expectPartialRevert(IL1Messenger.CallFailed.selector);
        MESSENGER.relay(loud, timestamp, siblings);
        uint256 ofFailure = left - gasleft();
        (, siblings) = MessageTreeOracle.open(leaves, quiet.nonce);
        left = gasleft();
        MESSENGER.relay(quiet, timestamp, siblings);
        assertLt(left - gasleft(), ofFailure / 2);
    }

    function test_relay_refusesReentrancy() public {
        Relayer relayer = new Relayer();
        Message memory outer = _sent(ALICE, address(relayer), 0, "");
        Message memory inner = _anyMessage();
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, inner.nonce);
        relayer.prepare(inner, _beginBlock(), siblings);
        _relay(outer);
        assertEq(relayer.refusal(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertFalse(MESSENGER.isRelayed(_hash(inner)));
        _relay(inner);
    }

    function test_relay_refusesItselfAsTarget() public {
        bytes memory data = abi.encodeCall(IL1Messenger.sender, ());
        Message memory message = _sent(ALICE, address(MESSENGER), 1 ether, data);
        _refuse(message, abi.encodeWithSelector(IL1Messenger.TargetIsMessenger.selector));
    }

    function test_relay_toTheOtherPredeploysGivesNoRights() public {
        bytes memory mint = abi.encodeCall(ITokenBridge.mint, (address(1), "", "", 18, ALICE, 1));
        Message memory forged = _sent(ALICE, address(TOKEN_BRIDGE), 0, mint);
        bytes memory reason = abi.encodeWithSelector(ITokenBridge.NotEscrow.selector);
        _refuse(forged, abi.encodeWithSelector(IL1Messenger.CallFailed.selector, reason));

        skip(1);
        Message memory back = _sent(ALICE, address(OUTBOX), 1 ether, abi.encodeCall(IOutbox.send, (ALICE, "")));
        _relay(back);
        bytes32 up = Message(0, address(MESSENGER), ALICE, 1 ether, "").hash(Direction.Up, L1_CHAIN_ID, BRIDGE);
        assertTrue(OUTBOX.isSent(up), "in the messenger's name, not in Alice's");
    }

    function test_relay_toPrecompilesAndToNoCode() public {
        _relay(_sent(ALICE, address(2), 0, "sha256 takes anything"));
        skip(1);
        Message memory refused = _sent(ALICE, address(9), 0, "not what blake2f takes");
        _refuse(refused, abi.encodeWithSelector(IL1Messenger.CallFailed.selector, ""));
        skip(1);
        _relay(_sent(ALICE, address(0xe0a), 2 ether, "a payment with a note"));
        assertEq(address(0xe0a).balance, 2 ether);
    }

    function test_relay_waitsForTheDeposit() public {
        vm.deal(address(MESSENGER), 1 ether);
        Message memory first = _anyMessage();
        Message memory second = _sent(ALICE, address(0xe0a), 1 ether, "");
        // whoever is relayed first takes what is there; the other's deposit is still in the queue
        _relay(second);
        skip(1);
        _refuse(first, abi.encodeWithSelector(IL1Messenger.ValueNotCredited.selector, 1 ether, 0));
        vm.deal(address(MESSENGER), 1 ether);
        _relay(first);
        assertEq(address(receiver).balance, 1 ether);
        assertEq(address(MESSENGER).balance, 0);
    }

    function test_sender_onlyDuringAMessage() public {
        vm.expectRevert(IL1Messenger.NoMessage.selector);
        MESSENGER.sender();
        _relay(_anyMessage());
        vm.expectRevert(IL1Messenger.NoMessage.selector);
        MESSENGER.sender();
    }

    function test_plainEtherIsRefused() public {
        vm.deal(address(this), 1 ether);
        (bool taken,) = address(MESSENGER).call{value: 1}("");
        assertFalse(taken);
    }
}
