// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../src/authenticated/Span.sol";
import {Brutalizer} from "../support/Brutalizer.sol";
import {Test} from "../support/TestBase.sol";

contract SpanTest is Test {
    function testFuzz_toBytes(bytes memory data, uint256 from, uint256 length) public pure {
        Span whole = Spans.from(data);
        assertEq(whole.length(), data.length);
        from = bound(from, 0, data.length);
        length = bound(length, 0, data.length - from);
        Brutalizer.brutalize(data.length + 512);
        bytes memory part = Spans.create(whole.pointer() + from, length).toBytes();
        assertTrue(Brutalizer.isAllocated(part));
        assertEq(part.length, length);
        for (uint256 i = 0; i < length; ++i) {
            assertEq(part[i], data[from + i]);
        }
    }
}
