// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Span, Spans} from "../../authenticated/Span.sol";

/// @notice RIPEMD-160 in parts: what it has taken in so far is its state, 5 little-endian words of 4 bytes.
/// @dev A word w is rotated to the left by n as the lowest 32 bits of (w ‖ w) >> 32 - n. What is above 32 bits does not
/// matter to sums and bitwise functions and is cut off where a word is doubled or packed.
library Ripemd160 {
    /// @notice Bytes of a block.
    uint256 internal constant BLOCK_BYTES = 64;

    bytes20 private constant _INITIAL = hex"0123456789abcdeffedcba9876543210f0e1d2c3";
    /// @dev Of the left line, 16 steps a row, two bytes a step: where in the block the step's word is, 32 less its rotation.
    bytes private constant _LEFT_STEPS = hex"0015041208110c14101b141818191c172015241328122c11301a341938173c18"
        hex"1c19101a34180413281518173c190c113019001424111417081538192c132014"
        hex"0c152813381a101924123c172013041108121c180013181a341b2c141419301b"
        hex"041524142c122811001220113017101834170c121c1b3c1a3818141a181b0814"
        hex"10170011141b24151c1a301808132814381b04140c1320122c1518183c1b341a";
    /// @dev Of the right line.
    bytes private constant _RIGHT_STEPS = hex"141838171c170015241308112c11101b341918193c182015041228120c14301a"
        hex"18172c130c111c19001434181417281538193c1920143019101a241104130815"
        hex"3c17141904110c151c18381a181a24122c142013301b0812281300131019341b"
        hex"2011181b101804150c122c123c1a0012141a30170814341724141c1b28113818"
        hex"30183c1b281410170414141b20121c1a18180813341a381b00110c1324152c15";
    /// @dev The constant of each row, the first one lowest.
    uint256 private constant _LEFT_CONSTANTS = 0x00a953fd4e8f1bbcdc6ed9eba15a82799900000000;
    uint256 private constant _RIGHT_CONSTANTS = 0x00000000007a6d76e96d703ef35c4dd12450a28be6;
    /// @dev The function of each row, the first one lowest.
    uint256 private constant _LEFT_FUNCTIONS = 0x0504030201;
    uint256 private constant _RIGHT_FUNCTIONS = 0x0102030405;

    /// @notice The state before any input.
    function initial() internal pure returns (bytes memory) {
        return bytes.concat(_INITIAL);
    }

    /// @notice Takes `data`, whole blocks, into `state`.
    function update(bytes memory state, Span data) internal pure {
        bytes memory left = _LEFT_STEPS;
        bytes memory right = _RIGHT_STEPS;
        uint256 source = data.pointer();
        uint256 words;
        assembly ("memory-safe") {
            words := mload(add(state, 32))
        }
        words = _reverse(words) >> 96;
        for (uint256 end = source + data.length(); source < end; source += BLOCK_BYTES) {
            bytes memory chunk = _reversedBlock(source);
            uint256 one = _line(words, chunk, left, _LEFT_CONSTANTS, _LEFT_FUNCTIONS);
            uint256 other = _line(words, chunk, right, _RIGHT_CONSTANTS, _RIGHT_FUNCTIONS);
            words = _sum(_rotate(words, 1), _rotate(one, 2), _rotate(other, 3));
        }
        words = _reverse(words << 96);
        assembly ("memory-safe") {
            mstore(add(state, 32), words)
        }
    }

    /// @notice Takes `data`, the last bytes of the input, with the padding into `state`.
    /// @param total bytes of the whole input
    /// @return digest RIPEMD-160 of the whole input
    function finish(bytes memory state, Span data, uint256 total) internal pure returns (bytes20 digest) {
        uint256 rest = data.length() % BLOCK_BYTES;
        uint256 whole = data.length() - rest;
        update(state, Spans.create(data.pointer(), whole));

        // A one, zeros, and the number of bits as the last eight bytes, the lowest first.
        bytes memory last = new bytes(rest < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES);
        uint256 from = data.pointer() + whole;
        uint256 bits = _reverse((8 * total) << 32 | (8 * total) >> 32);
        assembly ("memory-safe") {
            let to := add(last, 32)
            mcopy(to, from, rest)
            mstore8(add(to, rest), 0x80)
            let end := add(to, mload(last))
            mstore(sub(end, 32), or(mload(sub(end, 32)), and(bits, 0xffffffffffffffff)))
        }
        update(state, Spans.from(last));
        assembly ("memory-safe") {
            digest := shl(96, shr(96, mload(add(state, 32))))
        }
    }

    /// @dev One of the two lines, from the words of the state before the block; both are packed, the first word highest.
    function _line(uint256 words, bytes memory chunk, bytes memory steps, uint256 constants, uint256 functions)
        private
        pure
        returns (uint256 result)
    {
        assembly ("memory-safe") {
            function expand(word) -> doubled {
                doubled := mul(and(word, 0xffffffff), 0x100000001)
            }
            // The lowest four bytes at which a word of the block is.
            chunk := add(chunk, 4)
            steps := add(steps, 32)
            let a := shr(128, words)
            let b := shr(96, words)
            let c := shr(64, words)
            let d := shr(32, words)
            let e := words
            for {} functions { functions := shr(8, functions) } {
                for { let end := add(steps, 32) } lt(steps, end) { steps := add(steps, 8) } {
                    // Four steps, after which the words but for one rotation have their names again.
                    let four := mload(steps)
                    switch and(functions, 0xff)
                    case 1 {
                        a := add(add(a, constants), add(xor(xor(b, c), d), mload(add(chunk, byte(0, four)))))
                        a := add(shr(byte(1, four), expand(a)), e)
                        c := shr(22, expand(c))
                        e := add(add(e, constants), add(xor(xor(a, b), c), mload(add(chunk, byte(2, four)))))
                        e := add(shr(byte(3, four), expand(e)), d)
                        b := shr(22, expand(b))
                        d := add(add(d, constants), add(xor(xor(e, a), b), mload(add(chunk, byte(4, four)))))
                        d := add(shr(byte(5, four), expand(d)), c)
                        a := shr(22, expand(a))
                        c := add(add(c, constants), add(xor(xor(d, e), a), mload(add(chunk, byte(6, four)))))
                        c := add(shr(byte(7, four), expand(c)), b)
                        e := shr(22, expand(e))
                    }
                    case 2 {
                        a := add(add(a, constants), add(xor(d, and(b, xor(c, d))), mload(add(chunk, byte(0, four)))))
                        a := add(shr(byte(1, four), expand(a)), e)
                        c := shr(22, expand(c))
                        e := add(add(e, constants), add(xor(c, and(a, xor(b, c))), mload(add(chunk, byte(2, four)))))
                        e := add(shr(byte(3, four), expand(e)), d)
                        b := shr(22, expand(b))
                        d := add(add(d, constants), add(xor(b, and(e, xor(a, b))), mload(add(chunk, byte(4, four)))))
                        d := add(shr(byte(5, four), expand(d)), c)
                        a := shr(22, expand(a))
                        c := add(add(c, constants), add(xor(a, and(d, xor(e, a))), mload(add(chunk, byte(6, four)))))
                        c := add(shr(byte(7, four), expand(c)), b)
                        e := shr(22, expand(e))
                    }
                    case 3 {
                        a := add(add(a, constants), add(xor(or(b, not(c)), d), mload(add(chunk, byte(0, four)))))
                        a := add(shr(byte(1, four), expand(a)), e)
                        c := shr(22, expand(c))
                        e := add(add(e, constants), add(xor(or(a, not(b)), c), mload(add(chunk, byte(2, four)))))
                        e := add(shr(byte(3, four), expand(e)), d)
                        b := shr(22, expand(b))
                        d := add(add(d, constants), add(xor(or(e, not(a)), b), mload(add(chunk, byte(4, four)))))
                        d := add(shr(byte(5, four), expand(d)), c)
                        a := shr(22, expand(a))
                        c := add(add(c, constants), add(xor(or(d, not(e)), a), mload(add(chunk, byte(6, four)))))
                        c := add(shr(byte(7, four), expand(c)), b)
                        e := shr(22, expand(e))
                    }
                    case 4 {
                        a := add(add(a, constants), add(xor(c, and(d, xor(b, c))), mload(add(chunk, byte(0, four)))))
                        a := add(shr(byte(1, four), expand(a)), e)
                        c := shr(22, expand(c))
                        e := add(add(e, constants), add(xor(b, and(c, xor(a, b))), mload(add(chunk, byte(2, four)))))
                        e := add(shr(byte(3, four), expand(e)), d)
                        b := shr(22, expand(b))
                        d := add(add(d, constants), add(xor(a, and(b, xor(e, a))), mload(add(chunk, byte(4, four)))))
                        d := add(shr(byte(5, four), expand(d)), c)
                        a := shr(22, expand(a))
                        c := add(add(c, constants), add(xor(e, and(a, xor(d, e))), mload(add(chunk, byte(6, four)))))
                        c := add(shr(byte(7, four), expand(c)), b)
                        e := shr(22, expand(e))
                    }
                    default {
                        a := add(add(a, constants), add(xor(b, or(c, not(d))), mload(add(chunk, byte(0, four)))))
                        a := add(shr(byte(1, four), expand(a)), e)
                        c := shr(22, expand(c))
                        e := add(add(e, constants), add(xor(a, or(b, not(c))), mload(add(chunk, byte(2, four)))))
                        e := add(shr(byte(3, four), expand(e)), d)
                        b := shr(22, expand(b))
                        d := add(add(d, constants), add(xor(e, or(a, not(b))), mload(add(chunk, byte(4, four)))))
                        d := add(shr(byte(5, four), expand(d)), c)
                        a := shr(22, expand(a))
                        c := add(add(c, constants), add(xor(d, or(e, not(a))), mload(add(chunk, byte(6, four)))))
                        c := add(shr(byte(7, four), expand(c)), b)
                        e := shr(22, expand(e))
                    }
                    let first := a
                    a := b
                    b := c
                    c := d
                    d := e
                    e := first
                }
                constants := shr(32, constants)
            }
            result := or(shl(128, and(a, 0xffffffff)), shl(96, and(b, 0xffffffff)))
            result := or(result, or(shl(64, and(c, 0xffffffff)), shl(32, and(d, 0xffffffff))))
            result := or(result, and(e, 0xffffffff))
        }
    }

    /// @dev The five words, from the `places`-th on.
    function _rotate(uint256 words, uint256 places) private pure returns (uint256) {
        return ((words << 32 * places) & type(uint160).max) | (words >> 32 * (5 - places));
    }

    /// @dev Each of the five words by itself, modulo 2^32.
    function _sum(uint256 x, uint256 y, uint256 z) private pure returns (uint256 result) {
        for (uint256 shift = 0; shift < 160; shift += 32) {
            result |= ((x >> shift) + (y >> shift) + (z >> shift) & type(uint32).max) << shift;
        }
    }

    /// @dev A block with the byte order of its words reversed.
    function _reversedBlock(uint256 source) private pure returns (bytes memory result) {
        (uint256 first, uint256 second) = (0, 0);
        assembly ("memory-safe") {
            first := mload(source)
            second := mload(add(source, 32))
        }
        return abi.encodePacked(_reverse(first), _reverse(second));
    }

    /// @dev The byte order of each word of four bytes reversed.
    function _reverse(uint256 words) private pure returns (uint256) {
        uint256 mask = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
        words = ((words >> 8) & mask) | ((words & mask) << 8);
        mask = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        return ((words >> 16) & mask) | ((words & mask) << 16);
    }
}
