// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "./Mpt.sol";
import {NodeBag} from "./NodeBag.sol";
import {Rlp} from "./Rlp.sol";

/// @notice An account of the world state.
struct Account {
    /// Transactions sent, or contracts created.
    uint64 nonce;
    /// Wei.
    uint256 balance;
    /// Root of its storage trie.
    bytes32 storageRoot;
    /// keccak256 of its code.
    bytes32 codeHash;
}

using Accounts for Account global;

/// @notice Accounts in the world state: a trie from keccak256(address) to RLP [nonce, balance, storage root, code hash].
library Accounts {
    /// @notice keccak256 of no code.
    bytes32 internal constant EMPTY_CODE_HASH = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

    /// @notice The body is not an account's encoding.
    error MalformedAccount();

    /// @notice The account at `owner`; where there is none, an empty one.
    function read(NodeBag memory bag, bytes32 stateRoot, address owner) internal pure returns (Account memory account) {
        bytes memory body = Mpt.get(bag, stateRoot, path(owner));
        if (body.length == 0) {
            account.storageRoot = Mpt.EMPTY_ROOT;
            account.codeHash = EMPTY_CODE_HASH;
            return account;
        }
        return decode(body);
    }

    /// @notice The state root after `owner`'s account has become `account`, which is removed if it is empty.
    function write(NodeBag memory bag, bytes32 stateRoot, address owner, Account memory account)
        internal
        pure
        returns (bytes32)
    {
        if (account.isEmpty()) return Mpt.remove(bag, stateRoot, path(owner));
        return Mpt.put(bag, stateRoot, path(owner), encode(account));
    }

    /// @notice Whether `account` has no nonce, balance and code (EIP-161), whatever its storage.
    function isEmpty(Account memory account) internal pure returns (bool) {
        return account.nonce == 0 && account.balance == 0 && account.codeHash == EMPTY_CODE_HASH;
    }

    /// @notice The account that `body` encodes.
    /// @dev An account has one encoding, so the fields are taken from where that has them, and what they encode to must be
    /// the body.
    function decode(bytes memory body) internal pure returns (Account memory account) {
        assembly ("memory-safe") {
            function readUint(from) -> to, value {
                value := byte(0, mload(from))
                to := add(from, 1)
                if gt(value, 0x7f) {
                    let size := sub(value, 0x80)
                    value := shr(sub(256, shl(3, size)), mload(to))
                    to := add(to, size)
                }
            }
            // past the length of `bytes` and the header of a list of more than 55 bytes
            let pointer, value := readUint(add(body, 34))
            mstore(account, and(value, 0xffffffffffffffff))
            pointer, value := readUint(pointer)
            mstore(add(account, 32), value)
            mstore(add(account, 64), mload(add(pointer, 1)))
            mstore(add(account, 96), mload(add(pointer, 34)))
        }
        if (keccak256(encode(account)) != keccak256(body)) revert MalformedAccount();
    }

    /// @notice The account's body in the trie.
    function encode(Account memory account) internal pure returns (bytes memory) {
        uint256 start = Rlp.reserve();
        // The header of a list of 68 to 108 bytes has two bytes.
        uint256 payload = start + 2;
        uint256 pointer = Rlp.writeUint(payload, account.nonce);
        pointer = Rlp.writeUint(pointer, account.balance);
        pointer = Rlp.writeBytes32(pointer, account.storageRoot);
        pointer = Rlp.writeBytes32(pointer, account.codeHash);
        uint256 length = pointer - payload;
        assembly ("memory-safe") {
            mstore8(start, 0xf8)
            mstore8(add(start, 1), length)
        }
        return Rlp.finish(start, pointer);
    }

    /// @notice Where the account of `owner` is in the state: keccak256(abi.encodePacked(owner)).
    function path(address owner) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, shl(96, owner))
            hash := keccak256(0, 20)
        }
    }
}
