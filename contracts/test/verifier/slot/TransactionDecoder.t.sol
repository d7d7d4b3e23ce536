// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Transaction, TransactionDecoder} from "../../../src/verifier/slot/TransactionDecoder.sol";
import {RlpText} from "../../support/RlpText.sol";
import {Test} from "../../support/TestBase.sol";
import {Transactions, Unsigned} from "../../support/Transactions.sol";

contract Decoder {
    function decode(bytes memory entry, uint64 chainId)
        external
        pure
        returns (bool valid, Transaction memory transaction, bytes memory data, bytes memory accessList)
    {
        (valid, transaction) = TransactionDecoder.decode(entry, chainId);
        if (valid) {
            data = transaction.data.toBytes();
            accessList = transaction.accessList.toBytes();
        }
    }
}

contract TransactionDecoderTest is Test {
    using Transactions for Unsigned;

    uint64 private constant CHAIN_ID = 7_001;
    uint256 private constant KEY = 0xa11ce;
    bytes private constant KINDS = hex"00010204";

    Decoder private decoder = new Decoder();
    address private signer = vm.addr(KEY);

    struct SignedFields {
        uint8 kind;
        uint64 nonce;
        uint128 tipCap;
        uint128 feeCap;
        uint64 gasLimit;
        uint256 value;
        bytes data;
        uint8 entries;
        bool create;
        bool replayProtected;
        uint256 key;
    }

    function _kind(uint256 i) private pure returns (uint8) {
        return uint8(KINDS[i % KINDS.length]);
    }

    function test_fuzz_decodesWhatWasSigned(SignedFields memory signed) public view {
        signed.key = bound(signed.key, 1, Transactions.ORDER - 1);
        signed.kind = _kind(signed.kind);
        if (signed.kind == 4) signed.create = false;
        signed.entries %= 4;
        signed.nonce = uint64(bound(signed.nonce, 0, type(uint64).max - 1));

        (bool valid, Transaction memory transaction, bytes memory data, bytes memory accessList) =
            decoder.decode(_unsigned(signed).sign(signed.key), CHAIN_ID);

        assertTrue(valid);
        assertEq(transaction.kind, signed.kind);
        assertEq(transaction.nonce, signed.nonce);
        assertEq(transaction.feeCap, signed.feeCap);
        assertEq(transaction.tipCap, signed.kind >= 2 ? signed.tipCap : signed.feeCap);
        assertEq(transaction.gasLimit, signed.gasLimit);
        assertEq(transaction.value, signed.value);
        assertEq(transaction.create, signed.create);
        assertEq(transaction.to, signed.create ? address(0) : address(0xbeef));
        assertEq(transaction.sender, vm.addr(signed.key));
        assertEq(data, signed.data);
        uint256 entries = signed.kind == 0 ? 0 : signed.entries;
        assertEq(accessList, _accessList(entries));
        assertEq(transaction.addresses, entries);
        assertEq(transaction.keys, entries * entries);
    }

    function _unsigned(SignedFields memory signed) private pure returns (Unsigned memory unsigned) {
        unsigned = Transactions.transfer(signed.kind, CHAIN_ID, signed.nonce);
        unsigned.replayProtected = signed.replayProtected;
        unsigned.tipCap = RlpText.number(signed.tipCap);
        unsigned.feeCap = RlpText.number(signed.feeCap);
        unsigned.gasLimit = RlpText.number(signed.gasLimit);
        unsigned.value = RlpText.number(signed.value);
        unsigned.data = RlpText.text(signed.data);
        if (signed.create) unsigned.to = RlpText.text("");
        unsigned.accessList = RlpText.list(_accessList(signed.entries));
    }

    function test_fuzz_oneChangedByteNeverKeepsTheSender(uint8 kind, uint256 position, uint8 change) public view {
        bytes memory entry = _entry(_kind(kind));
        position = bound(position, 0, entry.length - 1);
        change = uint8(bound(change, 1, 255));
        entry[position] = bytes1(uint8(entry[position]) ^ change);
        (bool valid, Transaction memory transaction,,) = decoder.decode(entry, CHAIN_ID);
        assertFalse(valid && transaction.sender == signer);
    }

    function test_fuzz_truncatedIsSkipped(uint8 kind, uint256 length) public view {
        bytes memory entry = _entry(_kind(kind));
        length = bound(length, 1, entry.length - 1);
        assembly {
            mstore(entry, length)
        }
        _assertSkipped(entry);
    }

    function test_fuzz_trailingBytesAreSkipped(uint8 kind, bytes memory tail) public view {
        vm.assume(tail.length != 0);
        _assertSkipped(bytes.concat(_entry(_kind(kind)), tail));
    }

    function test_fuzz_anyBytesDecodeWithoutRevert(bytes memory entry) public view {
        vm.assume(entry.length != 0);
        _assertSkipped(entry);
        _assertSkipped(bytes.concat(hex"02f9ffff", entry));
        _assertSkipped(bytes.concat(hex"01", RlpText.list(entry)));
        _assertSkipped(bytes.concat(hex"04", RlpText.list(entry)));
        _assertSkipped(RlpText.list(entry));
    }

    function test_otherFirstBytesAreSkipped() public view {
        bytes memory entry = _entry(2);
        for (uint8 first; first < 0xc0; ++first) {
            if (first == 2) continue;
            entry[0] = bytes1(first);
            _assertSkipped(entry);
        }
    }

    function test_setCodeTransaction_hasAuthorizationsAndACallee() public view {
        Unsigned memory unsigned = Transactions.transfer(4, CHAIN_ID, 1);
        bytes memory tuple = Transactions.authorization(1, 0, address(0), type(uint64).max);
        unsigned.authorizations = RlpText.list(bytes.concat(tuple, tuple, tuple));
        (bool valid, Transaction memory transaction,,) = decoder.decode(unsigned.sign(KEY), CHAIN_ID);
        assertTrue(valid);
        assertEq(transaction.authorizationCount, 3);
        assertEq(transaction.authorizations.length(), 3 * tuple.length);

        unsigned.authorizations = RlpText.list("");
        _assertSkipped(unsigned.sign(KEY));
        unsigned.authorizations = hex"80";
        _assertSkipped(unsigned.sign(KEY));
        unsigned.authorizations = RlpText.list(bytes.concat(tuple, hex"80"));
        _assertSkipped(unsigned.sign(KEY));
        unsigned.authorizations = RlpText.list(tuple);
        _assertSender(unsigned.sign(KEY));
        unsigned.to = hex"80";
        _assertSkipped(unsigned.sign(KEY));
    }

    function test_numberOfItems() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            bytes memory items = Transactions.transfer(kind, CHAIN_ID, 1).signedItems(KEY);
            _assertSender(Transactions.envelope(kind, items));
            _assertSkipped(Transactions.envelope(kind, bytes.concat(items, hex"80")));
            _assertSkipped(Transactions.envelope(kind, bytes.concat(hex"80", items)));
            bytes memory fewer = Transactions.transfer(kind, CHAIN_ID, 1).fields();
            _assertSkipped(Transactions.envelope(kind, fewer));
        }
    }

    function test_listHeaderMustBeMinimal() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            bytes memory items = Transactions.transfer(kind, CHAIN_ID, 1).signedItems(KEY);
            bytes memory prefix = kind == 0 ? bytes("") : abi.encodePacked(kind);
            assertGt(items.length, 55);
            assertLt(items.length, 256);
            _assertSender(abi.encodePacked(prefix, hex"f8", uint8(items.length), items));
            _assertSkipped(abi.encodePacked(prefix, hex"f9", uint16(items.length), items));
            _assertSkipped(abi.encodePacked(prefix, hex"ff", uint64(items.length), items));
            _assertSkipped(abi.encodePacked(prefix, hex"ff", type(uint64).max, items));
            _assertSkipped(abi.encodePacked(prefix, hex"b8", uint8(items.length), items));
        }
    }

    function test_integersMustBeMinimalAndBounded() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
            unsigned.nonce = hex"00";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = hex"8101";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = hex"820080";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = hex"c101";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = RlpText.number(type(uint64).max);
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = RlpText.number(1 << 64);
            _assertSkipped(unsigned.sign(KEY));
            unsigned.nonce = RlpText.number(type(uint64).max - 1);
            _assertSender(unsigned.sign(KEY));

            unsigned.gasLimit = RlpText.number(1 << 64);
            _assertSkipped(unsigned.sign(KEY));
            unsigned.gasLimit = RlpText.number(type(uint64).max);
            _assertSender(unsigned.sign(KEY));

            unsigned.feeCap = RlpText.number(1 << 128);
            _assertSkipped(unsigned.sign(KEY));
            unsigned.feeCap = RlpText.number(type(uint128).max);
            _assertSender(unsigned.sign(KEY));

            unsigned.value = bytes.concat(hex"a101", new bytes(32));
            _assertSkipped(unsigned.sign(KEY));
            unsigned.value = bytes.concat(hex"a000", new bytes(31));
            _assertSkipped(unsigned.sign(KEY));
        }
        Unsigned memory dynamicFee = Transactions.transfer(2, CHAIN_ID, 1);
        dynamicFee.tipCap = RlpText.number(1 << 128);
        _assertSkipped(dynamicFee.sign(KEY));
    }

    function test_recipientIsAnAddressOrEmpty() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
            unsigned.to = RlpText.text(new bytes(19));
            _assertSkipped(unsigned.sign(KEY));
            unsigned.to = RlpText.text(new bytes(21));
            _assertSkipped(unsigned.sign(KEY));
            unsigned.to = hex"c0";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.to = hex"80";
            if (kind == 4) _assertSkipped(unsigned.sign(KEY));
            else _assertSender(unsigned.sign(KEY));
        }
    }

    function test_dataMustBeAString() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
            unsigned.data = hex"c0";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.data = hex"8105";
            _assertSkipped(unsigned.sign(KEY));
            unsigned.data = bytes.concat(hex"b837", new bytes(55));
            _assertSkipped(unsigned.sign(KEY));
            unsigned.data = bytes.concat(hex"b7", new bytes(55));
            _assertSender(unsigned.sign(KEY));
        }
    }

    function test_chainId() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID + 1, 1);
            _assertSkipped(unsigned.sign(KEY));
        }
        Unsigned memory unprotected = Transactions.transfer(0, CHAIN_ID + 1, 1);
        unprotected.replayProtected = false;
        _assertSender(unprotected.sign(KEY));
    }

    function test_legacyParities() public view {
        Unsigned memory unsigned = Transactions.transfer(0, CHAIN_ID, 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, unsigned.signingHash());
        for (uint256 wrong; wrong < 40; ++wrong) {
            if (wrong != 27 && wrong != 28) _assertSkipped(_legacy(unsigned, RlpText.number(wrong), r, s));
        }
        uint256 base = 35 + 2 * uint256(CHAIN_ID);
        _assertSkipped(_legacy(unsigned, RlpText.number(base - 1), r, s));
        _assertSkipped(_legacy(unsigned, RlpText.number(base + 2), r, s));
        _assertSkipped(_legacy(unsigned, RlpText.number(type(uint256).max), r, s));
        _assertSender(_legacy(unsigned, RlpText.number(base + v - 27), r, s));
    }

    function test_signatureBounds() public view {
        for (uint256 i; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, unsigned.signingHash());
            uint256 parity = v - 27;
            uint256 highS = Transactions.ORDER - uint256(s);
            _assertSender(_signed(unsigned, parity, uint256(r), uint256(s)));
            _assertSkipped(_signed(unsigned, 1 - parity, uint256(r), highS));
            _assertSkipped(_signed(unsigned, parity, uint256(r), 0));
            _assertSkipped(_signed(unsigned, parity, 0, uint256(s)));
            _assertSkipped(_signed(unsigned, parity, Transactions.ORDER, uint256(s)));
            _assertSkipped(_signed(unsigned, parity, type(uint256).max, uint256(s)));
            if (kind != 0) _assertSkipped(_signed(unsigned, parity + 2, uint256(r), uint256(s)));
        }
    }

    function test_accessListForm() public view {
        bytes memory account = RlpText.text(new bytes(20));
        bytes memory key = RlpText.text(new bytes(32));
        _assertAccessList(true, RlpText.list(bytes.concat(account, RlpText.list(bytes.concat(key, key)))));
        _assertAccessList(true, RlpText.list(bytes.concat(account, RlpText.list(""))));
        _assertAccessList(false, RlpText.list(bytes.concat(account)));
        _assertAccessList(false, RlpText.list(""));
        _assertAccessList(false, account);
        _assertAccessList(false, RlpText.list(bytes.concat(account, key)));
        _assertAccessList(false, RlpText.list(bytes.concat(RlpText.list(""), account)));
        _assertAccessList(false, RlpText.list(bytes.concat(account, RlpText.list(key), hex"80")));
        _assertAccessList(false, RlpText.list(bytes.concat(RlpText.text(new bytes(19)), RlpText.list(key))));
        _assertAccessList(false, RlpText.list(bytes.concat(RlpText.text(new bytes(21)), RlpText.list(key))));
        _assertAccessList(false, RlpText.list(bytes.concat(account, RlpText.list(RlpText.text(new bytes(31))))));
        _assertAccessList(false, RlpText.list(bytes.concat(account, RlpText.list(RlpText.text(new bytes(33))))));
        _assertAccessList(false, RlpText.list(bytes.concat(account, RlpText.list(bytes.concat(key, hex"80")))));
        _assertAccessList(false, RlpText.list(bytes.concat(account, RlpText.list(RlpText.list(key)))));

        Unsigned memory unsigned = Transactions.transfer(2, CHAIN_ID, 1);
        unsigned.accessList = hex"80";
        _assertSkipped(unsigned.sign(KEY));
    }

    function _assertAccessList(bool valid, bytes memory entry) private view {
        for (uint256 i = 1; i < KINDS.length; ++i) {
            uint8 kind = _kind(i);
            Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
            unsigned.accessList = RlpText.list(entry);
            if (valid) _assertSender(unsigned.sign(KEY));
            else _assertSkipped(unsigned.sign(KEY));
        }
    }

    function _accessList(uint256 entries) private pure returns (bytes memory list) {
        for (uint256 i; i < entries; ++i) {
            bytes32[] memory keys = new bytes32[](entries);
            // forge-lint: disable-next-line(unsafe-typecast)
            list = bytes.concat(list, Transactions.accessEntry(address(uint160(i)), keys));
        }
    }

    function _entry(uint8 kind) private pure returns (bytes memory) {
        Unsigned memory unsigned = Transactions.transfer(kind, CHAIN_ID, 1);
        unsigned.accessList = RlpText.list(_accessList(2));
        return unsigned.sign(KEY);
    }

    function _legacy(Unsigned memory unsigned, bytes memory v, bytes32 r, bytes32 s)
        private
        pure
        returns (bytes memory)
    {
        return RlpText.list(bytes.concat(unsigned.fields(), v, RlpText.number(uint256(r)), RlpText.number(uint256(s))));
    }

    function _signed(Unsigned memory unsigned, uint256 parity, uint256 r, uint256 s)
        private
        pure
        returns (bytes memory)
    {
        return Transactions.envelope(
            unsigned.kind,
            bytes.concat(
                unsigned.fields(), RlpText.number(unsigned.parityField(parity)), RlpText.number(r), RlpText.number(s)
            )
        );
    }

    function _assertSender(bytes memory entry) private view {
        (bool valid, Transaction memory transaction,,) = decoder.decode(entry, CHAIN_ID);
        assertTrue(valid);
        assertEq(transaction.sender, signer);
    }

    function _assertSkipped(bytes memory entry) private view {
        (bool valid,,,) = decoder.decode(entry, CHAIN_ID);
        assertFalse(valid);
    }
}
