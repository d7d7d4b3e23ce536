// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Reading of the code that runs.
library CodeReader {
    /// @notice JUMPDEST.
    uint8 private constant JUMPDEST = 0x5b;
    /// @dev 32 times 1.
    uint256 private constant ONES = 0x0101010101010101010101010101010101010101010101010101010101010101;
    /// @dev 2 to 33.
    uint256 private constant PUSH_SIZES = 0x02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021;
    /// @dev The most bytes of four instructions.
    uint256 private constant FOUR_INSTRUCTIONS = 132;

    /// @notice The opcode at `pc`; beyond the end it is STOP.
    function opcodeAt(bytes calldata code, uint256 pc) internal pure returns (uint8) {
        return pc < code.length ? uint8(code[pc]) : 0;
    }

    /// @notice The `size` bytes, up to 32, from `from` on as an integer; beyond the end they are zeros.
    function immediate(bytes calldata code, uint256 from, uint256 size) internal pure returns (uint256 value) {
        if (from >= code.length) return 0;
        uint256 left = code.length - from;
        uint256 inside = size < left ? size : left;
        assembly ("memory-safe") {
            let missing := shl(3, sub(32, inside))
            value := shl(missing, shr(missing, calldataload(add(code.offset, from))))
            value := shr(shl(3, sub(32, size)), value)
        }
    }

    /// @notice Whether a jump to `destination` is valid: a JUMPDEST that is not the data of a push.
    /// @dev Follows the instructions from the first one, four at a time as long as they cannot pass the destination.
    function isJumpDestination(bytes calldata code, uint256 destination) internal pure returns (bool valid) {
        if (destination >= code.length || uint8(code[destination]) != JUMPDEST) return false;
        assembly ("memory-safe") {
            // An instruction's size by its opcode, a byte each: PUSH1 .. PUSH32 are 0x60 .. 0x7f. In free memory.
            let sizes := mload(0x40)
            for { let row := sizes } lt(row, add(sizes, 256)) { row := add(row, 32) } { mstore(row, ONES) }
            mstore(add(sizes, 0x60), PUSH_SIZES)

            let position := code.offset
            let end := add(position, destination)
            for {} iszero(lt(end, add(position, FOUR_INSTRUCTIONS))) {} {
                position := add(position, byte(0, mload(add(sizes, byte(0, calldataload(position))))))
                position := add(position, byte(0, mload(add(sizes, byte(0, calldataload(position))))))
                position := add(position, byte(0, mload(add(sizes, byte(0, calldataload(position))))))
                position := add(position, byte(0, mload(add(sizes, byte(0, calldataload(position))))))
            }
            for {} lt(position, end) {} {
                position := add(position, byte(0, mload(add(sizes, byte(0, calldataload(position))))))
            }
            valid := eq(position, end)
        }
    }
}
