// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../../authenticated/Rlp.sol";
import {Fault, Reader, RlpReader} from "../../authenticated/RlpReader.sol";
import {Span, Spans} from "../../authenticated/Span.sol";
import {Secp256k1} from "../../rules/Secp256k1.sol";
import {AuthorizationList} from "./AuthorizationList.sol";

/// @notice A batch entry that the grammar of docs/protocol.md, section 5 accepts, with its recovered sender.
struct Transaction {
    /// EIP-2718 type; 0 for a legacy transaction.
    uint8 kind;
    uint64 nonce;
    uint64 gasLimit;
    /// Gas price, or max fee per gas of types 2 and 4.
    uint256 feeCap;
    /// Max priority fee per gas of types 2 and 4; the gas price otherwise.
    uint256 tipCap;
    /// Whether `to` is empty.
    bool create;
    /// Callee; zero in a creation.
    address to;
    uint256 value;
    /// Calldata or initcode, inside the entry.
    Span data;
    /// The access list's payload, behind its list header, inside the entry; no bytes for a legacy transaction.
    Span accessList;
    /// Addresses in the access list.
    uint256 addresses;
    /// Storage keys in the access list.
    uint256 keys;
    /// The authorization list's payload, behind its list header, inside the entry; no bytes unless of type 4.
    Span authorizations;
    /// Tuples in the authorization list.
    uint256 authorizationCount;
    address sender;
}

/// @notice The one decoding grammar of batch entries: legacy (EIP-155 and before), EIP-2930, EIP-1559 and EIP-7702. Entries
/// are anybody's bytes, so a malformed one is reported and never reverts.
library TransactionDecoder {
    uint8 private constant _LEGACY = 0;
    uint8 private constant _ACCESS_LIST = 1;
    uint8 private constant _DYNAMIC_FEE = 2;
    uint8 private constant _SET_CODE = 4;
    /// @dev EIP-2681: a nonce of 2^64 - 1 is invalid.
    uint256 private constant _MAX_NONCE = type(uint64).max - 1;
    uint256 private constant _FEE_BYTES = 16;
    /// @dev A string of 20 bytes, with its header.
    uint256 private constant _ADDRESS_SIZE = 21;
    uint256 private constant _ADDRESS_HEADER = 0x94;
    /// @dev A string of 32 bytes, with its header.
    uint256 private constant _KEY_SIZE = 33;
    uint256 private constant _KEY_HEADER = 0xa0;

    /// @dev What was signed, and by which parity.
    struct Signature {
        /// The leading fields, as they are in the entry.
        Span fields;
        /// What the signed list holds behind them (EIP-155).
        bytes suffix;
        uint256 parity;
        uint256 r;
        uint256 s;
    }

    /// @notice Decodes `entry`, which is not empty. Not `valid` means that the entry is skipped.
    function decode(bytes memory entry, uint64 chainId)
        internal
        pure
        returns (bool valid, Transaction memory transaction)
    {
        uint8 kind = uint8(entry[0]);
        bool legacy = kind >= Rlp.LIST;
        if (!legacy && kind != _ACCESS_LIST && kind != _DYNAMIC_FEE && kind != _SET_CODE) return (false, transaction);
        transaction.kind = legacy ? _LEGACY : kind;

        Reader memory outer = RlpReader.open(entry);
        if (!legacy) ++outer.next;
        Reader memory fields = outer.readList();
        if (!outer.isExact()) return (false, transaction);

        Signature memory signature;
        valid = legacy
            ? _readLegacy(fields, transaction, signature, chainId)
            : _readTyped(fields, transaction, signature, chainId);
        (signature.r, signature.s) = (fields.readUint(32), fields.readUint(32));
        if (!valid || !fields.isExact()) return (false, transaction);

        bytes32 hash = _signingHash(transaction.kind, signature);
        transaction.sender = Secp256k1.recover(hash, signature.parity, signature.r, signature.s);
        valid = transaction.sender != address(0);
    }

    /// @dev Six fields and v: 27 + parity, or by EIP-155 35 + 2 chainId + parity, which signs the chain id too.
    function _readLegacy(
        Reader memory fields,
        Transaction memory transaction,
        Signature memory signature,
        uint256 chainId
    ) private pure returns (bool) {
        uint256 start = fields.next;
        bool valid = _readBody(fields, transaction);
        signature.fields = Spans.create(start, fields.next - start);
        uint256 v = fields.readUint(32);
        if (v == 27 || v == 28) {
            signature.parity = v - 27;
            return valid;
        }
        uint256 base = 35 + 2 * chainId;
        if (v != base && v != base + 1) return false;
        signature.parity = v - base;
        signature.suffix = bytes.concat(Rlp.encodeUint(chainId), hex"8080");
        return valid;
    }

    /// @dev The chain id, six or seven fields, the access list, in type 4 the authorization list, and the parity.
    function _readTyped(
        Reader memory fields,
        Transaction memory transaction,
        Signature memory signature,
        uint256 chainId
    ) private pure returns (bool valid) {
        uint256 start = fields.next;
        valid = fields.readUint(8) == chainId;
        if (!_readBody(fields, transaction)) valid = false;
        if (!_readAccessList(fields, transaction)) valid = false;
        if (transaction.kind == _SET_CODE && !_readAuthorizations(fields, transaction)) valid = false;
        signature.fields = Spans.create(start, fields.next - start);
        signature.parity = fields.readUint(1);
    }

    /// @dev The fields from the nonce to the data.
    function _readBody(Reader memory fields, Transaction memory transaction) private pure returns (bool) {
        uint256 nonce = fields.readUint(8);
        // Read as at most 8 bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        transaction.nonce = uint64(nonce);
        transaction.tipCap = fields.readUint(_FEE_BYTES);
        transaction.feeCap = transaction.kind >= _DYNAMIC_FEE ? fields.readUint(_FEE_BYTES) : transaction.tipCap;
        transaction.gasLimit = uint64(fields.readUint(8));
        bool call;
        (call, transaction.to) = fields.readOptionalAddress();
        transaction.create = !call;
        transaction.value = fields.readUint(32);
        transaction.data = fields.readString();
        return nonce <= _MAX_NONCE;
    }

    /// @dev Checks the form of the access list and counts what it names.
    function _readAccessList(Reader memory fields, Transaction memory transaction) private pure returns (bool valid) {
        Reader memory list = fields.readList();
        transaction.accessList = Spans.create(list.next, list.end - list.next);
        (valid, transaction.addresses, transaction.keys) = _walkAccessList(list.next, list.end);
    }

    /// @dev A list may have thousands of entries, so this walks by pointers instead of a reader for each. Pointers and
    /// lengths that `parse` gives are below 2^33.
    function _walkAccessList(uint256 position, uint256 end)
        private
        pure
        returns (bool valid, uint256 addresses, uint256 keys)
    {
        unchecked {
            for (; position < end; ++addresses) {
                (Fault fault, bool isList, uint256 payload, uint256 length) = RlpReader.parse(position, end);
                if (fault != Fault.None || !isList) return (false, 0, 0);
                position = payload + length;
                if (length <= _ADDRESS_SIZE || _byteAt(payload) != _ADDRESS_HEADER) return (false, 0, 0);
                (fault, isList, payload, length) = RlpReader.parse(payload + _ADDRESS_SIZE, position);
                if (fault != Fault.None || !isList || payload + length != position) return (false, 0, 0);
                if (!_areKeys(payload, position)) return (false, 0, 0);
                keys += length / _KEY_SIZE;
            }
            return (true, addresses, keys);
        }
    }

    /// @dev Whether there is nothing but strings of 32 bytes.
    function _areKeys(uint256 position, uint256 end) private pure returns (bool) {
        unchecked {
            if ((end - position) % _KEY_SIZE != 0) return false;
            for (; position < end; position += _KEY_SIZE) {
                if (_byteAt(position) != _KEY_HEADER) return false;
            }
            return true;
        }
    }

    function _byteAt(uint256 pointer) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(pointer))
        }
    }

    /// @dev Checks the form of the authorization list and counts its tuples; its transaction creates nothing.
    function _readAuthorizations(Reader memory fields, Transaction memory transaction)
        private
        pure
        returns (bool valid)
    {
        Reader memory list = fields.readList();
        transaction.authorizations = Spans.create(list.next, list.end - list.next);
        (valid, transaction.authorizationCount) = AuthorizationList.count(list.next, list.end);
        if (transaction.create) valid = false;
    }

    /// @dev The grammar is canonical, so the signed fields are the entry's own bytes under a list header of their own.
    function _signingHash(uint8 kind, Signature memory signature) private pure returns (bytes32) {
        bytes memory list = Rlp.encodeList(bytes.concat(signature.fields.toBytes(), signature.suffix));
        return kind == _LEGACY ? keccak256(list) : keccak256(bytes.concat(bytes1(kind), list));
    }
}
