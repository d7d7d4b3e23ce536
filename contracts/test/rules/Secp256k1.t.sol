// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Secp256k1} from "../../src/rules/Secp256k1.sol";
import {Test} from "../support/TestBase.sol";
import {Transactions} from "../support/Transactions.sol";

contract Secp256k1Test is Test {
    uint256 private constant ORDER = Transactions.ORDER;

    function test_fuzz_recover(uint256 key, bytes32 hash) public pure {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        assertEq(Secp256k1.recover(hash, v - 27, uint256(r), uint256(s)), vm.addr(key));
        // the same signature, spelled otherwise
        assertEq(ecrecover(hash, 55 - v, r, bytes32(ORDER - uint256(s))), vm.addr(key));
        _assertNobody(hash, 28 - v, uint256(r), ORDER - uint256(s));
    }

    function test_recover_bounds() public pure {
        bytes32 hash = keccak256("signed");
        (uint8 v, bytes32 signedR, bytes32 signedS) = vm.sign(1, hash);
        (uint256 parity, uint256 r, uint256 s) = (v - 27, uint256(signedR), uint256(signedS));
        _assertNobody(hash, parity + 2, r, s);
        _assertNobody(hash, parity + 27, r, s);
        _assertNobody(hash, parity + 256, r, s);
        _assertNobody(hash, parity, 0, s);
        _assertNobody(hash, parity, ORDER, s);
        _assertNobody(hash, parity, type(uint256).max, s);
        // 5 is not the x of any point
        _assertNobody(hash, parity, 5, s);
        _assertNobody(hash, parity, r, 0);
        _assertNobody(hash, parity, r, ORDER / 2 + 1);
        assertNotEq(Secp256k1.recover(hash, parity, r, ORDER / 2), address(0));
    }

    function _assertNobody(bytes32 hash, uint256 parity, uint256 r, uint256 s) private pure {
        assertEq(Secp256k1.recover(hash, parity, r, s), address(0));
    }
}
