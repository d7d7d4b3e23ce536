// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/StdJson.sol";
import {Transaction, TransactionDecoder} from "../../../src/verifier/slot/TransactionDecoder.sol";
import {Test} from "../../support/TestBase.sol";

/// The cases of fixtures/entries, on which both decoders must agree.
contract EntryCorpusTest is Test {
    using stdJson for string;

    function decode(bytes memory entry, uint64 chainId) external pure returns (bool, address) {
        (bool valid, Transaction memory transaction) = TransactionDecoder.decode(entry, chainId);
        return (valid, transaction.sender);
    }

    function test_grammar() public {
        string memory json = vm.readFile("fixtures/entries/grammar.json");
        uint64 chainId = uint64(json.readUint(".chainId"));
        uint256 cases;
        for (string memory key = _key("cases", 0); vm.keyExistsJson(json, key); key = _key("cases", ++cases)) {
            bytes memory entry = json.readBytes(string.concat(key, ".entry"));
            bytes32 outcome = keccak256(bytes(json.readString(string.concat(key, ".outcome"))));
            if (outcome == keccak256("unsupported")) {
                vm.expectRevert(abi.encodeWithSelector(TransactionDecoder.UnsupportedTransaction.selector, 4));
                this.decode(entry, chainId);
                continue;
            }
            (bool valid, address sender) = this.decode(entry, chainId);
            string memory name = json.readString(string.concat(key, ".name"));
            assertEq(valid, outcome == keccak256("accept"), name);
            if (valid) assertEq(sender, json.readAddress(string.concat(key, ".sender")), name);
        }
        assertGt(cases, 200);
    }

    function test_flips() public {
        vm.pauseGasMetering();
        string memory json = vm.readFile("fixtures/entries/flips.json");
        uint64 chainId = uint64(json.readUint(".chainId"));
        uint256 samples;
        for (string memory key = _key("samples", 0); vm.keyExistsJson(json, key); key = _key("samples", ++samples)) {
            bytes memory entry = json.readBytes(string.concat(key, ".entry"));
            bytes1 mask = bytes1(uint8(json.readUint(string.concat(key, ".mask"))));
            (bytes memory accepted, bytes32 sendersHash) = _flip(entry, mask, chainId);
            assertEq(accepted, json.readBytes(string.concat(key, ".accepted")), key);
            assertEq(sendersHash, json.readBytes32(string.concat(key, ".sendersHash")), key);
        }
        assertGt(samples, 3);
    }

    function _flip(bytes memory entry, bytes1 mask, uint64 chainId)
        private
        view
        returns (bytes memory accepted, bytes32 sendersHash)
    {
        bytes memory senders;
        accepted = new bytes(entry.length);
        for (uint256 i; i < entry.length; ++i) {
            entry[i] ^= mask;
            if (entry[0] != 0x04) {
                (bool valid, address sender) = this.decode(entry, chainId);
                if (valid) {
                    accepted[i] = 0x01;
                    senders = bytes.concat(senders, bytes20(sender));
                }
            }
            entry[i] ^= mask;
        }
        sendersHash = keccak256(senders);
    }

    function _key(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }
}
