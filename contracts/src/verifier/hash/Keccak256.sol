// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../authenticated/Span.sol";

/// @notice keccak256 in parts: what a sponge has taken in so far is its state, 25 lanes x + 5 y of 8 bytes, each
/// little-endian.
/// @dev The permutation works at fixed places of memory, whose addresses cost nothing to compute. What is there is kept aside
/// and put back. A lane L stands there as L ‖ L, so that one shift leaves it rotated in 64 bits; the other bits do not matter
/// until it is stored. A word holds the lanes of two rows, of an even one and of the odd one behind it, and chi works on both
/// at once.
///
///     0x0a0  15 words before a round: columns 0 to 4 of rows 0 and 1, of rows 2 and 3, of row 4 and none
///     0x2a0  15 words after a round
///     0x480  24 round constants of 8 bytes
///     0x540  ones in the lowest 64 bits of each half
library Keccak256 {
    /// @notice Bytes of a block: the sponge's rate.
    uint256 internal constant BLOCK_BYTES = 136;
    /// @notice Bytes of a state.
    uint256 internal constant STATE_BYTES = 200;

    /// @notice The state before any input.
    function initial() internal pure returns (bytes memory) {
        return new bytes(STATE_BYTES);
    }

    /// @notice Takes `data`, whole blocks, into `state`.
    function update(bytes memory state, Span data) internal pure {
        uint256 source = data.pointer();
        uint256 length = data.length();
        // Not "memory-safe" by the compiler's definition, but everything allocated is as before at the end.
        assembly {
            // The byte order of each of the four lanes in `word` reversed.
            function reverse(word) -> reversed {
                let mask := 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff
                reversed := or(and(shr(8, word), mask), shl(8, and(word, mask)))
                mask := 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff
                reversed := or(and(shr(16, reversed), mask), shl(16, and(reversed, mask)))
                mask := 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff
                reversed := or(and(shr(32, reversed), mask), shl(32, and(reversed, mask)))
            }
            // Adds `lanes` lanes to the first ones.
            function add_lanes(from, lanes) {
                let end := add(from, shl(3, lanes))
                for { let row := 0 } lt(from, end) { row := add(row, 1) } {
                    let place := place_of(row)
                    for { let next := add(place, 160) } lt(place, next) { place := add(place, 32) } {
                        let pair := mul(shr(192, mload(from)), 0x10000000000000001)
                        mstore(place, xor(mload(place), shl(128, pair)))
                        from := add(from, 8)
                        if eq(from, end) { leave }
                    }
                }
            }
            // Where the first lane of a row is.
            function place_of(row) -> place {
                place := add(0x0a0, add(mul(160, shr(1, row)), shl(4, and(row, 1))))
            }

            let kept := mload(0x40)
            if lt(kept, 0x560) { kept := 0x560 }
            mcopy(kept, 0x080, 0x4e0)
            let words := add(kept, 0x4e0)
            mcopy(words, add(state, 32), 200)
            let blocks := add(words, 0x100)
            mcopy(blocks, source, length)
            let end := add(blocks, length)
            for { let place := words } lt(place, end) { place := add(place, 32) } {
                mstore(place, reverse(mload(place)))
            }

            mstore(0x480, 0x00000000000000010000000000008082800000000000808a8000000080008000)
            mstore(0x4a0, 0x000000000000808b000000008000000180000000800080818000000000008009)
            mstore(0x4c0, 0x000000000000008a00000000000000880000000080008009000000008000000a)
            mstore(0x4e0, 0x000000008000808b800000000000008b80000000000080898000000000008003)
            mstore(0x500, 0x80000000000080028000000000000080000000000000800a800000008000000a)
            mstore(0x520, 0x8000000080008081800000000000808000000000800000018000000080008008)
            mstore(0x540, 0xffffffffffffffff0000000000000000ffffffffffffffff)
            calldatacopy(0x0a0, calldatasize(), 480)
            add_lanes(words, 25)
            for {} lt(blocks, end) { blocks := add(blocks, 136) } {
                add_lanes(blocks, 17)
                for { let round := 0x478 } lt(round, 0x538) { round := add(round, 8) } {
                    // Parities of the columns, of even and odd rows apart.
                    let t0 := xor(xor(mload(0x0a0), mload(0x140)), mload(0x1e0))
                    let t1 := xor(xor(mload(0x0c0), mload(0x160)), mload(0x200))
                    let t2 := xor(xor(mload(0x0e0), mload(0x180)), mload(0x220))
                    let t3 := xor(xor(mload(0x100), mload(0x1a0)), mload(0x240))
                    let t4 := xor(xor(mload(0x120), mload(0x1c0)), mload(0x260))
                    // What theta adds to a column; what a rotation carries from one half to the other is right in the sum of both.
                    let e0 := xor(t4, or(shl(1, t1), shr(255, t1)))
                    let e1 := xor(t0, or(shl(1, t2), shr(255, t2)))
                    let e2 := xor(t1, or(shl(1, t3), shr(255, t3)))
                    let e3 := xor(t2, or(shl(1, t4), shr(255, t4)))
                    let e4 := xor(t3, or(shl(1, t0), shr(255, t0)))
                    let d0 := xor(e0, or(shl(128, e0), shr(128, e0)))
                    let d1 := xor(e1, or(shl(128, e1), shr(128, e1)))
                    let d2 := xor(e2, or(shl(128, e2), shr(128, e2)))
                    let d3 := xor(e3, or(shl(128, e3), shr(128, e3)))
                    let d4 := xor(e4, or(shl(128, e4), shr(128, e4)))
                    let iota := and(mload(round), shl(128, 0xffffffffffffffff))
                    let lowest := mload(0x540)
                    // Rho, pi and chi.
                    // Rows 0 and 1.
                    {
                        let b0 := or(shl(64, xor(mload(0x090), d0)), shr(164, xor(mload(0x100), d3)))
                        let b1 := or(shl(108, xor(mload(0x0c0), d1)), shr(172, xor(mload(0x130), d4)))
                        let b2 := or(shl(107, xor(mload(0x170), d2)), shr(189, xor(mload(0x140), d0)))
                        let b3 := or(shl(85, xor(mload(0x1a0), d3)), shr(147, xor(mload(0x170), d1)))
                        let b4 := or(shl(78, xor(mload(0x250), d4)), shr(131, xor(mload(0x220), d2)))
                        mstore(
                            0x2a0,
                            mul(
                                and(
                                    xor(xor(b0, and(not(b1), b2)), iota),
                                    0xffffffffffffffff0000000000000000ffffffffffffffff
                                ),
                                0x10000000000000001
                            )
                        )
                        mstore(0x2c0, mul(and(xor(b1, and(not(b2), b3)), lowest), 0x10000000000000001))
                        mstore(0x2e0, mul(and(xor(b2, and(not(b3), b4)), lowest), 0x10000000000000001))
                        mstore(0x300, mul(and(xor(b3, and(not(b4), b0)), lowest), 0x10000000000000001))
                        mstore(0x320, mul(and(xor(b4, and(not(b0), b1)), lowest), 0x10000000000000001))
                    }
                    // Rows 2 and 3.
                    {
                        let b0 := or(shl(65, xor(mload(0x0b0), d1)), shr(165, xor(mload(0x120), d4)))
                        let b1 := or(shl(70, xor(mload(0x0e0), d2)), shr(156, xor(mload(0x0b0), d0)))
                        let b2 := or(shl(89, xor(mload(0x190), d3)), shr(182, xor(mload(0x160), d1)))
                        let b3 := or(shl(72, xor(mload(0x1c0), d4)), shr(177, xor(mload(0x190), d2)))
                        let b4 := or(shl(82, xor(mload(0x1d0), d0)), shr(136, xor(mload(0x240), d3)))
                        mstore(0x340, mul(and(xor(b0, and(not(b1), b2)), lowest), 0x10000000000000001))
                        mstore(0x360, mul(and(xor(b1, and(not(b2), b3)), lowest), 0x10000000000000001))
                        mstore(0x380, mul(and(xor(b2, and(not(b3), b4)), lowest), 0x10000000000000001))
                        mstore(0x3a0, mul(and(xor(b3, and(not(b4), b0)), lowest), 0x10000000000000001))
                        mstore(0x3c0, mul(and(xor(b4, and(not(b0), b1)), lowest), 0x10000000000000001))
                    }
                    // Row 4.
                    {
                        let b0 := shl(126, xor(mload(0x0d0), d2))
                        let b1 := shl(119, xor(mload(0x100), d3))
                        let b2 := shl(103, xor(mload(0x1b0), d4))
                        let b3 := shl(105, xor(mload(0x140), d0))
                        let b4 := shl(66, xor(mload(0x1f0), d1))
                        mstore(0x3e0, mul(and(xor(b0, and(not(b1), b2)), lowest), 0x10000000000000001))
                        mstore(0x400, mul(and(xor(b1, and(not(b2), b3)), lowest), 0x10000000000000001))
                        mstore(0x420, mul(and(xor(b2, and(not(b3), b4)), lowest), 0x10000000000000001))
                        mstore(0x440, mul(and(xor(b3, and(not(b4), b0)), lowest), 0x10000000000000001))
                        mstore(0x460, mul(and(xor(b4, and(not(b0), b1)), lowest), 0x10000000000000001))
                    }
                    mcopy(0x0a0, 0x2a0, 480)
                }
            }

            let to := words
            for { let row := 0 } lt(row, 5) { row := add(row, 1) } {
                let place := place_of(row)
                for { let next := add(place, 160) } lt(place, next) { place := add(place, 32) } {
                    mstore(to, reverse(mload(place)))
                    to := add(to, 8)
                }
            }
            mcopy(0x080, kept, 0x4e0)
            mcopy(add(state, 32), words, 200)
        }
    }

    /// @notice Takes `data`, the last bytes of the input, with the padding into `state`.
    /// @return digest keccak256 of the whole input
    function finish(bytes memory state, Span data) internal pure returns (bytes32 digest) {
        uint256 rest = data.length() % BLOCK_BYTES;
        uint256 whole = data.length() - rest;
        update(state, Spans.create(data.pointer(), whole));

        bytes memory last = new bytes(BLOCK_BYTES);
        uint256 from = data.pointer() + whole;
        assembly ("memory-safe") {
            mcopy(add(last, 32), from, rest)
        }
        last[rest] = 0x01;
        last[BLOCK_BYTES - 1] |= 0x80;
        update(state, Spans.from(last));
        assembly ("memory-safe") {
            digest := mload(add(state, 32))
        }
    }
}
