// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The contracts, by name, among which the verifier's steps are divided. The first sixteen verify opcodes.
enum Family {
    Arithmetic,
    Comparison,
    Bitwise,
    StackItems,
    ControlFlow,
    Return,
    Environment,
    StateReads,
    MemoryAccess,
    Copies,
    Keccak,
    Log,
    Storage,
    Calls,
    Create,
    SelfDestruct,
    FixedPoint,
    BlockBegin,
    Blob,
    TxBegin,
    AccessList,
    Authorize,
    Enter,
    Precompiles,
    Copy,
    Absorb,
    Creation,
    Settle,
    Destruct,
    BlockEnd
}
