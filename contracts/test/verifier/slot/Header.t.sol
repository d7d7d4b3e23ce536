// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Block} from "../../../src/machine/Block.sol";
import {Header} from "../../../src/verifier/slot/Header.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Test} from "../../support/TestBase.sol";

contract HeaderTest is Test {
    struct Sample {
        uint64 number;
        uint64 timestamp;
        bytes32 prevRandao;
        address feeRecipient;
        uint256 baseFee;
        uint64 gasLimit;
        bytes32 headHash;
        bytes32 l1MessageRoot;
        bytes32 batchRoot;
        uint64 gasUsed;
        bytes32 receiptsHash;
        bytes32 depositsHash;
        bytes32 stateRoot;
    }

    function test_fuzz_hash_isOfTheTwentyOneFields(Sample memory sample) public pure {
        assertEq(Header.hash(_block(sample), sample.stateRoot), keccak256(RlpText.list(_fields(sample))));
    }

    function test_hash_ofTheZeroHeader() public pure {
        Sample memory sample;
        assertEq(Header.hash(_block(sample), 0), keccak256(RlpText.list(_fields(sample))));
    }

    function _block(Sample memory sample) private pure returns (Block memory group) {
        group.number = sample.number;
        group.timestamp = sample.timestamp;
        group.prevRandao = sample.prevRandao;
        group.feeRecipient = sample.feeRecipient;
        group.baseFee = sample.baseFee;
        group.gasLimit = sample.gasLimit;
        group.headHash = sample.headHash;
        group.l1MessageRoot = sample.l1MessageRoot;
        group.batch.root = sample.batchRoot;
        group.gasUsed = sample.gasUsed;
        group.receiptsHash = sample.receiptsHash;
        group.depositsHash = sample.depositsHash;
    }

    function _fields(Sample memory sample) private pure returns (bytes memory items) {
        items = bytes.concat(
            _word(sample.headHash),
            _word(0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347),
            RlpText.text(abi.encodePacked(sample.feeRecipient)),
            _word(sample.stateRoot)
        );
        items = bytes.concat(
            items, _word(sample.batchRoot), _word(sample.receiptsHash), RlpText.text(new bytes(256)), RlpText.number(0)
        );
        items = bytes.concat(
            items, RlpText.number(sample.number), RlpText.number(sample.gasLimit), RlpText.number(sample.gasUsed)
        );
        items = bytes.concat(
            items,
            RlpText.number(sample.timestamp),
            RlpText.text(""),
            _word(sample.prevRandao),
            RlpText.text(hex"0000000000000000")
        );
        items = bytes.concat(items, RlpText.number(sample.baseFee), _word(sample.depositsHash));
        return bytes.concat(
            items,
            RlpText.number(0),
            RlpText.number(0),
            _word(sample.l1MessageRoot),
            _word(0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)
        );
    }

    function _word(bytes32 value) private pure returns (bytes memory) {
        return RlpText.text(abi.encodePacked(value));
    }
}
