// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Reader, RlpReader} from "../../../src/authenticated/RlpReader.sol";
import {Authorization, AuthorizationList} from "../../../src/verifier/slot/AuthorizationList.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Test} from "../../support/TestBase.sol";
import {Transactions} from "../../support/Transactions.sol";

contract AuthorizationListTest is Test {
    struct Tuple {
        uint256 chainId;
        address delegate;
        uint64 nonce;
        uint8 parity;
        uint256 r;
        uint256 s;
    }

    function test_fuzz_readsWhatIsWritten(Tuple[4] memory tuples, uint256 length) public pure {
        length = bound(length, 1, 4);
        bytes memory list;
        for (uint256 i; i < length; ++i) {
            list = bytes.concat(list, _encode(tuples[i]));
        }
        _assertCount(list, true, length);
        Reader memory reader = RlpReader.open(list);
        for (uint256 i; i < length; ++i) {
            Authorization memory read = AuthorizationList.read(reader);
            Tuple memory tuple = tuples[i];
            assertEq(read.chainId, tuple.chainId);
            assertEq(read.delegate, tuple.delegate);
            assertEq(read.nonce, tuple.nonce);
            assertEq(read.parity, tuple.parity);
            assertEq(read.r, tuple.r);
            assertEq(read.s, tuple.s);
            assertEq(read.hash, keccak256(bytes.concat(hex"05", RlpText.list(_signed(tuple)))));
        }
        assertTrue(reader.isExact());
    }

    function test_longest() public pure {
        (uint64 nonce, uint256 most) = (type(uint64).max, type(uint256).max);
        bytes memory longest = _encode(Tuple(most, address(0), nonce, type(uint8).max, most, most));
        assertEq(longest.length, AuthorizationList.LONGEST);
        _assertCount(longest, true, 1);
    }

    function test_theEmptyListIsRefused() public pure {
        _assertCount("", false, 0);
    }

    /// The walk by pointers accepts what the reader of RLP does.
    function test_fuzz_agreesWithTheReader(Tuple memory tuple, uint256 position, uint8 change) public pure {
        bytes memory list = bytes.concat(_encode(tuple), _encode(Tuple(0, address(1), 127, 128, 1, 256)));
        position = bound(position, 0, list.length - 1);
        list[position] = bytes1(change);
        (bool valid, uint256 tuples) = _read(list);
        _assertCount(list, valid, tuples);
    }

    function test_fuzz_agreesWithTheReader_onAnything(bytes memory fields) public pure {
        (bool valid, uint256 tuples) = _read(RlpText.list(fields));
        _assertCount(RlpText.list(fields), valid, tuples);
        (valid, tuples) = _read(fields);
        _assertCount(fields, valid, tuples);
    }

    function test_agreesWithTheReader_onEveryFirstByteOfEachField() public {
        vm.pauseGasMetering();
        uint256 accepted;
        for (uint256 field; field < 6; ++field) {
            for (uint256 first; first < 256; ++first) {
                for (uint256 second; second < 256; second += 51) {
                    // Below 256.
                    // forge-lint: disable-next-line(unsafe-typecast)
                    if (this.agreesOn(field, uint8(first), uint8(second))) ++accepted;
                }
            }
        }
        // 0x01 to 0x80 alone for each of five integers, whatever the unused second byte
        assertGt(accepted, 5 * 128 * 6);
    }

    /// A tuple one of whose fields has these first bytes and as many others as the first may announce: whether it is accepted.
    function agreesOn(uint256 field, uint8 first, uint8 second) external pure returns (bool valid) {
        bytes[6] memory fields = [
            RlpText.number(7_001),
            RlpText.text(new bytes(20)),
            RlpText.number(3),
            RlpText.number(1),
            RlpText.number(1 << 255),
            RlpText.number(1 << 200)
        ];
        uint256 announced = first <= 0x80 ? 0 : (first - 1) % 32 + 1;
        fields[field] = abi.encodePacked(first);
        if (announced > 0) fields[field] = abi.encodePacked(first, second, new bytes(announced - 1));
        bytes memory list;
        for (uint256 i; i < 6; ++i) {
            list = bytes.concat(list, fields[i]);
        }
        list = RlpText.list(list);
        uint256 tuples;
        (valid, tuples) = _read(list);
        _assertCount(list, valid, tuples);
    }

    function _read(bytes memory list) private pure returns (bool valid, uint256 tuples) {
        Reader memory reader = RlpReader.open(list);
        valid = true;
        while (!reader.isDone()) {
            Reader memory fields = reader.readList();
            fields.readUint(32);
            fields.readAddress();
            fields.readUint(8);
            fields.readUint(1);
            fields.readUint(32);
            fields.readUint(32);
            if (!fields.isExact()) valid = false;
            ++tuples;
        }
        if (!valid || !reader.isExact() || tuples == 0) return (false, 0);
    }

    function _assertCount(bytes memory list, bool valid, uint256 tuples) private pure {
        Reader memory reader = RlpReader.open(list);
        (bool gotValid, uint256 got) = AuthorizationList.count(reader.next, reader.end);
        assertEq(gotValid, valid);
        assertEq(got, tuples);
    }

    function _signed(Tuple memory tuple) private pure returns (bytes memory) {
        return Transactions.authorizationFields(tuple.chainId, tuple.delegate, tuple.nonce);
    }

    function _encode(Tuple memory tuple) private pure returns (bytes memory) {
        return Transactions.tuple(_signed(tuple), tuple.parity, tuple.r, tuple.s);
    }
}
