// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../authenticated/Account.sol";

/// @notice The code of an account that lets another's code run for it (EIP-7702).
library Delegation {
    /// @notice Bytes of such a code.
    uint256 internal constant SIZE = 23;
    /// @notice Its first three bytes; the delegate's address follows.
    bytes3 internal constant PREFIX = 0xef0100;

    /// @notice Whether `code` is a delegation, and to whom.
    function parse(bytes calldata code) internal pure returns (bool isDelegation, address delegate) {
        // The first three bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (code.length != SIZE || bytes3(code) != PREFIX) return (false, address(0));
        return (true, address(bytes20(code[3:])));
    }

    /// @notice Whether an account with `code` is still its key's: it may send transactions (EIP-3607) and delegate.
    function isPossible(bytes calldata code) internal pure returns (bool) {
        (bool isDelegation,) = parse(code);
        return isDelegation || code.length == 0;
    }

    /// @notice keccak256 of the code that delegates to `delegate`; to the zero address means none.
    function codeHash(address delegate) internal pure returns (bytes32) {
        return delegate == address(0) ? Accounts.EMPTY_CODE_HASH : keccak256(abi.encodePacked(PREFIX, delegate));
    }
}
