// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../src/authenticated/Span.sol";
import {Brutalizer} from "./Brutalizer.sol";
import {Test} from "./TestBase.sol";

/// @notice A hash made in parts against the whole one of the EVM.
abstract contract HashTest is Test {
    function _blockBytes() internal pure virtual returns (uint256);
    function _initial() internal pure virtual returns (bytes memory);
    function _update(bytes memory state, Span data) internal pure virtual;
    function _finish(bytes memory state, Span data, uint256 total) internal pure virtual returns (bytes32);
    function _expected(bytes memory input) internal view virtual returns (bytes32);

    /// The state goes from part to part as a copy of its bytes, as it does from step to step.
    function _hash(bytes memory input, uint256 blocks) private pure returns (bytes32) {
        bytes memory state = _initial();
        uint256 part = blocks * _blockBytes();
        uint256 done;
        for (; input.length - done > part; done += part) {
            state = bytes.concat(state);
            _update(state, _span(input, done, part));
        }
        return _finish(bytes.concat(state), _span(input, done, input.length - done), input.length);
    }

    function _span(bytes memory input, uint256 from, uint256 length) private pure returns (Span) {
        return Spans.create(Spans.from(input).pointer() + from, length);
    }

    function _input(uint256 seed, uint256 length) private pure returns (bytes memory input) {
        input = new bytes(length);
        for (uint256 i = 0; i < length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            for (uint256 j = 0; j < 32 && i + j < length; ++j) {
                input[i + j] = word[j];
            }
        }
    }

    function test_fuzz_hash(bytes memory input, uint256 blocks) public view {
        assertEq(_hash(input, bound(blocks, 1, 4)), _expected(input));
    }

    /// Every length around the ends of the first three blocks, in parts of one and of two blocks.
    function test_lengthsAroundBlocks() public {
        vm.pauseGasMetering();
        for (uint256 length = 0; length <= 3 * _blockBytes() + 1; ++length) {
            uint256 rest = length % _blockBytes();
            if (rest > 10 && rest + 12 < _blockBytes()) continue;
            this.assertHash(length, 1);
            this.assertHash(length, 2);
        }
    }

    function assertHash(uint256 length, uint256 blocks) external view {
        bytes memory input = _input(length, length);
        assertEq(_hash(input, blocks), _expected(input), vm.toString(length));
        assertEq(_input(length, length), input, "the input is left as it is");
    }

    /// All bits set, and lanes and words of which some have all bits set.
    function test_extremeInputs() public view {
        bytes memory input = new bytes(3 * _blockBytes());
        for (uint256 run = 1; run <= input.length; run *= 2) {
            for (uint256 i = 0; i < input.length; ++i) {
                input[i] = (i / run) % 2 == 0 ? bytes1(0xff) : bytes1(0);
            }
            assertEq(_hash(input, 1), _expected(input));
        }
    }

    function test_fuzz_memoryStaysAsItWas(uint256 seed) public view {
        bytes memory before = _input(seed, 1500);
        bytes memory input = _input(seed, seed % 300);
        bytes32 kept = keccak256(before);
        assertEq(_hash(input, 1), _expected(input));
        assertEq(keccak256(before), kept);
    }

    function test_dirtyMemory() public view {
        bytes memory input = _input(7, 2 * _blockBytes() + 9);
        Brutalizer.brutalize(4096);
        assertEq(_hash(input, 1), _expected(input));
    }

    function test_gas_block() public {
        bytes memory state = _initial();
        Span data = Spans.from(new bytes(16 * _blockBytes()));
        uint256 before = gasleft();
        _update(state, data);
        uint256 spent = (before - gasleft()) / 16;
        emit log_named_uint("gas a block", spent);
        assertLt(spent, 60_000);
    }
}
