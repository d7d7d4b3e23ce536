// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Reading of the code that runs.
library CodeReader {
    /// @notice JUMPDEST.
    uint8 private constant JUMPDEST = 0x5b;

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
    function isJumpDestination(bytes calldata code, uint256 destination) internal pure returns (bool) {
        if (destination >= code.length || uint8(code[destination]) != JUMPDEST) return false;
        uint256 position;
        assembly ("memory-safe") {
            let end := add(code.offset, destination)
            position := code.offset
            for {} lt(position, end) {} {
                // PUSH1 .. PUSH32 are 0x60 .. 0x7f; others are below or wrap to far above 31
                let data := sub(byte(0, calldataload(position)), 0x5f)
                position := add(position, add(1, mul(lt(data, 33), data)))
            }
            position := sub(position, code.offset)
        }
        return position == destination;
    }
}
