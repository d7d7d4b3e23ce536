// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Spans} from "../../../src/authenticated/Span.sol";
import {IntrinsicGas} from "../../../src/verifier/slot/IntrinsicGas.sol";
import {Transaction} from "../../../src/verifier/slot/TransactionDecoder.sol";
import {Test} from "../../support/TestBase.sol";

contract IntrinsicGasTest is Test {
    function test_fuzz_tokens_countsByteByByte(bytes memory data, uint256 start, uint256 length) public pure {
        start = bound(start, 0, data.length);
        length = bound(length, 0, data.length - start);
        // Words of zeros are rare in random bytes.
        if (start % 2 == 0) {
            for (uint256 i; i < data.length; ++i) {
                if (uint8(data[i]) % 3 != 0) data[i] = 0;
            }
        }
        uint256 expected;
        for (uint256 i = start; i < start + length; ++i) {
            expected += data[i] == 0 ? 1 : 4;
        }
        uint256 first = Spans.from(data).pointer();
        assertEq(IntrinsicGas.tokens(Spans.create(first + start, length)), expected);
    }

    function test_transfer() public pure {
        Transaction memory transaction;
        _assertGas(transaction, 21_000, 21_000);
    }

    function test_accessListAndData() public pure {
        Transaction memory transaction;
        transaction.addresses = 3;
        transaction.keys = 5;
        transaction.data = Spans.from(hex"00ff00ff");
        _assertGas(transaction, 21_000 + 2 * 4 + 2 * 16 + 3 * 2_400 + 5 * 1_900, 21_000 + 10 * 10);
    }

    function test_authorizations() public pure {
        Transaction memory transaction;
        transaction.authorizationCount = 3;
        _assertGas(transaction, 21_000 + 3 * 25_000, 21_000);
    }

    function test_creationPaysForItsWords() public pure {
        Transaction memory transaction;
        transaction.create = true;
        _assertGas(transaction, 53_000, 21_000);
        transaction.data = Spans.from(new bytes(32));
        _assertGas(transaction, 53_000 + 32 * 4 + 2, 21_000 + 320);
        transaction.data = Spans.from(new bytes(33));
        _assertGas(transaction, 53_000 + 33 * 4 + 4, 21_000 + 330);
    }

    function _assertGas(Transaction memory transaction, uint256 intrinsic, uint256 floor) private pure {
        (uint256 gotIntrinsic, uint256 gotFloor) = IntrinsicGas.gasOf(transaction);
        assertEq(gotIntrinsic, intrinsic);
        assertEq(gotFloor, floor);
    }
}
