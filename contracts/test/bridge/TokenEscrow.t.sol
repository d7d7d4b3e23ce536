// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TokenEscrow} from "../../src/bridge/TokenEscrow.sol";
import {IBridge, WithdrawalProof} from "../../src/interfaces/IBridge.sol";
import {ITokenBridge} from "../../src/interfaces/ITokenBridge.sol";
import {ITokenEscrow} from "../../src/interfaces/ITokenEscrow.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {BridgeWorld, BridgedRollup} from "../support/BridgeWorld.sol";
import {Coin, HookedCoin, LyingCoin, NamelessCoin, OldCoin, RefusingCoin, TaxedCoin} from "../support/Tokens.sol";

/// @notice Deposits again while the token that it deposits calls it.
contract NestedDepositor {
    ITokenEscrow private immutable _escrow;
    HookedCoin private immutable _coin;
    bool public nested;

    constructor(ITokenEscrow escrow, HookedCoin coin) {
        (_escrow, _coin) = (escrow, coin);
        coin.approve(address(escrow), type(uint256).max);
    }

    function deposit(uint256 amount) external {
        _escrow.deposit(address(_coin), address(this), amount);
    }

    function beforeTransfer() external {
        (nested,) = address(_escrow).call(abi.encodeCall(ITokenEscrow.deposit, (address(_coin), address(this), 1)));
    }
}

contract TokenEscrowTest is BridgeWorld {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);

    BridgedRollup private on;
    TokenEscrow private escrow;
    Coin private coin;
    /// @dev Messages from L2 so far.
    uint64 private nonce;

    function setUp() public {
        vm.warp(GENESIS_TIME + 100);
        on = newRollup(0);
        escrow = new TokenEscrow(on.bridge);
        coin = _coin(address(new Coin()));
    }

    function _coin(address made) private returns (Coin funded) {
        funded = Coin(made);
        funded.mint(address(this), 1000);
        funded.approve(address(escrow), 1000);
    }

    function _mintHash(uint64 leaf, bytes memory call) private view returns (bytes32) {
        Message memory message = Message(leaf, address(escrow), Predeploys.TOKEN_BRIDGE, 0, call);
        return message.hash(Direction.Down, block.chainid, address(on.bridge));
    }

    function _expectMint(address token, string memory name, string memory symbol, uint8 decimals, uint256 amount)
        private
    {
        bytes memory call = abi.encodeCall(ITokenBridge.mint, (token, name, symbol, decimals, BOB, amount));
        vm.expectEmit(address(on.bridge));
        emit IBridge.MessageSent(_mintHash(0, call), address(escrow), Predeploys.TOKEN_BRIDGE, 0, 0, call);
    }

    /// @dev What the TokenBridge on L2 sends when it has burned.
    function _release(address sender, address token, address to, uint256 amount)
        private
        returns (Message memory message, WithdrawalProof memory proof)
    {
        bytes memory call = abi.encodeCall(ITokenEscrow.release, (token, to, amount));
        message = Message(nonce++, sender, address(escrow), 0, call);
        proof = sendUp(on, message);
    }

    // Down

    function test_deposit() public {
        _expectMint(address(coin), "Coin", "COIN", 6, 100);
        vm.expectEmit(address(escrow));
        emit ITokenEscrow.TokenDeposited(address(coin), address(this), BOB, 100, 0);
        assertEq(escrow.deposit(address(coin), BOB, 100), 0);
        assertEq(escrow.escrowed(address(coin)), 100);
        assertEq(coin.balanceOf(address(escrow)), 100);
        assertEq(on.inbox.messageCount(), 1);
    }

    function test_deposit_countsWhatArrives() public {
        Coin taxed = _coin(address(new TaxedCoin()));
        _expectMint(address(taxed), "Coin", "COIN", 6, 90);
        escrow.deposit(address(taxed), BOB, 100);
        assertEq(escrow.escrowed(address(taxed)), 90);
    }

    function test_deposit_oldToken() public {
        OldCoin old = new OldCoin();
        old.mint(address(this), 100);
        _expectMint(address(old), "Old", "OLD", 0, 100);
        escrow.deposit(address(old), BOB, 100);
        assertEq(escrow.escrowed(address(old)), 100);
    }

    function test_deposit_hostileNames() public {
        string[5] memory names = ["", "", "", string(new bytes(128)), ""];
        for (uint256 i = 0; i < 128; ++i) {
            bytes(names[3])[i] = "a";
        }
        for (uint64 i = 0; i < names.length; ++i) {
            Coin nameless = _coin(address(new NamelessCoin(NamelessCoin.Kind(i))));
            vm.recordLogs();
            escrow.deposit{gas: 1_000_000}(address(nameless), BOB, 100);
            bytes memory call = abi.encodeCall(ITokenBridge.mint, (address(nameless), names[i], names[i], 6, BOB, 100));
            assertEq(vm.getRecordedLogs()[1].topics[1], _mintHash(i, call));
        }
    }

    /// Whoever sends the deposit cannot starve the questions for a name: what is left then pays for nothing more.
    function test_fuzz_deposit_namesAreNotStarved(uint256 gas) public {
        gas = bound(gas, 30_000, 400_000);
        vm.recordLogs();
        (bool success,) =
            address(escrow).call{gas: gas}(abi.encodeCall(ITokenEscrow.deposit, (address(coin), BOB, 100)));
        assertEq(escrow.escrowed(address(coin)), success ? 100 : 0);
        if (!success) return;
        bytes memory call = abi.encodeCall(ITokenBridge.mint, (address(coin), "Coin", "COIN", 6, BOB, 100));
        assertEq(vm.getRecordedLogs()[1].topics[1], _mintHash(0, call));
    }

    function test_deposit_nothingReceived() public {
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.NothingReceived.selector, address(coin)));
        escrow.deposit(address(coin), BOB, 0);
        Coin lying = _coin(address(new LyingCoin()));
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.NothingReceived.selector, address(lying)));
        escrow.deposit(address(lying), BOB, 100);
    }

    function test_deposit_refused() public {
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.InvalidRecipient.selector, address(0)));
        escrow.deposit(address(coin), address(0), 100);
        vm.expectRevert();
        escrow.deposit(ALICE, BOB, 100);
        vm.expectRevert();
        escrow.deposit(address(coin), BOB, 1001);
        assertEq(on.inbox.messageCount(), 0);
    }

    function test_deposit_insideADeposit() public {
        HookedCoin hooked = new HookedCoin();
        NestedDepositor depositor = new NestedDepositor(escrow, hooked);
        hooked.mint(address(depositor), 100);
        depositor.deposit(50);
        assertFalse(depositor.nested());
        assertEq(escrow.escrowed(address(hooked)), 50);
        assertEq(hooked.balanceOf(address(escrow)), 50);
    }

    // Up

    function test_release() public {
        escrow.deposit(address(coin), BOB, 100);
        (Message memory message, WithdrawalProof memory proof) =
            _release(Predeploys.TOKEN_BRIDGE, address(coin), ALICE, 60);
        vm.expectEmit(address(escrow));
        emit ITokenEscrow.TokenReleased(address(coin), ALICE, 60);
        on.bridge.withdraw(message, proof);
        assertEq(coin.balanceOf(ALICE), 60);
        assertEq(escrow.escrowed(address(coin)), 40);
    }

    function test_release_onlyTheTokenBridge() public {
        escrow.deposit(address(coin), BOB, 100);
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.NotCaller.selector, address(this)));
        escrow.release(address(coin), ALICE, 1);
        (Message memory message, WithdrawalProof memory proof) = _release(ALICE, address(coin), ALICE, 60);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(escrow)));
        on.bridge.withdraw(message, proof);
        address caller = address(on.bridge.caller());
        vm.mockCall(caller, abi.encodeWithSignature("sender()"), abi.encode(ALICE));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.NotTokenBridge.selector, ALICE));
        escrow.release(address(coin), ALICE, 60);
    }

    function test_release_otherBridge() public {
        escrow.deposit(address(coin), BOB, 100);
        BridgedRollup memory other = newRollup(0);
        bytes memory call = abi.encodeCall(ITokenEscrow.release, (address(coin), ALICE, 60));
        Message memory message = Message(0, Predeploys.TOKEN_BRIDGE, address(escrow), 0, call);
        WithdrawalProof memory proof = sendUp(other, message);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(escrow)));
        other.bridge.withdraw(message, proof);
        assertEq(escrow.escrowed(address(coin)), 100);
    }

    /// One token cannot take from another: neither by a wrong amount nor by a balance that shrinks.
    function test_release_keepsTokensApart() public {
        Coin second = _coin(address(new Coin()));
        escrow.deposit(address(coin), BOB, 100);
        escrow.deposit(address(second), BOB, 100);
        coin.burn(address(escrow), 50);
        (Message memory message, WithdrawalProof memory proof) =
            _release(Predeploys.TOKEN_BRIDGE, address(coin), ALICE, 51);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(escrow)));
        on.bridge.withdraw(message, proof);
        (message, proof) = _release(Predeploys.TOKEN_BRIDGE, address(second), ALICE, 101);
        second.mint(address(escrow), 100);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(escrow)));
        on.bridge.withdraw(message, proof);
        assertEq(second.balanceOf(ALICE), 0, "a gift is nobody's");
        (message, proof) = _release(Predeploys.TOKEN_BRIDGE, address(second), ALICE, 100);
        on.bridge.withdraw(message, proof);
        assertEq(second.balanceOf(ALICE), 100);
    }

    function test_release_insufficient() public {
        address caller = address(on.bridge.caller());
        vm.mockCall(caller, abi.encodeWithSignature("sender()"), abi.encode(Predeploys.TOKEN_BRIDGE));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ITokenEscrow.InsufficientEscrow.selector, address(coin), 0, 1));
        escrow.release(address(coin), ALICE, 1);
    }

    function test_release_triedAgain() public {
        Coin refusing = _coin(address(new RefusingCoin()));
        escrow.deposit(address(refusing), BOB, 100);
        RefusingCoin(address(refusing)).setRefuses(true);
        (Message memory message, WithdrawalProof memory proof) =
            _release(Predeploys.TOKEN_BRIDGE, address(refusing), ALICE, 60);
        vm.expectRevert(abi.encodeWithSelector(IBridge.CallFailed.selector, address(escrow)));
        on.bridge.withdraw(message, proof);
        RefusingCoin(address(refusing)).setRefuses(false);
        on.bridge.withdraw(message, proof);
        assertEq(refusing.balanceOf(ALICE), 60);
    }

    function test_release_oldToken() public {
        OldCoin old = new OldCoin();
        old.mint(address(this), 100);
        escrow.deposit(address(old), BOB, 100);
        (Message memory message, WithdrawalProof memory proof) =
            _release(Predeploys.TOKEN_BRIDGE, address(old), ALICE, 100);
        on.bridge.withdraw(message, proof);
        assertEq(old.balanceOf(ALICE), 100);
    }
}
