// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Block} from "../../../src/machine/Block.sol";
import {Header} from "../../../src/verifier/slot/Header.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Test} from "../../support/TestBase.sol";

contract HeaderTest is Test {
    struct HeaderFields {
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

    function test_fuzz_hash_isOfTheTwentyOneFields(HeaderFields memory fields) public pure {
        assertEq(Header.hash(_block(fields), fields.stateRoot), keccak256(RlpText.list(_fields(fields))));
    }

    function test_hash_ofTheZeroHeader() public pure {
        HeaderFields memory fields;
        assertEq(Header.hash(_block(fields), 0), keccak256(RlpText.list(_fields(fields))));
    }

    function _block(HeaderFields memory fields) private pure returns (Block memory group) {
        group.number = fields.number;
        group.timestamp = fields.timestamp;
        group.prevRandao = fields.prevRandao;
        group.feeRecipient = fields.feeRecipient;
        group.baseFee = fields.baseFee;
        group.gasLimit = fields.gasLimit;
        group.headHash = fields.headHash;
        group.l1MessageRoot = fields.l1MessageRoot;
        group.batch.root = fields.batchRoot;
        group.gasUsed = fields.gasUsed;
        group.receiptsHash = fields.receiptsHash;
        group.depositsHash = fields.depositsHash;
    }

    function _fields(HeaderFields memory fields) private pure returns (bytes memory items) {
        items = bytes.concat(
            _word(fields.headHash),
            _word(0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347),
            RlpText.text(abi.encodePacked(fields.feeRecipient)),
            _word(fields.stateRoot)
        );
        items = bytes.concat(
            items, _word(fields.batchRoot), _word(fields.receiptsHash), RlpText.text(new bytes(256)), RlpText.number(0)
        );
        items = bytes.concat(
            items, RlpText.number(fields.number), RlpText.number(fields.gasLimit), RlpText.number(fields.gasUsed)
        );
        items = bytes.concat(
            items,
            RlpText.number(fields.timestamp),
            RlpText.text(""),
            _word(fields.prevRandao),
            RlpText.text(hex"0000000000000000")
        );
        items = bytes.concat(items, RlpText.number(fields.baseFee), _word(fields.depositsHash));
        return bytes.concat(
            items,
            RlpText.number(0),
            RlpText.number(0),
            _word(fields.l1MessageRoot),
            _word(0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)
        );
    }

    function _word(bytes32 value) private pure returns (bytes memory) {
        return RlpText.text(abi.encodePacked(value));
    }
}
