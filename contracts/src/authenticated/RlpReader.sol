// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "./Span.sol";

/// @notice What is wrong with bytes that should be canonical RLP of the expected shape.
enum Fault {
    /// Nothing.
    None,
    /// An item runs beyond the end, or there is no further item.
    Truncated,
    /// A longer encoding than needed: a length with leading zeros, a long form below 56, a prefixed byte below 0x80.
    NonCanonical,
    /// An integer with a leading zero byte.
    LeadingZero,
    /// A string of another size than asked for, or an integer of more bytes.
    WrongSize,
    /// A list where a string was asked for.
    NotString,
    /// A string where a list was asked for.
    NotList,
    /// Bytes after the last item asked for.
    Trailing
}

/// @notice Reads consecutive RLP items in memory. The first fault sticks: later reads give zeros and the reader is never
/// exact again, so that a whole structure is read first and judged once.
struct Reader {
    /// Pointer to the next item.
    uint256 next;
    /// Pointer past the last one.
    uint256 end;
    /// The first thing found wrong.
    Fault fault;
}

using RlpReader for Reader global;

/// @notice Strict reading of RLP (Yellow Paper, appendix B): of the encodings of a value only the shortest is accepted.
/// @dev Whoever must not revert on bad input asks `isExact` at the end, all others `requireExact`; for every list read
/// both its own reader and the one it came from are to be asked.
library RlpReader {
    /// @notice The bytes are not canonical RLP of the expected shape.
    error MalformedRlp(Fault fault);

    /// @notice A reader of the items in `span`.
    function open(Span span) internal pure returns (Reader memory) {
        return Reader(span.pointer(), span.pointer() + span.length(), Fault.None);
    }

    /// @notice A reader of the items in `data`.
    function open(bytes memory data) internal pure returns (Reader memory) {
        return open(Spans.from(data));
    }

    /// @notice Whether there is no further item.
    function isDone(Reader memory reader) internal pure returns (bool) {
        return reader.next == reader.end;
    }

    /// @notice Whether everything read was well formed and nothing is left.
    function isExact(Reader memory reader) internal pure returns (bool) {
        return reader.fault == Fault.None && reader.next == reader.end;
    }

    /// @notice Reverts unless the reader `isExact`.
    function requireExact(Reader memory reader) internal pure {
        if (reader.fault != Fault.None) revert MalformedRlp(reader.fault);
        if (reader.next != reader.end) revert MalformedRlp(Fault.Trailing);
    }

    /// @notice Whether the next item is a list; false if there is none.
    function isListNext(Reader memory reader) internal pure returns (bool) {
        return reader.next < reader.end && _byteAt(reader.next) >= 0xc0;
    }

    /// @notice The next item, any string: its bytes without the header.
    function readString(Reader memory reader) internal pure returns (Span) {
        (bool isList, uint256 payload, uint256 length) = _next(reader);
        if (isList) {
            _fail(reader, Fault.NotString);
            return Spans.create(0, 0);
        }
        return Spans.create(payload, length);
    }

    /// @notice The next item, an integer of at most `maxBytes` <= 32 bytes without leading zeros.
    function readUint(Reader memory reader, uint256 maxBytes) internal pure returns (uint256 value) {
        Span span = readString(reader);
        uint256 length = span.length();
        if (length == 0) return 0;
        if (length > maxBytes) {
            _fail(reader, Fault.WrongSize);
        } else if (_byteAt(span.pointer()) == 0) {
            _fail(reader, Fault.LeadingZero);
        } else {
            value = _bigEndian(span.pointer(), length);
        }
    }

    /// @notice The next item, a string of exactly 32 bytes.
    function readBytes32(Reader memory reader) internal pure returns (bytes32) {
        return bytes32(_readExactly(reader, 32));
    }

    /// @notice The next item, a string of exactly 20 bytes.
    function readAddress(Reader memory reader) internal pure returns (address) {
        return address(uint160(_readExactly(reader, 20)));
    }

    /// @notice The next item, a string of 20 bytes or an empty one: the recipient of a transaction or none.
    function readOptionalAddress(Reader memory reader) internal pure returns (bool present, address value) {
        if (reader.next < reader.end && _byteAt(reader.next) == 0x80) {
            ++reader.next;
            return (false, address(0));
        }
        return (true, readAddress(reader));
    }

    /// @notice A reader of the items in the next item, a list; at fault from the start if that is not one.
    function readList(Reader memory reader) internal pure returns (Reader memory) {
        (bool isList, uint256 payload, uint256 length) = _next(reader);
        if (!isList) _fail(reader, Fault.NotList);
        if (reader.fault != Fault.None) return Reader(0, 0, reader.fault);
        return Reader(payload, payload + length, Fault.None);
    }

    /// @notice The next item, of either kind, with its header. What is inside a list is not looked at.
    function readItem(Reader memory reader) internal pure returns (Span) {
        uint256 start = reader.next;
        _next(reader);
        return reader.fault == Fault.None ? Spans.create(start, reader.next - start) : Spans.create(0, 0);
    }

    /// @notice Kind and payload of the item at `position`, which must end by `end`; meaningless with a fault.
    function parse(uint256 position, uint256 end)
        internal
        pure
        returns (Fault fault, bool isList, uint256 payload, uint256 length)
    {
        // Pointers are below 2^32 and lengths below 2^64.
        unchecked {
            if (position >= end) return (Fault.Truncated, false, 0, 0);
            uint256 word;
            assembly ("memory-safe") {
                word := mload(position)
            }
            uint256 prefix = word >> 248;
            if (prefix < 0x80) return (Fault.None, false, position, 1);
            uint256 second = (word >> 240) & 0xff;
            isList = prefix > 0xbf;
            payload = position + 1;
            length = prefix & 0x3f;
            if (length > 55) {
                uint256 size = length - 55;
                if (size > end - payload) return (Fault.Truncated, false, 0, 0);
                length = (word << 8) >> (256 - 8 * size);
                if (length < 56 || second == 0) return (Fault.NonCanonical, false, 0, 0);
                payload += size;
            } else if (prefix == 0x81 && second < 0x80 && payload < end) {
                return (Fault.NonCanonical, false, 0, 0);
            }
            if (length > end - payload) return (Fault.Truncated, false, 0, 0);
        }
    }

    function _next(Reader memory reader) private pure returns (bool isList, uint256 payload, uint256 length) {
        Fault fault;
        (fault, isList, payload, length) = parse(reader.next, reader.end);
        if (fault == Fault.None) {
            reader.next = payload + length;
        } else {
            _fail(reader, fault);
            (isList, payload, length) = (false, 0, 0);
        }
    }

    function _readExactly(Reader memory reader, uint256 size) private pure returns (uint256) {
        Span span = readString(reader);
        if (span.length() == size) return _bigEndian(span.pointer(), size);
        _fail(reader, Fault.WrongSize);
        return 0;
    }

    function _fail(Reader memory reader, Fault fault) private pure {
        if (reader.fault == Fault.None) reader.fault = fault;
        reader.next = reader.end;
    }

    function _byteAt(uint256 pointer) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(pointer))
        }
    }

    /// @dev The integer in `size` bytes, 1 to 32, from `pointer` on.
    function _bigEndian(uint256 pointer, uint256 size) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), mload(pointer))
        }
    }
}
