// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {RlpText} from "./RlpText.sol";

/// @notice A transaction before it is signed; each field is the RLP item that stands for it, so that tests can put
/// wrong ones.
struct Unsigned {
    uint8 kind;
    /// The chain id of a typed transaction; of a legacy one only if `replayProtected`.
    uint64 chainId;
    bool replayProtected;
    bytes nonce;
    bytes tipCap;
    bytes feeCap;
    bytes gasLimit;
    bytes to;
    bytes value;
    bytes data;
    bytes accessList;
    bytes authorizations;
}

/// @notice Builds and signs transactions of the types 0, 1, 2 and 4.
library Transactions {
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    Vm private constant _VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice A plain transfer of one wei.
    function transfer(uint8 kind, uint64 chainId, uint64 nonce) internal pure returns (Unsigned memory) {
        return Unsigned({
            kind: kind,
            chainId: chainId,
            replayProtected: true,
            nonce: RlpText.number(nonce),
            tipCap: RlpText.number(1 gwei),
            feeCap: RlpText.number(20 gwei),
            gasLimit: RlpText.number(100_000),
            to: RlpText.text(abi.encodePacked(address(0xbeef))),
            value: RlpText.number(1),
            data: RlpText.text(""),
            accessList: RlpText.list(""),
            authorizations: RlpText.list(authorization(1, chainId, address(0x77), 0))
        });
    }

    /// @notice One entry of an access list.
    function accessEntry(address account, bytes32[] memory keys) internal pure returns (bytes memory) {
        bytes memory items;
        for (uint256 i; i < keys.length; ++i) {
            items = bytes.concat(items, RlpText.text(abi.encodePacked(keys[i])));
        }
        return RlpText.list(bytes.concat(RlpText.text(abi.encodePacked(account)), RlpText.list(items)));
    }

    /// @notice A tuple of an authorization list, signed.
    function authorization(uint256 key, uint256 chainId, address delegate, uint64 nonce)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory signed = authorizationFields(chainId, delegate, nonce);
        (uint8 v, bytes32 r, bytes32 s) = _VM.sign(key, keccak256(bytes.concat(hex"05", RlpText.list(signed))));
        return tuple(signed, v - 27, uint256(r), uint256(s));
    }

    /// @notice What an authority signs of a tuple.
    function authorizationFields(uint256 chainId, address delegate, uint64 nonce) internal pure returns (bytes memory) {
        bytes memory account = RlpText.text(abi.encodePacked(delegate));
        return bytes.concat(RlpText.number(chainId), account, RlpText.number(nonce));
    }

    /// @notice A tuple of an authorization list.
    function tuple(bytes memory signed, uint256 parity, uint256 r, uint256 s) internal pure returns (bytes memory) {
        return RlpText.list(bytes.concat(signed, RlpText.number(parity), RlpText.number(r), RlpText.number(s)));
    }

    /// @notice The signed fields.
    function fields(Unsigned memory self) internal pure returns (bytes memory) {
        bytes memory prices = self.kind >= 2 ? bytes.concat(self.tipCap, self.feeCap) : self.feeCap;
        bytes memory middle = bytes.concat(self.nonce, prices, self.gasLimit, self.to, self.value, self.data);
        if (self.kind == 0) return middle;
        bytes memory typed = bytes.concat(RlpText.number(self.chainId), middle, self.accessList);
        return self.kind == 4 ? bytes.concat(typed, self.authorizations) : typed;
    }

    /// @notice What is signed.
    function signingHash(Unsigned memory self) internal pure returns (bytes32) {
        if (self.kind != 0) return keccak256(bytes.concat(bytes1(self.kind), RlpText.list(fields(self))));
        bytes memory suffix = self.replayProtected ? bytes.concat(RlpText.number(self.chainId), hex"8080") : bytes("");
        return keccak256(RlpText.list(bytes.concat(fields(self), suffix)));
    }

    /// @notice The parity or v that the entry holds.
    function parityField(Unsigned memory self, uint256 parity) internal pure returns (uint256) {
        if (self.kind != 0) return parity;
        return self.replayProtected ? 35 + 2 * uint256(self.chainId) + parity : 27 + parity;
    }

    /// @notice The items of the signed transaction's list.
    function signedItems(Unsigned memory self, uint256 key) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = _VM.sign(key, signingHash(self));
        return bytes.concat(
            fields(self),
            RlpText.number(parityField(self, v - 27)),
            RlpText.number(uint256(r)),
            RlpText.number(uint256(s))
        );
    }

    /// @notice The entry of these items.
    function envelope(uint8 kind, bytes memory items) internal pure returns (bytes memory) {
        return kind == 0 ? RlpText.list(items) : bytes.concat(bytes1(kind), RlpText.list(items));
    }

    /// @notice The signed transaction's EIP-2718 bytes.
    function sign(Unsigned memory self, uint256 key) internal pure returns (bytes memory) {
        return envelope(self.kind, signedItems(self, key));
    }
}
