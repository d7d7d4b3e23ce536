// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The values of `Machine.phase`: what the next step does, and with it which groups exist. Mirrors
/// `engine/src/machine/phase.rs`.
library Phase {
    /// @notice Begins a slot at step 0, else stays as it is.
    uint8 internal constant BOUNDARY = 0;
    /// @notice Warms one address or one key of the access list.
    uint8 internal constant ACCESS_LIST = 1;
    /// @notice Enters the top frame.
    uint8 internal constant ENTER = 2;
    /// @notice Executes one opcode.
    uint8 internal constant RUNNING = 3;
    /// @notice Runs the precompile that the frame calls.
    uint8 internal constant PRECOMPILE = 4;
    /// @notice Copies one chunk into the frame's memory.
    uint8 internal constant COPY = 5;
    /// @notice Pays for the transaction, or ends a system call.
    uint8 internal constant SETTLE = 6;
    /// @notice Destroys one account.
    uint8 internal constant DESTRUCT = 7;
    /// @notice Credits one deposit, then seals the block.
    uint8 internal constant DEPOSITS = 8;
    /// @notice Applies one EIP-7702 authorization.
    uint8 internal constant AUTHORIZE = 9;
    /// @notice Takes one chunk of a long input into a hash or a sum.
    uint8 internal constant ABSORB = 10;
    /// @notice Begins the creation that CREATE or CREATE2 has paid for.
    uint8 internal constant CREATE = 11;
    /// @notice Copies one element of a blob into the block's batch.
    uint8 internal constant BLOB = 12;

    /// @notice Phases there are.
    uint256 internal constant COUNT = 13;

    /// @dev Bit i is set if phase i has a transaction or system call: all but Boundary, Deposits and Blob.
    uint256 private constant TX = 0x0efe;
    /// @dev Bit i is set if phase i has a call frame: Running, Precompile, Copy, Absorb, Create.
    uint256 private constant FRAME = 0x0c38;
    /// @dev Bit i is set if phase i has a bulk operation: AccessList, Copy, Authorize, Absorb, Create, Blob.
    uint256 private constant JOB = 0x1e22;

    /// @notice Whether a transaction or system call is under way; there is a scratch trie exactly then, too.
    function hasTx(uint8 phase) internal pure returns (bool) {
        return (TX >> phase) & 1 == 1;
    }

    /// @notice Whether a call frame is under way.
    function hasFrame(uint8 phase) internal pure returns (bool) {
        return (FRAME >> phase) & 1 == 1;
    }

    /// @notice Whether a bulk operation is under way.
    function hasJob(uint8 phase) internal pure returns (bool) {
        return (JOB >> phase) & 1 == 1;
    }
}
