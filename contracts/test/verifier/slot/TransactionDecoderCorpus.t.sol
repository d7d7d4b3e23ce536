// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/StdJson.sol";

import {Transaction, TransactionDecoder} from "../../../src/verifier/slot/TransactionDecoder.sol";
import {Test} from "../../support/TestBase.sol";

contract CorpusDecoder {
    function decode(bytes memory entry, uint64 chainId) external pure returns (bool valid, address sender) {
        Transaction memory transaction;
        (valid, transaction) = TransactionDecoder.decode(entry, chainId);
        sender = transaction.sender;
    }

    /// @notice Each byte of `entry` changed by `mask`: whether it is accepted then, and the senders recovered.
    function decodeFlips(bytes memory entry, uint64 chainId, bytes1 mask)
        external
        pure
        returns (bytes memory accepted, bytes memory senders)
    {
        accepted = new bytes(entry.length);
        for (uint256 i; i < entry.length; ++i) {
            entry[i] ^= mask;
            (bool valid, Transaction memory transaction) = TransactionDecoder.decode(entry, chainId);
            if (valid) {
                accepted[i] = 0x01;
                senders = bytes.concat(senders, bytes20(transaction.sender));
            }
            entry[i] ^= mask;
        }
    }
}

/// @notice The corpus that engine/tests/entry_corpus.rs generates from the engine's decoder.
contract TransactionDecoderCorpusTest is Test {
    using stdJson for string;

    string private constant CASE = "Case(bytes entry,string name,string outcome,address sender)";
    string private constant SAMPLE = "Sample(bytes accepted,bytes entry,uint256 mask,bytes32 sendersHash)";

    struct Case {
        bytes entry;
        string name;
        string outcome;
        address sender;
    }

    struct Sample {
        bytes accepted;
        bytes entry;
        uint256 mask;
        bytes32 sendersHash;
    }

    CorpusDecoder private decoder = new CorpusDecoder();

    function test_T70_grammarCasesAreJudgedAsByTheEngine() public {
        vm.pauseGasMetering();
        string memory json = vm.readFile("fixtures/entries/grammar.json");
        uint64 chainId = uint64(json.readUint(".chainId"));
        Case[] memory cases = abi.decode(vm.parseJsonTypeArray(json, ".cases", CASE), (Case[]));
        assertGt(cases.length, 300);
        for (uint256 i; i < cases.length; ++i) {
            (bool valid, address sender) = decoder.decode(cases[i].entry, chainId);
            assertEq(valid, _equal(cases[i].outcome, "accept"), cases[i].name);
            if (valid) assertEq(sender, cases[i].sender, cases[i].name);
        }
    }

    function test_T70_flippedBytesAreJudgedAsByTheEngine() public {
        vm.pauseGasMetering();
        string memory json = vm.readFile("fixtures/entries/flips.json");
        uint64 chainId = uint64(json.readUint(".chainId"));
        Sample[] memory samples = abi.decode(vm.parseJsonTypeArray(json, ".samples", SAMPLE), (Sample[]));
        assertEq(samples.length, 15);
        for (uint256 i; i < samples.length; ++i) {
            (bytes memory accepted, bytes memory senders) =
                decoder.decodeFlips(samples[i].entry, chainId, bytes1(uint8(samples[i].mask)));
            assertEq(accepted, samples[i].accepted);
            assertEq(keccak256(senders), samples[i].sendersHash);
        }
    }

    function _equal(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
