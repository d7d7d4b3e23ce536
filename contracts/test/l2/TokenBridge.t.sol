// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IBridgedToken} from "../../src/interfaces/IBridgedToken.sol";
import {IL1Messenger} from "../../src/interfaces/IL1Messenger.sol";
import {ITokenBridge} from "../../src/interfaces/ITokenBridge.sol";
import {ITokenEscrow} from "../../src/interfaces/ITokenEscrow.sol";
import {BridgedToken} from "../../src/l2/BridgedToken.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {L2World} from "../support/L2World.sol";

/// Says that it stands for a token of which the TokenBridge knows another.
contract Impostor {
    address public immutable l1Token;

    constructor(address l1Token_) {
        l1Token = l1Token_;
    }

    function burn(address, uint256) external {}
}

contract TokenBridgeTest is L2World {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    address private constant GOLD = address(0x901d);
    address private constant FOOLS_GOLD = address(0xf001);

    function _mint(address l1Token, string memory name, uint8 decimals, address to, uint256 amount)
        private
        returns (IERC20Metadata)
    {
        bytes memory call = abi.encodeCall(ITokenBridge.mint, (l1Token, name, "SYM", decimals, to, amount));
        skip(1);
        _relay(_sent(ESCROW, address(TOKEN_BRIDGE), 0, call));
        return IERC20Metadata(TOKEN_BRIDGE.tokenOf(l1Token));
    }

    function test_mint_firstDepositMakesTheToken() public {
        assertEq(TOKEN_BRIDGE.tokenOf(GOLD), address(0));
        IERC20Metadata token = _mint(GOLD, "Gold", 6, ALICE, 100);
        assertEq(token.name(), "Gold");
        assertEq(token.symbol(), "SYM");
        assertEq(token.decimals(), 6);
        assertEq(token.balanceOf(ALICE), 100);
        assertEq(token.totalSupply(), 100);
        assertEq(IBridgedToken(address(token)).l1Token(), GOLD);
        assertEq(TOKEN_BRIDGE.escrow(), ESCROW);
    }

    function test_mint_laterMetadataChangesNothing() public {
        IERC20Metadata token = _mint(GOLD, "Gold", 6, ALICE, 100);
        assertEq(address(_mint(GOLD, "Silver", 18, BOB, 5)), address(token));
        assertEq(token.name(), "Gold");
        assertEq(token.decimals(), 6);
        assertEq(token.balanceOf(BOB), 5);
    }

    function test_mint_sameNameIsNotSameToken() public {
        IERC20Metadata gold = _mint(GOLD, "Gold", 18, ALICE, 100);
        IERC20Metadata fools = _mint(FOOLS_GOLD, "Gold", 18, BOB, 7);
        assertNotEq(address(gold), address(fools));
        assertEq(gold.balanceOf(BOB), 0);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BOB, 0, 7));
        TOKEN_BRIDGE.withdraw(address(gold), BOB, 7);
    }

    function test_mint_addressFollowsFromTheTokenAlone() public {
        bytes memory initcode = abi.encodePacked(type(BridgedToken).creationCode, abi.encode(GOLD, "Gold", "SYM", 18));
        bytes32 salt = bytes32(uint256(uint160(GOLD)));
        address expected = vm.computeCreate2Address(salt, keccak256(initcode), address(TOKEN_BRIDGE));
        // ether that waits there is in nobody's way
        vm.deal(expected, 1 ether);
        _mint(FOOLS_GOLD, "Gold", 18, ALICE, 1);
        assertEq(address(_mint(GOLD, "Gold", 18, ALICE, 1)), expected);
    }

    function test_mint_anyNameAndNothing() public {
        assertEq(_mint(GOLD, "", 0, ALICE, 0).totalSupply(), 0);
        bytes memory long = new bytes(1000);
        long[0] = 0xff;
        assertEq(bytes(_mint(FOOLS_GOLD, string(long), 255, ALICE, type(uint256).max).name()), long);
    }

    function test_mint_supplyThatOverflowsIsRefusedAlone() public {
        IERC20Metadata token = _mint(GOLD, "Gold", 18, ALICE, type(uint256).max);
        bytes memory call = abi.encodeCall(ITokenBridge.mint, (GOLD, "Gold", "SYM", 18, ALICE, 1));
        Message memory message = _sent(ESCROW, address(TOKEN_BRIDGE), 0, call);
        bytes memory panic = abi.encodeWithSignature("Panic(uint256)", 0x11);
        _refuse(message, abi.encodeWithSelector(IL1Messenger.CallFailed.selector, panic));
        assertEq(token.totalSupply(), type(uint256).max);
        assertEq(_mint(FOOLS_GOLD, "Fools", 18, ALICE, 1).balanceOf(ALICE), 1);
    }

    function test_mint_onlyForTheEscrow() public {
        vm.expectRevert(ITokenBridge.NotEscrow.selector);
        TOKEN_BRIDGE.mint(GOLD, "Gold", "SYM", 18, ALICE, 1);
        vm.prank(ESCROW);
        vm.expectRevert(ITokenBridge.NotEscrow.selector);
        TOKEN_BRIDGE.mint(GOLD, "Gold", "SYM", 18, ALICE, 1);

        bytes memory call = abi.encodeCall(ITokenBridge.mint, (GOLD, "Gold", "SYM", 18, ALICE, 1));
        Message memory forged = _sent(ALICE, address(TOKEN_BRIDGE), 0, call);
        bytes memory reason = abi.encodeWithSelector(ITokenBridge.NotEscrow.selector);
        _refuse(forged, abi.encodeWithSelector(IL1Messenger.CallFailed.selector, reason));
    }

    function test_withdraw_burnsAndAsksForTheRelease() public {
        IERC20Metadata token = _mint(GOLD, "Gold", 18, ALICE, 100);
        vm.expectEmit(address(TOKEN_BRIDGE));
        emit ITokenBridge.Withdrawn(GOLD, ALICE, BOB, 40, 0);
        vm.prank(ALICE);
        assertEq(TOKEN_BRIDGE.withdraw(address(token), BOB, 40), 0);
        assertEq(token.balanceOf(ALICE), 60);
        assertEq(token.totalSupply(), 60);
        bytes memory release = abi.encodeCall(ITokenEscrow.release, (GOLD, BOB, 40));
        Message memory message = Message(0, address(TOKEN_BRIDGE), ESCROW, 0, release);
        assertTrue(OUTBOX.isSent(message.hash(Direction.Up, L1_CHAIN_ID, BRIDGE)));
    }

    function test_withdraw_noMoreThanOwned() public {
        address token = address(_mint(GOLD, "Gold", 18, ALICE, 100));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, 100, 101));
        TOKEN_BRIDGE.withdraw(token, ALICE, 101);
        assertEq(OUTBOX.messageCount(), 0);
    }

    function test_withdraw_onlyTokensMadeHere() public {
        _mint(GOLD, "Gold", 18, ALICE, 100);
        address[2] memory impostors = [address(new Impostor(GOLD)), address(new Impostor(FOOLS_GOLD))];
        for (uint256 i = 0; i < impostors.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITokenBridge.NotBridged.selector, impostors[i]));
            TOKEN_BRIDGE.withdraw(impostors[i], BOB, 100);
        }
        assertEq(OUTBOX.messageCount(), 0);
    }

    function test_withdraw_notToZero() public {
        address token = address(_mint(GOLD, "Gold", 18, ALICE, 100));
        vm.prank(ALICE);
        vm.expectRevert(ITokenBridge.ZeroRecipient.selector);
        TOKEN_BRIDGE.withdraw(token, address(0), 1);
    }
}
