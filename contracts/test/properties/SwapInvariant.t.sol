// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISwapArbiter} from "../../src/interfaces/ISwapArbiter.sol";
import {ISwapVault} from "../../src/interfaces/ISwapVault.sol";
import {SwapVault} from "../../src/l2/SwapVault.sol";
import {Leg, LegNumber, LegState, SwapId, SwapState, Terms} from "../../src/types/Swap.sol";
import {GasBurner, ReturndataBomb} from "../support/Recipients.sol";
import {BridgeDouble, Letter, Swaps} from "../support/Swaps.sol";
import {SwapToken} from "../support/SwapToken.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Swaps between two rollups, in ETH and tokens, by people who lock late or never, recipients that fail, a
/// stranger who sends every message that somebody can make up, and Bridges that stop working. What each leg pays is
/// told from L1's word alone.
contract SwapHandler is Swaps {
    uint256 private constant MAX_SWAPS = 24;

    Terms[] private _swaps;
    /// Wei or tokens that went into each vault and out of it, by this book.
    mapping(address vault => mapping(address asset => uint256)) private _held;
    mapping(string outcome => uint256 times) public reached;
    address[] private _people;
    address[] private _assets;

    constructor() {
        setUp();
        _people = [alice, bob, address(new GasBurner()), address(new ReturndataBomb(true))];
        _assets = [address(0), address(token), address(new SwapToken())];
    }

    // --- what people do ---

    function agree(uint256 seed) external {
        if (_swaps.length == MAX_SWAPS) return;
        Terms memory terms;
        terms.arbiter = address(arbiter);
        terms.one = _leg(uint256(keccak256(abi.encode(seed, 1))));
        terms.two = _leg(uint256(keccak256(abi.encode(seed, 2))));
        // casting to 'uint64' is safe because it is a time
        // forge-lint: disable-next-line(unsafe-typecast)
        terms.deadline = uint64(block.timestamp + seed % 1000);
        terms.salt = bytes32(_swaps.length);
        _swaps.push(terms);
    }

    function lockLeg(uint256 which, bool second) external {
        (Terms memory terms, LegNumber number, bool any) = _choose(which, second);
        if (!any) return;
        Leg memory leg = terms.leg(number);
        bool isOpen = legState(terms, number) == LegState.Open;
        uint256 payment = fund(leg);
        vm.prank(leg.from);
        try SwapVault(leg.vault).lock{value: payment}(terms, number) {
            assertTrue(isOpen, "locked twice");
            _held[leg.vault][leg.token] += leg.amount;
            ++reached["lock"];
        } catch {
            assertFalse(isOpen, "lock refused");
            ++reached["lock refused"];
        }
    }

    /// @dev Somebody proves a message of a confirmed claim, or tries to do so again.
    function prove(uint256 which, bool onB) external {
        BridgeDouble bridge = onB ? bridgeB : bridgeA;
        Letter[] memory letters = bridge.up();
        if (letters.length == 0) return;
        uint256 index = which % letters.length;
        Letter memory letter = letters[index];
        (Terms memory terms,) = this.decode(letter.data);
        bool isVaults = letter.sender == address(onB ? vaultB : vaultA);
        // forge-lint: disable-next-line(block-timestamp)
        bool counts = isVaults && !bridge.withdrawn(index) && block.timestamp < terms.deadline;
        try bridge.withdraw(index) {
            assertTrue(counts, "counted a lock");
            ++reached[arbiter.stateOf(terms.id()) == SwapState.Settled ? "settled" : "told"];
        } catch {
            assertFalse(counts, "refused a lock");
            ++reached["not told"];
        }
    }

    function cancel(uint256 which) external {
        (Terms memory terms,, bool any) = _choose(which, false);
        if (!any) return;
        SwapState state = arbiter.stateOf(terms.id());
        // forge-lint: disable-next-line(block-timestamp)
        bool may = block.timestamp >= terms.deadline && state != SwapState.Settled && state != SwapState.Cancelled;
        try arbiter.cancel(terms) {
            assertTrue(may, "cancelled");
            ++reached["cancelled"];
        } catch {
            assertFalse(may, "cancel refused");
        }
    }

    function announce(uint256 which, bool second) external {
        (Terms memory terms, LegNumber number, bool any) = _choose(which, second);
        if (!any) return;
        SwapState state = arbiter.stateOf(terms.id());
        bool isBroken = BridgeDouble(terms.leg(number).bridge).isBroken();
        bool may = !isBroken && (state == SwapState.Settled || state == SwapState.Cancelled);
        try arbiter.announce(terms, number) {
            assertTrue(may, "announced");
        } catch {
            assertFalse(may, "announcement refused");
        }
    }

    /// @dev Any message down, as often as wanted.
    function relayAny(uint256 which, bool onB) external {
        Letter[] memory letters = (onB ? bridgeB : bridgeA).down();
        if (letters.length == 0) return;
        _relay(letters[which % letters.length]);
    }

    function withdraw(uint256 who, uint256 what, bool onB) external {
        _withdraw(_people[who % _people.length], _assets[what % _assets.length], onB ? vaultB : vaultA);
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + time % 400);
    }

    function breakOrMend(bool onB) external {
        BridgeDouble bridge = onB ? bridgeB : bridgeA;
        if (bridge.isBroken()) bridge.mend();
        else bridge.breakDown();
    }

    // --- what the stranger does ---

    /// @dev A message to the arbiter that no vault has sent, or of the other rollup's vault.
    function forgeUp(uint256 which, bool second, bool onB, bool fromVault) external {
        (Terms memory terms, LegNumber number, bool any) = _choose(which, second);
        if (!any) return;
        address sender = fromVault ? address(onB ? vaultA : vaultB) : address(this);
        bytes memory data = abi.encodeCall(ISwapArbiter.onLocked, (terms, number));
        (onB ? bridgeB : bridgeA).push(Letter(sender, address(arbiter), data));
    }

    /// @dev A verdict that is not the arbiter's.
    function forgeDown(uint256 which, bool second, bool settled) external {
        (Terms memory terms, LegNumber number, bool any) = _choose(which, second);
        if (!any) return;
        bytes memory data = settled
            ? abi.encodeCall(ISwapVault.settle, (terms, number))
            : abi.encodeCall(ISwapVault.cancel, (terms, number));
        try this.relayForged(Letter(address(this), terms.leg(number).vault, data)) {
            assertTrue(false, "a forged verdict");
        } catch {
            ++reached["forged verdict refused"];
        }
    }

    function relayForged(Letter memory letter) external {
        relay(letter);
    }

    function decode(bytes calldata data) external pure returns (Terms memory terms, LegNumber number) {
        return abi.decode(data[4:], (Terms, LegNumber));
    }

    // --- promises ---

    function checkPromises() external view {
        for (uint256 i = 0; i < _swaps.length; ++i) {
            _checkAtomic(_swaps[i]);
        }
        _checkHeld(vaultA);
        _checkHeld(vaultB);
    }

    /// @dev From wherever a run ends there is a way forward: every leg that was locked is paid or paid back.
    function wrapUp() external {
        bridgeA.mend();
        bridgeB.mend();
        vm.warp(block.timestamp + 1000);
        for (uint256 i = 0; i < _swaps.length; ++i) {
            Terms memory terms = _swaps[i];
            SwapState state = arbiter.stateOf(terms.id());
            if (state != SwapState.Settled && state != SwapState.Cancelled) arbiter.cancel(terms);
            _end(terms, LegNumber.One);
            _end(terms, LegNumber.Two);
            assertEq(uint256(legState(terms, LegNumber.One)), uint256(legState(terms, LegNumber.Two)), "legs differ");
        }
        for (uint256 i = 0; i < _assets.length; ++i) {
            uint256 owed = 0;
            for (uint256 who = 0; who < _people.length; ++who) {
                owed += vaultA.credits(_people[who], _assets[i]) + vaultB.credits(_people[who], _assets[i]);
            }
            assertEq(_held[address(vaultA)][_assets[i]] + _held[address(vaultB)][_assets[i]], owed, "something stays");
        }
    }

    function _end(Terms memory terms, LegNumber number) private {
        uint64 nonce = arbiter.announce(terms, number);
        _relay(BridgeDouble(terms.leg(number).bridge).down()[nonce]);
        LegState state = legState(terms, number);
        assertTrue(state == LegState.Settled || state == LegState.Cancelled, "a leg is left");
    }

    /// @dev Never one leg paid and the other paid back, and never another answer than L1's.
    function _checkAtomic(Terms memory terms) private view {
        SwapState state = arbiter.stateOf(terms.id());
        for (uint256 i = 0; i < 2; ++i) {
            LegState leg = legState(terms, LegNumber(i));
            if (leg == LegState.Settled) assertTrue(state == SwapState.Settled, "paid");
            if (leg == LegState.Cancelled) assertTrue(state == SwapState.Cancelled, "paid back");
            if (state == SwapState.Settled) {
                assertTrue(leg == LegState.Locked || leg == LegState.Settled, "not locked");
            }
        }
    }

    function _checkHeld(SwapVault vault) private view {
        for (uint256 i = 0; i < _assets.length; ++i) {
            address asset = _assets[i];
            uint256 owed = 0;
            for (uint256 who = 0; who < _people.length; ++who) {
                owed += vault.credits(_people[who], asset);
            }
            for (uint256 swap = 0; swap < _swaps.length; ++swap) {
                owed += _lockedIn(vault, asset, _swaps[swap], LegNumber.One);
                owed += _lockedIn(vault, asset, _swaps[swap], LegNumber.Two);
            }
            assertEq(_balance(address(vault), asset), owed, "held = locked + credits");
            assertEq(_held[address(vault)][asset], owed, "book");
        }
    }

    function _lockedIn(SwapVault vault, address asset, Terms memory terms, LegNumber number)
        private
        view
        returns (uint256)
    {
        Leg memory leg = terms.leg(number);
        if (leg.vault != address(vault) || leg.token != asset) return 0;
        return legState(terms, number) == LegState.Locked ? leg.amount : 0;
    }

    // --- the world ---

    function _relay(Letter memory letter) private {
        (Terms memory terms, LegNumber number) = this.decode(letter.data);
        Leg memory leg = terms.leg(number);
        LegState state = legState(terms, number);
        bool settles = bytes4(letter.data) == ISwapVault.settle.selector;
        bool may = state == LegState.Locked || (!settles && state == LegState.Open);
        address payee = settles ? leg.to : leg.from;
        (uint256 before, uint256 owedBefore) = _wealth(payee, leg);
        try this.relayForged(letter) {
            assertTrue(may, "obeyed twice");
        } catch {
            assertFalse(may, "not obeyed");
            return;
        }
        ++reached[settles ? "paid" : state == LegState.Locked ? "paid back" : "closed"];
        if (state != LegState.Locked) return;
        (uint256 afterwards, uint256 owed) = _wealth(payee, leg);
        bool refuses = leg.token == address(0) && payee.code.length > 0;
        assertEq(owed - owedBefore, refuses ? leg.amount : 0, "credited");
        assertEq(afterwards - before, refuses ? 0 : leg.amount, "paid in full");
        if (refuses) ++reached["credited"];
        else _held[leg.vault][leg.token] -= leg.amount;
    }

    function _wealth(address person, Leg memory leg) private view returns (uint256 held, uint256 owed) {
        return (_balance(person, leg.token), SwapVault(leg.vault).credits(person, leg.token));
    }

    function _withdraw(address person, address asset, SwapVault vault) private {
        uint256 owed = vault.credits(person, asset);
        bool may = owed > 0 && (asset != address(0) || person.code.length == 0);
        try vault.withdraw(person, asset) {
            assertTrue(may, "withdrawn");
            _held[address(vault)][asset] -= owed;
        } catch {
            assertFalse(may, "withdrawal refused");
        }
    }

    function _leg(uint256 seed) private view returns (Leg memory) {
        (BridgeDouble bridge, SwapVault vault) = seed % 2 == 0 ? (bridgeA, vaultA) : (bridgeB, vaultB);
        return Leg({
            bridge: address(bridge),
            vault: address(vault),
            token: _assets[(seed >> 8) % _assets.length],
            from: _people[(seed >> 16) % _people.length],
            to: _people[(seed >> 24) % _people.length],
            amount: (seed >> 32) % 1 ether
        });
    }

    function _choose(uint256 which, bool second) private view returns (Terms memory terms, LegNumber number, bool any) {
        any = _swaps.length > 0;
        if (any) terms = _swaps[which % _swaps.length];
        number = second ? LegNumber.Two : LegNumber.One;
    }

    function _balance(address account, address asset) private view returns (uint256) {
        return asset == address(0) ? account.balance : SwapToken(asset).balanceOf(account);
    }
}

contract SwapInvariantTest is Test {
    /// @dev Everything that random actions should get to.
    string private constant OUTCOMES =
        "lock,lock refused,told,not told,settled,cancelled,paid,paid back,closed,credited,forged verdict refused";
    uint256 private constant MAX_WORLDS = 20;
    uint256 private constant ACTIONS_A_WORLD = 300;

    SwapHandler private handler;

    function setUp() public {
        vm.pauseGasMetering();
        handler = new SwapHandler();
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), _actions()));
    }

    /// @dev T71.
    ///
    /// forge-config: default.invariant.runs = 24
    /// forge-config: default.invariant.depth = 100
    /// forge-config: deep.invariant.runs = 1000
    /// forge-config: deep.invariant.depth = 300
    function invariant_T71_bothLegsOrNone() public view {
        handler.checkPromises();
    }

    /// @dev There is a way forward from every state.
    function afterInvariant() public {
        handler.wrapUp();
        handler.checkPromises();
    }

    /// @dev The promises are not kept for want of trying.
    function test_theWorldGetsEverywhere() public {
        string[] memory outcomes = vm.split(OUTCOMES, ",");
        uint256[] memory times = new uint256[](outcomes.length);
        uint256 start = vm.snapshotState();
        for (uint256 world = 0; world < MAX_WORLDS; ++world) {
            for (uint256 i = 0; i < ACTIONS_A_WORLD; ++i) {
                _act(uint256(keccak256(abi.encode(world, i))));
            }
            handler.checkPromises();
            handler.wrapUp();
            for (uint256 i = 0; i < outcomes.length; ++i) {
                times[i] += handler.reached(outcomes[i]);
            }
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertGt(times[i], 0, outcomes[i]);
        }
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](11);
        actions[0] = SwapHandler.agree.selector;
        actions[1] = SwapHandler.lockLeg.selector;
        actions[2] = SwapHandler.prove.selector;
        actions[3] = SwapHandler.cancel.selector;
        actions[4] = SwapHandler.announce.selector;
        actions[5] = SwapHandler.relayAny.selector;
        actions[6] = SwapHandler.withdraw.selector;
        actions[7] = SwapHandler.pass.selector;
        actions[8] = SwapHandler.breakOrMend.selector;
        actions[9] = SwapHandler.forgeUp.selector;
        actions[10] = SwapHandler.forgeDown.selector;
    }

    /// @dev Arguments are words of their own; a boolean is 0 or 1.
    function _act(uint256 seed) private {
        bytes4[] memory actions = _actions();
        bytes4 action = actions[seed % actions.length];
        (uint256 a, uint256 b) = (seed >> 16, (seed >> 8) & 1);
        bytes memory arguments = action == SwapHandler.breakOrMend.selector
            ? abi.encode(b)
            : action == SwapHandler.withdraw.selector
                ? abi.encode(a, a >> 16, b)
                : abi.encode(a, b, a & 1, (a >> 1) & 1);
        (bool done, bytes memory answer) = address(handler).call(bytes.concat(action, arguments));
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}
