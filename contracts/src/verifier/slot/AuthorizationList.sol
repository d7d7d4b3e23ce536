// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../../authenticated/Rlp.sol";
import {Fault, Reader, RlpReader} from "../../authenticated/RlpReader.sol";
import {Spans} from "../../authenticated/Span.sol";

/// @notice A tuple of an authorization list (EIP-7702); anything within the bounds of its form, signed or not.
struct Authorization {
    /// 0: any chain.
    uint256 chainId;
    /// Whose code is to run; the zero address takes a delegation back.
    address delegate;
    /// The authority's nonce.
    uint64 nonce;
    /// What the authority signs.
    bytes32 hash;
    uint256 parity;
    uint256 r;
    uint256 s;
}

/// @notice The form of an authorization list: tuples [chain id u256, address, nonce u64, y parity u8, r u256, s u256].
library AuthorizationList {
    /// @notice Bytes of the longest tuple, with its header.
    uint256 internal constant LONGEST = 133;
    /// @dev EIP-7702: what an authority signs begins with this byte.
    bytes1 private constant MAGIC = 0x05;
    /// @dev A string of 20 bytes, with its header.
    uint256 private constant ADDRESS_SIZE = 21;
    uint256 private constant ADDRESS_HEADER = 0x94;
    uint256 private constant CHAIN_ID_BYTES = 32;
    /// @dev A digit pair each: the most bytes of nonce, y parity, r and s.
    bytes4 private constant INTEGER_BYTES = 0x08012020;

    /// @notice Whether the bytes from `position` to `end` are one tuple or more, and how many.
    /// @dev There may be thousands, so this walks by pointers instead of a reader for each. Pointers and lengths that `parse`
    /// gives are below 2^33.
    function count(uint256 position, uint256 end) internal pure returns (bool valid, uint256 tuples) {
        unchecked {
            for (; position < end; ++tuples) {
                (Fault fault, bool isList, uint256 payload, uint256 length) = RlpReader.parse(position, end);
                position = payload + length;
                if (fault != Fault.None || !isList || !_isTuple(payload, position)) return (false, 0);
            }
            return (tuples != 0, tuples);
        }
    }

    /// @notice The next of the tuples that `count` has accepted.
    function read(Reader memory tuples) internal pure returns (Authorization memory authorization) {
        Reader memory fields = tuples.readList();
        uint256 start = fields.next;
        authorization.chainId = fields.readUint(CHAIN_ID_BYTES);
        authorization.delegate = fields.readAddress();
        // Read as at most 8 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        authorization.nonce = uint64(fields.readUint(8));
        bytes memory signed = Spans.create(start, fields.next - start).toBytes();
        authorization.hash = keccak256(bytes.concat(MAGIC, Rlp.encodeList(signed)));
        authorization.parity = fields.readUint(1);
        authorization.r = fields.readUint(32);
        authorization.s = fields.readUint(32);
        fields.requireExact();
    }

    /// @dev Reads at most 150 bytes beyond `end`, which no position then equals.
    function _isTuple(uint256 position, uint256 end) private pure returns (bool) {
        unchecked {
            uint256 size = _integerSize(position, CHAIN_ID_BYTES);
            if (size == 0) return false;
            position += size;
            if (_load(position) >> 248 != ADDRESS_HEADER) return false;
            position += ADDRESS_SIZE;
            for (uint256 i = 0; i < 4; ++i) {
                size = _integerSize(position, uint8(INTEGER_BYTES[i]));
                if (size == 0) return false;
                position += size;
            }
            return position == end;
        }
    }

    /// @dev Bytes, with its header, of the integer of at most `maxBytes` at `position`; 0 if there is none in its shortest form.
    function _integerSize(uint256 position, uint256 maxBytes) private pure returns (uint256) {
        unchecked {
            uint256 word = _load(position);
            uint256 first = word >> 248;
            if (first <= Rlp.STRING) return first == 0 ? 0 : 1;
            uint256 length = first - Rlp.STRING;
            uint256 second = (word >> 240) & 0xff;
            if (length > maxBytes || second == 0 || (length == 1 && second < Rlp.STRING)) return 0;
            return 1 + length;
        }
    }

    function _load(uint256 pointer) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(pointer)
        }
    }
}
