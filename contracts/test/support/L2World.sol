// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL1Messenger} from "../../src/interfaces/IL1Messenger.sol";
import {IOutbox} from "../../src/interfaces/IOutbox.sol";
import {ITokenBridge} from "../../src/interfaces/ITokenBridge.sol";
import {L1Messenger} from "../../src/l2/L1Messenger.sol";
import {Outbox} from "../../src/l2/Outbox.sol";
import {TokenBridge} from "../../src/l2/TokenBridge.sol";
import {Addresses} from "../../src/rules/Addresses.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Direction, Message} from "../../src/types/Message.sol";
import {MessageTreeOracle} from "./MessageTreeOracle.sol";
import {Test} from "./TestBase.sol";

/// @notice An L2 as its genesis makes it, and the message tree of its L1.
abstract contract L2World is Test {
    uint256 internal constant L1_CHAIN_ID = 31_337;
    address internal constant BRIDGE = address(0xb41d9e);
    address internal constant ESCROW = address(0xe5c0);
    /// @dev The EIP-4788 contract.
    bytes private constant BEACON_ROOTS_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";

    IL1Messenger internal constant MESSENGER = IL1Messenger(Predeploys.L1_MESSENGER);
    IOutbox internal constant OUTBOX = IOutbox(Predeploys.OUTBOX);
    ITokenBridge internal constant TOKEN_BRIDGE = ITokenBridge(Predeploys.TOKEN_BRIDGE);

    bytes32[] internal leaves;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.etch(Addresses.BEACON_ROOTS, BEACON_ROOTS_CODE);
        vm.etch(address(MESSENGER), address(new L1Messenger(L1_CHAIN_ID, BRIDGE)).code);
        vm.etch(address(OUTBOX), address(new Outbox(L1_CHAIN_ID, BRIDGE)).code);
        vm.etch(address(TOKEN_BRIDGE), address(new TokenBridge(ESCROW)).code);
    }

    function _hash(Message memory message) internal pure returns (bytes32) {
        return message.hash(Direction.Down, L1_CHAIN_ID, BRIDGE);
    }

    /// A message of the next leaf, which the L1 takes into its tree.
    function _sent(address sender, address target, uint256 value, bytes memory data)
        internal
        returns (Message memory message)
    {
        message = Message(uint64(leaves.length), sender, target, value, data);
        leaves.push(_hash(message));
    }

    /// The L2 block of the present time begins: it brings the tree's root as it is now.
    function _beginBlock() internal returns (uint64 timestamp) {
        vm.prank(Addresses.SYSTEM);
        (bool kept,) = Addresses.BEACON_ROOTS.call(abi.encode(MessageTreeOracle.root(leaves)));
        assertTrue(kept);
        return uint64(block.timestamp);
    }

    /// Relays a message in a block that begins now.
    function _relay(Message memory message) internal {
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, message.nonce);
        MESSENGER.relay(message, _beginBlock(), siblings);
    }

    /// The same, and it fails with `reason`.
    function _refuse(Message memory message, bytes memory reason) internal {
        (, bytes32[32] memory siblings) = MessageTreeOracle.open(leaves, message.nonce);
        uint64 timestamp = _beginBlock();
        vm.expectRevert(reason);
        MESSENGER.relay(message, timestamp, siblings);
    }
}
