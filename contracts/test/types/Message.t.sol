// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Direction, MESSAGE_TAG, Message} from "../../src/types/Message.sol";
import {Test} from "../support/TestBase.sol";

contract MessageTest is Test {
    /// See fixtures/bridge/README.md.
    function test_hash_vectors() public view {
        string memory json = vm.readFile("fixtures/bridge/messages.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _at(count, "")); ++count) {
            bool up = keccak256(bytes(vm.parseJsonString(json, _at(count, ".direction")))) == keccak256("up");
            Message memory message = Message({
                nonce: uint64(vm.parseJsonUint(json, _at(count, ".nonce"))),
                sender: vm.parseJsonAddress(json, _at(count, ".sender")),
                target: vm.parseJsonAddress(json, _at(count, ".target")),
                value: vm.parseJsonUint(json, _at(count, ".value")),
                data: vm.parseJsonBytes(json, _at(count, ".data"))
            });
            bytes32 hash = message.hash(
                up ? Direction.Up : Direction.Down,
                vm.parseJsonUint(json, _at(count, ".l1ChainId")),
                vm.parseJsonAddress(json, _at(count, ".bridge"))
            );
            bytes32 expected = vm.parseJsonBytes32(json, _at(count, ".hash"));
            assertEq(hash, expected, vm.parseJsonString(json, _at(count, ".name")));
        }
        assertEq(count, 8, "every case was read");
    }

    function test_fuzz_hash_isOfWords(Message memory message, bool up, uint64 l1ChainId, address bridge) public pure {
        bytes32[9] memory words = [
            keccak256("surety.message"),
            bytes32(uint256(l1ChainId)),
            bytes32(uint256(uint160(bridge))),
            bytes32(uint256(up ? 1 : 0)),
            bytes32(uint256(message.nonce)),
            bytes32(uint256(uint160(message.sender))),
            bytes32(uint256(uint160(message.target))),
            bytes32(message.value),
            keccak256(message.data)
        ];
        assertEq(MESSAGE_TAG, words[0]);
        bytes32 hash = message.hash(up ? Direction.Up : Direction.Down, l1ChainId, bridge);
        assertEq(hash, keccak256(abi.encodePacked(words)));
    }

    function test_fuzz_T58_hash_bindsEverything(
        Message memory message,
        Message memory other,
        uint64 l1ChainId,
        uint64 otherChainId,
        address bridge,
        address otherBridge
    ) public pure {
        bytes32 hash = message.hash(Direction.Down, l1ChainId, bridge);
        assertNotEq(hash, message.hash(Direction.Up, l1ChainId, bridge), "direction");
        if (l1ChainId != otherChainId) assertNotEq(hash, message.hash(Direction.Down, otherChainId, bridge), "chain");
        if (bridge != otherBridge) assertNotEq(hash, message.hash(Direction.Down, l1ChainId, otherBridge), "Bridge");
        for (uint256 i = 0; i < 5; ++i) {
            Message memory changed = abi.decode(abi.encode(message), (Message));
            if (i == 0) changed.nonce = other.nonce;
            else if (i == 1) changed.sender = other.sender;
            else if (i == 2) changed.target = other.target;
            else if (i == 3) changed.value = other.value;
            else changed.data = other.data;
            bool same = keccak256(abi.encode(changed)) == keccak256(abi.encode(message));
            assertEq(changed.hash(Direction.Down, l1ChainId, bridge) == hash, same, "a field");
        }
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(i), "]", field);
    }
}
