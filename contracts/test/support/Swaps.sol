// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SwapArbiter} from "../../src/bridge/SwapArbiter.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {SwapVault} from "../../src/l2/SwapVault.sol";
import {Leg, LegNumber, LegState, SwapState, Terms} from "../../src/types/Swap.sol";
import {SwapToken} from "./SwapToken.sol";
import {Test} from "./TestBase.sol";

/// @notice A message of either direction.
struct Letter {
    address sender;
    address target;
    bytes data;
}

/// @notice A rollup's Bridge with its Caller, reduced to who may say what: messages up are called once, whenever the
/// test likes (a claim was confirmed and somebody proved it), messages down are kept.
contract BridgeDouble {
    error AlreadyWithdrawn(uint256 index);
    error Broken();

    address public sender;
    bool public isBroken;
    Letter[] private _up;
    Letter[] private _down;
    mapping(uint256 index => bool) public withdrawn;

    function caller() external view returns (address) {
        return address(this);
    }

    function breakDown() external {
        isBroken = true;
    }

    function mend() external {
        isBroken = false;
    }

    /// @dev Of the rollup's Outbox.
    function push(Letter memory letter) external returns (uint64) {
        _up.push(letter);
        return uint64(_up.length - 1);
    }

    /// @notice Calls the target of a message up, as a withdrawal does.
    function withdraw(uint256 index) external {
        if (withdrawn[index]) revert AlreadyWithdrawn(index);
        withdrawn[index] = true;
        sender = _up[index].sender;
        _call(_up[index].target, _up[index].data);
        sender = address(0);
    }

    function sendMessage(address target, bytes calldata data) external returns (uint64) {
        if (isBroken) revert Broken();
        _down.push(Letter(msg.sender, target, data));
        return uint64(_down.length - 1);
    }

    function up() external view returns (Letter[] memory) {
        return _up;
    }

    function down() external view returns (Letter[] memory) {
        return _down;
    }

    function _call(address target, bytes memory data) private {
        (bool done, bytes memory answer) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}

/// @notice The Outboxes of all rollups: which one is meant depends on the vault, of which each rollup has its own.
contract OutboxDouble {
    mapping(address vault => BridgeDouble) private _bridges;

    function assign(address vault, BridgeDouble to) external {
        _bridges[vault] = to;
    }

    function bridge() external view returns (address) {
        return address(_bridges[msg.sender]);
    }

    function send(address target, bytes calldata data) external payable returns (uint64) {
        return _bridges[msg.sender].push(Letter(msg.sender, target, data));
    }
}

/// @notice The L1Messengers of all rollups. It relays a message as often as it is asked: less than the true one
/// promises.
contract MessengerDouble {
    address public sender;

    function relay(Letter calldata letter) external {
        sender = letter.sender;
        (bool done, bytes memory answer) = letter.target.call(letter.data);
        sender = address(0);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}

/// @notice Two rollups of one L1 in one EVM, with an arbiter and a vault each.
abstract contract Swaps is Test {
    uint64 internal constant DEADLINE = 1_800_000_000;

    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");

    SwapArbiter internal arbiter;
    BridgeDouble internal bridgeA;
    BridgeDouble internal bridgeB;
    SwapVault internal vaultA;
    SwapVault internal vaultB;
    SwapToken internal token;

    function setUp() public virtual {
        vm.warp(DEADLINE - 1 days);
        vm.etch(Predeploys.OUTBOX, type(OutboxDouble).runtimeCode);
        vm.etch(Predeploys.L1_MESSENGER, type(MessengerDouble).runtimeCode);
        arbiter = new SwapArbiter();
        (bridgeA, vaultA) = rollup();
        (bridgeB, vaultB) = rollup();
        token = new SwapToken();
    }

    function rollup() internal returns (BridgeDouble bridge, SwapVault vault) {
        (bridge, vault) = (new BridgeDouble(), new SwapVault());
        OutboxDouble(Predeploys.OUTBOX).assign(address(vault), bridge);
    }

    /// @notice Alice's ether on A for Bob's tokens on B.
    function etherForTokens() internal view returns (Terms memory) {
        return Terms({
            arbiter: address(arbiter),
            one: Leg(address(bridgeA), address(vaultA), address(0), alice, bob, 3 ether),
            two: Leg(address(bridgeB), address(vaultB), address(token), bob, alice, 5000),
            deadline: DEADLINE,
            salt: keccak256("salt")
        });
    }

    /// @notice Gives the leg's owner what it takes, and locks it.
    function lock(Terms memory terms, LegNumber number) internal returns (uint64 nonce) {
        Leg memory leg = terms.leg(number);
        uint256 payment = fund(leg);
        vm.prank(leg.from);
        return SwapVault(leg.vault).lock{value: payment}(terms, number);
    }

    /// @notice Gives and approves what a lock takes.
    /// @return payment the ETH that goes with it
    function fund(Leg memory leg) internal returns (uint256 payment) {
        if (leg.token == address(0)) {
            deal(leg.from, leg.from.balance + leg.amount);
            return leg.amount;
        }
        SwapToken(leg.token).mint(leg.from, leg.amount);
        vm.prank(leg.from);
        SwapToken(leg.token).approve(leg.vault, leg.amount);
    }

    /// @notice Locks a leg and tells the arbiter.
    function lockAndTell(Terms memory terms, LegNumber number) internal {
        uint64 nonce = lock(terms, number);
        BridgeDouble(terms.leg(number).bridge).withdraw(nonce);
    }

    /// @notice Sends the outcome and relays it.
    function announceAndRelay(Terms memory terms, LegNumber number) internal {
        uint64 nonce = arbiter.announce(terms, number);
        relay(BridgeDouble(terms.leg(number).bridge).down()[nonce]);
    }

    function relay(Letter memory letter) internal {
        MessengerDouble(Predeploys.L1_MESSENGER).relay(letter);
    }

    /// @notice A message of the arbiter, true or not.
    function verdict(bytes memory data, address vault) internal view returns (Letter memory) {
        return Letter(address(arbiter), vault, data);
    }

    function assertState(Terms memory terms, SwapState expected) internal view {
        assertEq(uint256(arbiter.stateOf(terms.id())), uint256(expected), "swap");
    }

    function assertLegs(Terms memory terms, LegState one, LegState two) internal view {
        assertEq(uint256(legState(terms, LegNumber.One)), uint256(one), "leg one");
        assertEq(uint256(legState(terms, LegNumber.Two)), uint256(two), "leg two");
    }

    function legState(Terms memory terms, LegNumber number) internal view returns (LegState) {
        return SwapVault(terms.leg(number).vault).stateOf(terms.id(), number);
    }
}
