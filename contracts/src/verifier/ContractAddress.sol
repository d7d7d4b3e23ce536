// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../authenticated/Rlp.sol";

/// @notice Where a new contract goes.
library ContractAddress {
    /// @notice By a transaction or CREATE of `creator` whose nonce is `nonce`.
    function fromNonce(address creator, uint64 nonce) internal pure returns (address) {
        return _last20(keccak256(Rlp.encodeList(bytes.concat(Rlp.encodeAddress(creator), Rlp.encodeUint(nonce)))));
    }

    /// @notice By CREATE2 of `creator` (EIP-1014).
    function fromSalt(address creator, bytes32 salt, bytes32 initcodeHash) internal pure returns (address) {
        return _last20(keccak256(abi.encodePacked(bytes1(0xff), creator, salt, initcodeHash)));
    }

    function _last20(bytes32 hash) private pure returns (address) {
        return address(uint160(uint256(hash)));
    }
}
