// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../authenticated/Account.sol";
import {NodeBag, NodeBags} from "../authenticated/NodeBag.sol";

/// @notice A code of the witness, left in calldata.
struct Code {
    /// keccak256 of its bytes.
    bytes32 hash;
    /// Where in calldata it begins.
    uint256 position;
    /// Bytes in it.
    uint256 length;
    /// Whether the step has asked for it.
    bool used;
}

/// @notice What a step is given beside the machine's groups (docs/protocol.md, section 3). Everything in it is bound by a
/// hash when it is used, and everything must be used.
struct Witness {
    /// The stack below `items`.
    bytes32 stackRest;
    /// The uppermost items of the stack, deepest first.
    uint256[] items;
    /// Where in calldata the next range proof begins.
    uint256 nextRange;
    /// Range proofs not read yet.
    uint256 ranges;
    /// The codes given.
    Code[] codes;
    /// The trie nodes given, and those the step makes.
    NodeBag nodes;
    /// Where in calldata the record begins.
    uint256 record;
    /// Bytes in the record, 0 from when it is used.
    uint256 recordLength;
}

/// @notice A position in the witness that moves from its first byte to its last.
struct Cursor {
    /// Where in calldata the next byte is.
    uint256 position;
    /// Where in calldata the witness ends.
    uint256 end;
}

using Witnesses for Witness global;
using Cursors for Cursor global;

/// @notice Reading of a witness, byte by byte in order.
library Cursors {
    /// @notice The witness ends before `position`, where something it announces would end.
    error TruncatedWitness(uint256 position);
    /// @notice So many bytes follow the end of the witness.
    error TrailingWitness(uint256 bytesLeft);

    /// @notice A cursor at the first byte of `witness`.
    function open(bytes calldata witness) internal pure returns (Cursor memory cursor) {
        uint256 start;
        assembly ("memory-safe") {
            start := witness.offset
        }
        cursor.position = start;
        cursor.end = start + witness.length;
    }

    /// @notice Passes `length` bytes and returns where in calldata they begin.
    function skip(Cursor memory cursor, uint256 length) internal pure returns (uint256 position) {
        position = cursor.position;
        uint256 next = position + length;
        if (next > cursor.end) revert TruncatedWitness(next);
        cursor.position = next;
    }

    /// @notice The next `size` bytes, 1 to 32, as a big-endian integer.
    function readUint(Cursor memory cursor, uint256 size) internal pure returns (uint256 value) {
        uint256 position = cursor.skip(size);
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), calldataload(position))
        }
    }

    /// @notice The next `length` bytes.
    function readSized(Cursor memory cursor, uint256 length) internal pure returns (bytes calldata data) {
        uint256 position = cursor.skip(length);
        assembly ("memory-safe") {
            data.offset := position
            data.length := length
        }
    }

    /// @notice The bytes behind a length of two bytes.
    function readBytes(Cursor memory cursor) internal pure returns (bytes calldata data) {
        return cursor.readSized(cursor.readUint(2));
    }

    /// @notice Passes a range proof: its words and siblings, each behind their number.
    function skipRange(Cursor memory cursor) internal pure {
        cursor.skip(32 * cursor.readUint(2));
        cursor.skip(32 * cursor.readUint(1));
    }

    /// @notice Reverts unless the whole witness was read.
    function requireEnd(Cursor memory cursor) internal pure {
        if (cursor.position != cursor.end) revert TrailingWitness(cursor.end - cursor.position);
    }
}

/// @notice The parts of a witness that follow the groups.
library Witnesses {
    /// @notice The witness holds no code with this hash.
    error MissingCode(bytes32 hash);
    /// @notice The step did not ask for the code with this hash.
    error UnusedCode(bytes32 hash);
    /// @notice The step read all its ranges and so many more were given.
    error UnusedRanges(uint256 count);
    /// @notice The step does not read so many stack items.
    error UnusedStackItems(uint256 count);
    /// @notice The step does not read a record.
    error UnusedRecord();

    /// @dev Bytes that a node takes with its length. No node that is found by its hash is shorter, the paths being 32 bytes.
    uint256 private constant NODE_SIZE = 34;

    /// @notice Reads the items of the stack, for whose chain see `stackHash`.
    function readItems(Witness memory witness, Cursor memory cursor) internal pure {
        witness.stackRest = bytes32(cursor.readUint(32));
        uint256 count = cursor.readUint(1);
        uint256[] memory items = new uint256[](count);
        uint256 position = cursor.skip(32 * count);
        assembly ("memory-safe") {
            calldatacopy(add(items, 32), position, shl(5, count))
        }
        witness.items = items;
    }

    /// @notice Reads everything from the ranges to the record, which ends the witness.
    function readProofs(Witness memory witness, Cursor memory cursor) internal pure {
        uint256 ranges = cursor.readUint(1);
        witness.ranges = ranges;
        witness.nextRange = cursor.position;
        for (uint256 i = 0; i < ranges; ++i) {
            cursor.skipRange();
        }
        witness.codes = new Code[](cursor.readUint(1));
        for (uint256 i = 0; i < witness.codes.length; ++i) {
            _readCode(witness.codes[i], cursor);
        }
        uint256 nodes = cursor.readUint(2);
        // The number is only announced. Room for more nodes than the witness can hold could take all gas, so that no error
        // names what is wrong.
        uint256 fitting = (cursor.end - cursor.position) / NODE_SIZE;
        witness.nodes = NodeBags.create(nodes < fitting ? nodes : fitting);
        for (uint256 i = 0; i < nodes; ++i) {
            bytes memory node = cursor.readBytes();
            witness.nodes.add(node);
        }
        bytes calldata record = cursor.readBytes();
        uint256 position;
        assembly ("memory-safe") {
            position := record.offset
        }
        witness.record = position;
        witness.recordLength = record.length;
        cursor.requireEnd();
    }

    /// @notice The chain of the whole stack.
    function stackHash(Witness memory witness) internal pure returns (bytes32 chain) {
        chain = witness.stackRest;
        uint256[] memory items = witness.items;
        assembly ("memory-safe") {
            let item := add(items, 32)
            for { let end := add(item, shl(5, mload(items))) } lt(item, end) { item := add(item, 32) } {
                mstore(0, chain)
                mstore(32, mload(item))
                chain := keccak256(0, 64)
            }
        }
    }

    /// @notice The code with this hash, which is used from now on.
    function code(Witness memory witness, bytes32 hash) internal pure returns (bytes calldata found) {
        uint256 position;
        uint256 length;
        if (hash != Accounts.EMPTY_CODE_HASH) {
            Code memory match_ = _find(witness.codes, hash);
            match_.used = true;
            (position, length) = (match_.position, match_.length);
        }
        assembly ("memory-safe") {
            found.offset := position
            found.length := length
        }
    }

    /// @notice The record, which is used from now on; empty if none was given.
    function takeRecord(Witness memory witness) internal pure returns (bytes calldata record) {
        uint256 position = witness.record;
        uint256 length = witness.recordLength;
        witness.recordLength = 0;
        assembly ("memory-safe") {
            record.offset := position
            record.length := length
        }
    }

    /// @notice Reverts unless the step has used everything it was given.
    function requireSpent(Witness memory witness) internal pure {
        if (witness.items.length != 0) revert UnusedStackItems(witness.items.length);
        if (witness.ranges != 0) revert UnusedRanges(witness.ranges);
        for (uint256 i = 0; i < witness.codes.length; ++i) {
            if (!witness.codes[i].used) revert UnusedCode(witness.codes[i].hash);
        }
        witness.nodes.requireAllUsed();
        if (witness.recordLength != 0) revert UnusedRecord();
    }

    function _readCode(Code memory code_, Cursor memory cursor) private pure {
        uint256 length = cursor.readUint(3);
        uint256 position = cursor.skip(length);
        bytes32 hash;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, position, length)
            hash := keccak256(buffer, length)
        }
        (code_.hash, code_.position, code_.length) = (hash, position, length);
    }

    function _find(Code[] memory codes, bytes32 hash) private pure returns (Code memory) {
        for (uint256 i = 0; i < codes.length; ++i) {
            if (codes[i].hash == hash) return codes[i];
        }
        revert MissingCode(hash);
    }
}
