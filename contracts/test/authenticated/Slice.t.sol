// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice, Slices} from "../../src/authenticated/Slice.sol";
import {Test} from "../support/TestBase.sol";
import {WordTreeOracle} from "../support/WordTreeOracle.sol";

contract SliceTest is Test {
    bytes32 private constant ROOT = keccak256("root");

    function _assertSlice(Slice memory slice, uint256 words, uint256 offset, uint256 length) private pure {
        assertEq(slice.root, length == 0 ? bytes32(0) : ROOT);
        assertEq(slice.words, length == 0 ? 0 : words);
        assertEq(slice.offset, length == 0 ? 0 : offset);
        assertEq(slice.length, length);
    }

    /// Byte by byte, what a part is.
    function testFuzz_T69_part(uint8 words, uint16 start, uint16 size, uint256 offset, uint256 length) public pure {
        Slice memory whole = Slices.create(ROOT, words, start, size);
        if (offset % 4 != 0) offset %= 600;
        if (length % 4 != 0) length %= 600;
        Slice memory part = whole.part(offset, length);
        uint256 count;
        while (count < length && count < 8192 && offset < 8192 && offset + count < whole.length) ++count;
        _assertSlice(part, words, whole.offset + offset % 8192, count);
    }

    function testFuzz_create(uint8 words, uint256 offset, uint256 length) public pure {
        if (offset % 4 != 0) offset %= 9000;
        if (length % 4 != 0) length %= 9000;
        uint256 count;
        while (count < length && offset < 8192 && offset + count < 32 * uint256(words)) ++count;
        _assertSlice(Slices.create(ROOT, words, offset, length), words, offset % 8192, count);
    }

    function test_T69_partsFarOutside() public pure {
        Slice memory whole = Slices.create(ROOT, 4, 5, 100);
        _assertSlice(whole, 4, 5, 100);
        _assertSlice(whole.part(0, 0), 0, 0, 0);
        _assertSlice(whole.part(1 << 255, 0), 0, 0, 0);
        _assertSlice(whole.part(1 << 255, 1 << 255), 0, 0, 0);
        _assertSlice(whole.part(1 << 32, 1), 0, 0, 0);
        _assertSlice(whole.part(100, 1), 0, 0, 0);
        _assertSlice(whole.part(99, type(uint256).max), 4, 104, 1);
        _assertSlice(whole.part(0, type(uint256).max), 4, 5, 100);
        _assertSlice(whole.part(1, 1 << 32), 4, 6, 99);
        _assertSlice(Slices.create(ROOT, 4, 1 << 255, 1 << 255), 0, 0, 0);
        _assertSlice(Slices.create(ROOT, 4, 127, type(uint256).max), 4, 127, 1);
        _assertSlice(Slices.create(ROOT, 4, 128, 1), 0, 0, 0);
        _assertSlice(Slices.create(ROOT, 0, 0, 1), 0, 0, 0);
    }

    function create(uint32 words, uint256 offset, uint256 length) external pure {
        Slices.create(ROOT, words, offset, length);
    }

    function test_T69_nothingIsNarrowed() public {
        this.create(type(uint32).max, 0, type(uint32).max);
        vm.expectRevert(abi.encodeWithSelector(Slices.SliceTooFar.selector, 1 << 32));
        this.create(type(uint32).max, 0, 1 << 32);
        vm.expectRevert(abi.encodeWithSelector(Slices.SliceTooFar.selector, (1 << 32) + 1));
        this.create(type(uint32).max, 1 << 32, 1);
    }

    function test_fuzz_ofBytes(bytes memory data) public pure {
        Slice memory slice = Slices.ofBytes(data);
        assertEq(slice.root, data.length == 0 ? bytes32(0) : WordTreeOracle.root(data));
        assertEq(slice.words, (data.length + 31) / 32);
        assertEq(slice.offset, 0);
        assertEq(slice.length, data.length);
    }
}
