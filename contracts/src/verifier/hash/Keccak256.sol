// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../authenticated/Span.sol";

/// @notice keccak256 in parts: what a sponge has taken in so far is its state, 25 lanes x + 5 y of 8 bytes, each
/// little-endian.
/// @dev The permutation works at fixed places of memory, whose addresses cost nothing to compute. What is there is kept aside
/// and put back. A lane L stands there as L ‖ L, so that a shift to the right by 64 - r leaves it rotated to the left by r
/// in the lowest 64 bits; what is above them does not matter until it is stored.
///
///     0x080  room for what a store writes in front of a lane
///     0x0a0  25 lanes before a round
///     0x230  room
///     0x250  25 lanes after a round
///     0x3e0  24 round constants of 8 bytes
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
            // Adds `lanes` little-endian lanes, one more than a multiple of four, to the first ones.
            function add_lanes(from, lanes) {
                let to := 0x0a0
                for { let end := add(from, shl(3, sub(lanes, 1))) } lt(from, end) { from := add(from, 32) } {
                    let word := reverse(mload(from))
                    let pair := or(shl(128, shr(192, word)), and(shr(128, word), 0xffffffffffffffff))
                    mstore(to, xor(mload(to), mul(pair, 0x10000000000000001)))
                    pair := or(shl(128, and(shr(64, word), 0xffffffffffffffff)), and(word, 0xffffffffffffffff))
                    mstore(add(to, 32), xor(mload(add(to, 32)), mul(pair, 0x10000000000000001)))
                    to := add(to, 64)
                }
                let last := shl(128, shr(192, reverse(mload(from))))
                mstore(to, xor(mload(to), mul(last, 0x10000000000000001)))
            }
            // Stores L ‖ L, L being the lowest 64 bits; what is in front of them is overwritten.
            function store(place, lane) {
                mstore(sub(place, 16), lane)
                mstore(sub(place, 24), lane)
            }

            let kept := mload(0x40)
            if lt(kept, 0x4a0) { kept := 0x4a0 }
            mcopy(kept, 0x080, 0x420)
            let words := add(kept, 0x420)
            mcopy(words, add(state, 32), 200)
            let blocks := add(words, 0x100)
            mcopy(blocks, source, length)

            mstore(0x3e0, 0x00000000000000010000000000008082800000000000808a8000000080008000)
            mstore(0x400, 0x000000000000808b000000008000000180000000800080818000000000008009)
            mstore(0x420, 0x000000000000008a00000000000000880000000080008009000000008000000a)
            mstore(0x440, 0x000000008000808b800000000000008b80000000000080898000000000008003)
            mstore(0x460, 0x80000000000080028000000000000080000000000000800a800000008000000a)
            mstore(0x480, 0x8000000080008081800000000000808000000000800000018000000080008008)
            calldatacopy(0x0a0, calldatasize(), 400)
            add_lanes(words, 25)
            for { let end := add(blocks, length) } lt(blocks, end) { blocks := add(blocks, 136) } {
                add_lanes(blocks, 17)
                for { let round := 0x3c8 } lt(round, 0x488) { round := add(round, 8) } {
                    // Column parities, of columns 0 and 1, 2 and 3, 4.
                    let c01 := xor(xor(xor(xor(mload(0x0a0), mload(0x0f0)), mload(0x140)), mload(0x190)), mload(0x1e0))
                    let c23 := xor(xor(xor(xor(mload(0x0c0), mload(0x110)), mload(0x160)), mload(0x1b0)), mload(0x200))
                    let c4 := xor(xor(xor(xor(mload(0x0d0), mload(0x120)), mload(0x170)), mload(0x1c0)), mload(0x210))
                    // The same rotated by 1.
                    let ones := 0x100000000000000000000000000000001
                    let r01 := or(and(shl(1, c01), not(ones)), and(shr(127, c01), ones))
                    let r23 := or(and(shl(1, c23), not(ones)), and(shr(127, c23), ones))
                    let r4 := or(shl(1, c4), and(shr(127, c4), 1))
                    let iota := mload(round)
                    // What theta adds to each column.
                    let d0 := xor(c4, r01)
                    let d2 := xor(c01, r23)
                    let d1 := shr(128, d2)
                    let d3 := xor(shr(128, c23), r4)
                    let d4 := xor(c23, shr(128, r01))
                    // Rho, pi and chi, from the last lane to the first.
                    // plane 4
                    {
                        let b0 := shr(2, xor(mload(0x0b0), d2))
                        let b1 := shr(9, xor(mload(0x110), d3))
                        let b2 := shr(25, xor(mload(0x170), d4))
                        let b3 := shr(23, xor(mload(0x180), d0))
                        let b4 := shr(62, xor(mload(0x1e0), d1))
                        store(0x3d0, xor(b4, and(not(b0), b1)))
                        store(0x3c0, xor(b3, and(not(b4), b0)))
                        store(0x3b0, xor(b2, and(not(b3), b4)))
                        store(0x3a0, xor(b1, and(not(b2), b3)))
                        store(0x390, xor(b0, and(not(b1), b2)))
                    }
                    // plane 3
                    {
                        let b0 := shr(37, xor(mload(0x0d0), d4))
                        let b1 := shr(28, xor(mload(0x0e0), d0))
                        let b2 := shr(54, xor(mload(0x140), d1))
                        let b3 := shr(49, xor(mload(0x1a0), d2))
                        let b4 := shr(8, xor(mload(0x200), d3))
                        store(0x380, xor(b4, and(not(b0), b1)))
                        store(0x370, xor(b3, and(not(b4), b0)))
                        store(0x360, xor(b2, and(not(b3), b4)))
                        store(0x350, xor(b1, and(not(b2), b3)))
                        store(0x340, xor(b0, and(not(b1), b2)))
                    }
                    // plane 2
                    {
                        let b0 := shr(63, xor(mload(0x0a0), d1))
                        let b1 := shr(58, xor(mload(0x100), d2))
                        let b2 := shr(39, xor(mload(0x160), d3))
                        let b3 := shr(56, xor(mload(0x1c0), d4))
                        let b4 := shr(46, xor(mload(0x1d0), d0))
                        store(0x330, xor(b4, and(not(b0), b1)))
                        store(0x320, xor(b3, and(not(b4), b0)))
                        store(0x310, xor(b2, and(not(b3), b4)))
                        store(0x300, xor(b1, and(not(b2), b3)))
                        store(0x2f0, xor(b0, and(not(b1), b2)))
                    }
                    // plane 1
                    {
                        let b0 := shr(36, xor(mload(0x0c0), d3))
                        let b1 := shr(44, xor(mload(0x120), d4))
                        let b2 := shr(61, xor(mload(0x130), d0))
                        let b3 := shr(19, xor(mload(0x190), d1))
                        let b4 := shr(3, xor(mload(0x1f0), d2))
                        store(0x2e0, xor(b4, and(not(b0), b1)))
                        store(0x2d0, xor(b3, and(not(b4), b0)))
                        store(0x2c0, xor(b2, and(not(b3), b4)))
                        store(0x2b0, xor(b1, and(not(b2), b3)))
                        store(0x2a0, xor(b0, and(not(b1), b2)))
                    }
                    // plane 0
                    {
                        let b0 := xor(mload(0x090), d0)
                        let b1 := shr(20, xor(mload(0x0f0), d1))
                        let b2 := shr(21, xor(mload(0x150), d2))
                        let b3 := shr(43, xor(mload(0x1b0), d3))
                        let b4 := shr(50, xor(mload(0x210), d4))
                        store(0x290, xor(b4, and(not(b0), b1)))
                        store(0x280, xor(b3, and(not(b4), b0)))
                        store(0x270, xor(b2, and(not(b3), b4)))
                        store(0x260, xor(b1, and(not(b2), b3)))
                        store(0x250, xor(xor(b0, and(not(b1), b2)), iota))
                    }
                    mcopy(0x0a0, 0x250, 400)
                }
            }

            for { let lane := 0 } lt(lane, 25) { lane := add(lane, 1) } {
                mstore(add(words, shl(3, lane)), reverse(mload(add(0x0a0, shl(4, lane)))))
            }
            mcopy(0x080, kept, 0x420)
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
