// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span} from "../../authenticated/Span.sol";
import {Transaction} from "./TransactionDecoder.sol";

/// @notice What a transaction costs before it runs, and the least it costs at all.
library IntrinsicGas {
    /// @notice EIP-2: any transaction.
    uint256 internal constant TRANSACTION = 21_000;
    /// @notice EIP-2: creating a contract, in addition.
    uint256 internal constant CREATION = 32_000;
    /// @notice EIP-3860: a word of initcode.
    uint256 internal constant INITCODE_WORD = 2;
    /// @notice EIP-2028: a zero byte of data; a non-zero byte is four of these tokens (EIP-7623).
    uint256 internal constant TOKEN = 4;
    /// @notice EIP-7623: a token, in the floor.
    uint256 internal constant FLOOR_TOKEN = 10;
    /// @notice EIP-2930: an address of the access list.
    uint256 internal constant ACCESS_LIST_ADDRESS = 2_400;
    /// @notice EIP-2930: a storage key of the access list.
    uint256 internal constant ACCESS_LIST_KEY = 1_900;
    /// @notice EIP-7702: an authorization.
    uint256 internal constant AUTHORIZATION = 25_000;

    /// @notice Intrinsic gas and floor gas.
    function gasOf(Transaction memory transaction) internal pure returns (uint256 intrinsic, uint256 floor) {
        uint256 dataTokens = tokens(transaction.data);
        intrinsic = TRANSACTION + TOKEN * dataTokens + ACCESS_LIST_ADDRESS * transaction.addresses + ACCESS_LIST_KEY
            * transaction.keys;
        intrinsic += AUTHORIZATION * transaction.authorizationCount;
        if (transaction.create) intrinsic += CREATION + INITCODE_WORD * ((transaction.data.length() + 31) / 32);
        floor = TRANSACTION + FLOOR_TOKEN * dataTokens;
    }

    /// @notice Zero bytes plus four times the non-zero bytes of `data`.
    function tokens(Span data) internal pure returns (uint256) {
        uint256 nonZero;
        unchecked {
            uint256 pointer = data.pointer();
            uint256 end = pointer + data.length();
            for (; pointer + 32 <= end; pointer += 32) {
                nonZero += _nonZeroBytes(_load(pointer));
            }
            if (pointer < end) nonZero += _nonZeroBytes(_load(pointer) >> (8 * (32 - (end - pointer))));
            return data.length() + 3 * nonZero;
        }
    }

    /// @dev Adding 0x7f to a byte's low seven bits sets its high bit iff one of them is set; the 32 high bits then
    /// are added up by one multiplication, whose top byte is their sum.
    function _nonZeroBytes(uint256 word) private pure returns (uint256) {
        uint256 low = 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f;
        uint256 ones = 0x0101010101010101010101010101010101010101010101010101010101010101;
        unchecked {
            uint256 marks = ((((word & low) + low) | word) >> 7) & ones;
            return (marks * ones) >> 248;
        }
    }

    function _load(uint256 pointer) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(pointer)
        }
    }
}
