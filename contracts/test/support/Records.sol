// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../../src/machine/Record.sol";

/// @notice The encoding of an Inbox record, field by field as contracts/machine.json lists them.
library Records {
    function encode(Record memory record) internal pure returns (bytes memory) {
        bytes memory head =
            abi.encodePacked(uint8(7), record.number, record.timestamp, record.prevRandao, record.feeRecipient);
        bytes memory batch = abi.encodePacked(record.batchRoot, record.batchLength, record.blobHash);
        return abi.encodePacked(head, record.l1MessageRoot, batch, record.depositsHash, record.depositCount);
    }
}
