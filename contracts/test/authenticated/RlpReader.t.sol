// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Fault, Reader, RlpReader} from "../../src/authenticated/RlpReader.sol";
import {Span, Spans} from "../../src/authenticated/Span.sol";
import {Test} from "../support/TestBase.sol";
import {LibRLP} from "solady/utils/LibRLP.sol";

contract RlpReaderTest is Test {
    using LibRLP for LibRLP.List;

    function testFuzz_readsWhatWasEncoded(bytes memory a, uint256 b, uint8 shift, address c, bytes32 d, uint64 e)
        public
        pure
    {
        b >>= shift;
        bytes memory data = LibRLP.p(a).p(b).p(LibRLP.p(c).p(abi.encode(d))).p(uint256(e)).encode();
        Reader memory outer = RlpReader.open(data);
        assertTrue(outer.isListNext());
        Reader memory list = outer.readList();
        assertFalse(list.isListNext());
        assertEq(list.readString().toBytes(), a);
        assertEq(list.readUint(32), b);
        assertTrue(list.isListNext());
        Reader memory inner = list.readList();
        assertEq(inner.readAddress(), c);
        assertEq(inner.readBytes32(), d);
        inner.requireExact();
        assertFalse(list.isDone());
        assertEq(list.readUint(8), e);
        assertTrue(list.isDone() && list.isExact() && outer.isExact());
        list.requireExact();
        outer.requireExact();
    }

    function testFuzz_readItem(bytes memory a, uint256 b) public pure {
        bytes memory first = LibRLP.p(a).p(b).encode();
        Reader memory reader = RlpReader.open(bytes.concat(first, LibRLP.encode(b)));
        assertEq(reader.readItem().toBytes(), first);
        assertEq(reader.readItem().toBytes(), LibRLP.encode(b));
        assertTrue(reader.isExact());
    }

    function test_readOptionalAddress() public pure {
        Reader memory reader = RlpReader.open(bytes.concat(hex"80", LibRLP.encode(address(7)), hex"01"));
        (bool present, address value) = reader.readOptionalAddress();
        assertFalse(present);
        (present, value) = reader.readOptionalAddress();
        assertTrue(present);
        assertEq(value, address(7));
        reader.readOptionalAddress();
        assertTrue(reader.fault == Fault.WrongSize);
    }

    /// An item that is at fault on its own, whoever asks.
    function _refuses(bytes memory data, Fault fault) private pure {
        Reader memory reader = RlpReader.open(data);
        assertEq(reader.readItem().length(), 0);
        assertTrue(reader.fault == fault, "item");
        reader = RlpReader.open(data);
        assertEq(reader.readString().length(), 0);
        assertTrue(reader.fault == fault, "string");
        reader = RlpReader.open(data);
        assertTrue(reader.readList().fault == fault, "list");
    }

    function test_T52_refusesLongerEncodings() public pure {
        _refuses(hex"8100", Fault.NonCanonical);
        _refuses(hex"817f", Fault.NonCanonical);
        _refuses(bytes.concat(hex"b837", new bytes(55)), Fault.NonCanonical);
        _refuses(bytes.concat(hex"f837", new bytes(55)), Fault.NonCanonical);
        _refuses(bytes.concat(hex"b90038", new bytes(56)), Fault.NonCanonical);
        _refuses(bytes.concat(hex"f90038", new bytes(56)), Fault.NonCanonical);
    }

    function test_T52_refusesWhatRunsBeyondTheEnd() public pure {
        _refuses("", Fault.Truncated);
        _refuses(hex"81", Fault.Truncated);
        _refuses(hex"8261", Fault.Truncated);
        _refuses(hex"c1", Fault.Truncated);
        _refuses(hex"b8", Fault.Truncated);
        _refuses(hex"f901", Fault.Truncated);
        _refuses(bytes.concat(hex"b839", new bytes(56)), Fault.Truncated);
        _refuses(hex"bfffffffffffffffff", Fault.Truncated);
        _refuses(hex"ffffffffffffffffff", Fault.Truncated);
    }

    function test_anItemOfAListEndsInTheList() public pure {
        Reader memory reader = RlpReader.open(hex"c182616263");
        reader = reader.readList();
        reader.readString();
        assertTrue(reader.fault == Fault.Truncated);
    }

    function test_integers() public pure {
        Reader memory reader = RlpReader.open(hex"80017f8180820100");
        assertEq(reader.readUint(32), 0);
        assertEq(reader.readUint(1), 1);
        assertEq(reader.readUint(1), 127);
        assertEq(reader.readUint(1), 128);
        assertEq(reader.readUint(1), 0, "too large");
        assertTrue(reader.fault == Fault.WrongSize);
        reader = RlpReader.open(hex"00");
        reader.readUint(32);
        assertTrue(reader.fault == Fault.LeadingZero);
        reader = RlpReader.open(hex"820001");
        reader.readUint(32);
        assertTrue(reader.fault == Fault.LeadingZero);
        reader = RlpReader.open(bytes.concat(hex"a1", new bytes(33)));
        reader.readUint(32);
        assertTrue(reader.fault == Fault.WrongSize);
    }

    function test_wrongKinds() public pure {
        Reader memory reader = RlpReader.open(hex"c0");
        reader.readString();
        assertTrue(reader.fault == Fault.NotString);
        reader = RlpReader.open(hex"c0");
        reader.readUint(32);
        assertTrue(reader.fault == Fault.NotString);
        reader = RlpReader.open(hex"80");
        Reader memory list = reader.readList();
        assertTrue(reader.fault == Fault.NotList && list.fault == Fault.NotList);
        reader = RlpReader.open(bytes.concat(hex"93", new bytes(19)));
        reader.readAddress();
        assertTrue(reader.fault == Fault.WrongSize);
        reader = RlpReader.open(bytes.concat(hex"94", new bytes(20)));
        reader.readBytes32();
        assertTrue(reader.fault == Fault.WrongSize);
    }

    function test_theFirstFaultSticks() public pure {
        Reader memory reader = RlpReader.open(hex"0001c180");
        reader.readUint(32);
        assertEq(reader.readUint(32), 0, "reading goes on with zeros");
        assertEq(reader.readString().length(), 0);
        assertTrue(reader.readList().fault == Fault.LeadingZero);
        (bool present, address value) = reader.readOptionalAddress();
        assertTrue(present && value == address(0));
        assertTrue(reader.fault == Fault.LeadingZero);
        assertTrue(reader.isDone() && !reader.isExact());
    }

    function requireExact(bytes calldata data) external pure {
        Reader memory reader = RlpReader.open(data);
        reader.readUint(32);
        reader.requireExact();
    }

    function test_requireExact() public {
        this.requireExact(hex"01");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.Trailing));
        this.requireExact(hex"0101");
        vm.expectRevert(abi.encodeWithSelector(RlpReader.MalformedRlp.selector, Fault.NotString));
        this.requireExact(hex"c0");
    }

    /// Any bytes are either refused or are exactly what their content encodes to.
    function testFuzz_T52_oneEncoding(bytes memory data) public pure {
        Reader memory reader = RlpReader.open(data);
        bool isList = reader.isListNext();
        bytes memory content = isList ? reader.readList().readAll() : reader.readString().toBytes();
        if (!reader.isExact()) return;
        if (!isList) return assertEq(LibRLP.encode(content), data);
        assertEq(data.length, content.length + (content.length < 56 ? 1 : content.length < 256 ? 2 : 3));
    }
}

using {readAll} for Reader;

/// @dev The bytes a reader has not read.
function readAll(Reader memory reader) pure returns (bytes memory) {
    return Spans.create(reader.next, reader.end - reader.next).toBytes();
}
