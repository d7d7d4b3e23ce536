// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../authenticated/Span.sol";

/// @notice SHA-256 (FIPS 180-4) in parts: what it has taken in so far is its state, 8 big-endian words of 4 bytes.
/// @dev A word w is rotated to the right by n as the lowest 32 bits of (w ‖ w) >> n, and shifted by n as those of (w ‖ w) >>
/// n + 32. What is above 32 bits does not matter to sums and is cut off where a word is doubled or stored.
library Sha256 {
    /// @notice Bytes of a block.
    uint256 internal constant BLOCK_BYTES = 64;

    bytes32 private constant _INITIAL = 0x6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19;
    /// @dev The round constants, four bytes each.
    bytes private constant _CONSTANTS = hex"428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5"
        hex"d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174"
        hex"e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da"
        hex"983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967"
        hex"27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85"
        hex"a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070"
        hex"19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3"
        hex"748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2";

    /// @notice The state before any input.
    function initial() internal pure returns (bytes memory) {
        return bytes.concat(_INITIAL);
    }

    /// @notice Takes `data`, whole blocks, into `state`.
    function update(bytes memory state, Span data) internal pure {
        uint256 source = data.pointer();
        uint256 length = data.length();
        bytes memory constants = _CONSTANTS;
        // The 64 words of a block's schedule, doubled.
        bytes memory schedule = new bytes(64 * 32);
        assembly ("memory-safe") {
            function expand(word) -> doubled {
                doubled := mul(and(word, 0xffffffff), 0x100000001)
            }
            function make_schedule(from, words) {
                let end := add(words, 512)
                for { from := sub(from, 28) } lt(words, end) { from := add(from, 4) } {
                    mstore(words, expand(mload(from)))
                    words := add(words, 32)
                }
                for { end := add(words, 1536) } lt(words, end) { words := add(words, 32) } {
                    let early := mload(sub(words, 480))
                    let late := mload(sub(words, 64))
                    let sum := add(mload(sub(words, 512)), mload(sub(words, 224)))
                    sum := add(sum, xor(xor(shr(7, early), shr(18, early)), shr(35, early)))
                    sum := add(sum, xor(xor(shr(17, late), shr(19, late)), shr(42, late)))
                    mstore(words, expand(sum))
                }
            }
            for { let end := add(source, length) } lt(source, end) { source := add(source, 64) } {
                let words := add(schedule, 32)
                make_schedule(source, words)
                let old := mload(add(state, 32))
                let a := expand(shr(224, old))
                let b := expand(shr(192, old))
                let c := expand(shr(160, old))
                let d := expand(shr(128, old))
                let e := expand(shr(96, old))
                let f := expand(shr(64, old))
                let g := expand(shr(32, old))
                let h := expand(old)
                // Where the lowest four bytes are the next constant.
                let place := add(constants, 4)
                for { let last := add(constants, 260) } lt(place, last) { place := add(place, 32) } {
                    // Eight rounds, after which each word has its name again.
                    h := add(add(h, add(mload(place), mload(words))), xor(g, and(e, xor(f, g))))
                    h := add(h, xor(xor(shr(6, e), shr(11, e)), shr(25, e)))
                    d := expand(add(d, h))
                    h := add(h, xor(xor(shr(2, a), shr(13, a)), shr(22, a)))
                    h := expand(add(h, or(and(a, b), and(c, or(a, b)))))
                    g := add(add(g, add(mload(add(place, 4)), mload(add(words, 32)))), xor(f, and(d, xor(e, f))))
                    g := add(g, xor(xor(shr(6, d), shr(11, d)), shr(25, d)))
                    c := expand(add(c, g))
                    g := add(g, xor(xor(shr(2, h), shr(13, h)), shr(22, h)))
                    g := expand(add(g, or(and(h, a), and(b, or(h, a)))))
                    f := add(add(f, add(mload(add(place, 8)), mload(add(words, 64)))), xor(e, and(c, xor(d, e))))
                    f := add(f, xor(xor(shr(6, c), shr(11, c)), shr(25, c)))
                    b := expand(add(b, f))
                    f := add(f, xor(xor(shr(2, g), shr(13, g)), shr(22, g)))
                    f := expand(add(f, or(and(g, h), and(a, or(g, h)))))
                    e := add(add(e, add(mload(add(place, 12)), mload(add(words, 96)))), xor(d, and(b, xor(c, d))))
                    e := add(e, xor(xor(shr(6, b), shr(11, b)), shr(25, b)))
                    a := expand(add(a, e))
                    e := add(e, xor(xor(shr(2, f), shr(13, f)), shr(22, f)))
                    e := expand(add(e, or(and(f, g), and(h, or(f, g)))))
                    d := add(add(d, add(mload(add(place, 16)), mload(add(words, 128)))), xor(c, and(a, xor(b, c))))
                    d := add(d, xor(xor(shr(6, a), shr(11, a)), shr(25, a)))
                    h := expand(add(h, d))
                    d := add(d, xor(xor(shr(2, e), shr(13, e)), shr(22, e)))
                    d := expand(add(d, or(and(e, f), and(g, or(e, f)))))
                    c := add(add(c, add(mload(add(place, 20)), mload(add(words, 160)))), xor(b, and(h, xor(a, b))))
                    c := add(c, xor(xor(shr(6, h), shr(11, h)), shr(25, h)))
                    g := expand(add(g, c))
                    c := add(c, xor(xor(shr(2, d), shr(13, d)), shr(22, d)))
                    c := expand(add(c, or(and(d, e), and(f, or(d, e)))))
                    b := add(add(b, add(mload(add(place, 24)), mload(add(words, 192)))), xor(a, and(g, xor(h, a))))
                    b := add(b, xor(xor(shr(6, g), shr(11, g)), shr(25, g)))
                    f := expand(add(f, b))
                    b := add(b, xor(xor(shr(2, c), shr(13, c)), shr(22, c)))
                    b := expand(add(b, or(and(c, d), and(e, or(c, d)))))
                    a := add(add(a, add(mload(add(place, 28)), mload(add(words, 224)))), xor(h, and(f, xor(g, h))))
                    a := add(a, xor(xor(shr(6, f), shr(11, f)), shr(25, f)))
                    e := expand(add(e, a))
                    a := add(a, xor(xor(shr(2, b), shr(13, b)), shr(22, b)))
                    a := expand(add(a, or(and(b, c), and(d, or(b, c)))))
                    words := add(words, 256)
                }
                let packed := 0
                packed := or(shl(32, packed), and(add(a, shr(224, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(b, shr(192, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(c, shr(160, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(d, shr(128, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(e, shr(96, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(f, shr(64, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(g, shr(32, old)), 0xffffffff))
                packed := or(shl(32, packed), and(add(h, shr(0, old)), 0xffffffff))
                mstore(add(state, 32), packed)
            }
        }
    }

    /// @notice Takes `data`, the last bytes of the input, with the padding into `state`.
    /// @param total bytes of the whole input
    /// @return digest SHA-256 of the whole input
    function finish(bytes memory state, Span data, uint256 total) internal pure returns (bytes32 digest) {
        uint256 rest = data.length() % BLOCK_BYTES;
        uint256 whole = data.length() - rest;
        update(state, Spans.create(data.pointer(), whole));

        // A one, zeros, and the number of bits as the last eight bytes.
        bytes memory last = new bytes(rest < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES);
        uint256 from = data.pointer() + whole;
        assembly ("memory-safe") {
            let to := add(last, 32)
            mcopy(to, from, rest)
            mstore8(add(to, rest), 0x80)
            let end := add(to, mload(last))
            mstore(sub(end, 32), or(mload(sub(end, 32)), shl(3, total)))
        }
        update(state, Spans.from(last));
        assembly ("memory-safe") {
            digest := mload(add(state, 32))
        }
    }
}
