// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Prices of Osaka's opcodes, in gas. Sources: Yellow Paper appendix G and the EIPs named.
library Gas {
    /// @notice JUMPDEST.
    uint256 internal constant JUMPDEST = 1;
    /// @notice Opcodes that only report something, and POP.
    uint256 internal constant BASE = 2;
    /// @notice Additions, comparisons, bitwise logic, stack and memory access.
    uint256 internal constant VERY_LOW = 3;
    /// @notice Multiplications, divisions, CLZ (EIP-7939), SELFBALANCE (EIP-1884).
    uint256 internal constant LOW = 5;
    /// @notice Modular additions and multiplications, JUMP.
    uint256 internal constant MID = 8;
    /// @notice JUMPI.
    uint256 internal constant HIGH = 10;
    /// @notice PUSH0 (EIP-3855).
    uint256 internal constant PUSH0 = 2;
    /// @notice BLOBHASH (EIP-4844).
    uint256 internal constant BLOBHASH = 3;
    /// @notice BLOCKHASH, unchanged by EIP-2935.
    uint256 internal constant BLOCKHASH = 20;

    /// @notice EXP.
    uint256 internal constant EXPONENTIATION = 10;
    /// @notice Each byte of EXP's exponent (EIP-160).
    uint256 internal constant EXPONENTIATION_BYTE = 50;

    /// @notice KECCAK256.
    uint256 internal constant KECCAK = 30;
    /// @notice Each word hashed by KECCAK256 or, as initcode, by CREATE2 (EIP-1014).
    uint256 internal constant KECCAK_WORD = 6;
    /// @notice Each word a copy opcode copies.
    uint256 internal constant COPY_WORD = 3;

    /// @notice LOGn.
    uint256 internal constant LOG = 375;
    /// @notice Each topic of a log.
    uint256 internal constant LOG_TOPIC = 375;
    /// @notice Each byte of a log's data.
    uint256 internal constant LOG_BYTE = 8;

    /// @notice A word of memory; words * words / `MEMORY_QUADRATIC_DIVISOR` come on top.
    uint256 internal constant MEMORY_WORD = 3;
    /// @notice Divisor of the quadratic part of the price of memory.
    uint256 internal constant MEMORY_QUADRATIC_DIVISOR = 512;

    /// @notice An account or slot that is warm (EIP-2929).
    uint256 internal constant WARM_ACCESS = 100;
    /// @notice An account that is cold (EIP-2929).
    uint256 internal constant COLD_ACCOUNT_ACCESS = 2600;
    /// @notice A slot that is cold (EIP-2929).
    uint256 internal constant COLD_SLOT_ACCESS = 2100;

    /// @notice SSTORE that makes a slot non-zero which was zero before the transaction (EIP-2200).
    uint256 internal constant STORAGE_SET = 20_000;
    /// @notice SSTORE that changes another slot for the first time in the transaction (EIP-2929).
    uint256 internal constant STORAGE_CHANGE = 2900;
    /// @notice SSTORE halts unless the frame has more than this (EIP-2200).
    uint256 internal constant STORAGE_SENTRY = 2300;
    /// @notice Refund for a slot that becomes zero (EIP-3529).
    uint256 internal constant STORAGE_CLEAR_REFUND = 4800;

    /// @notice A call that sends wei.
    uint256 internal constant CALL_VALUE = 9000;
    /// @notice What a call that sends wei gets in addition.
    uint256 internal constant CALL_STIPEND = 2300;
    /// @notice Wei sent to an account that does not exist yet (EIP-161).
    uint256 internal constant NEW_ACCOUNT = 25_000;
    /// @notice CREATE and CREATE2.
    uint256 internal constant CREATE = 32_000;
    /// @notice Each word of initcode (EIP-3860).
    uint256 internal constant INITCODE_WORD = 2;
    /// @notice SELFDESTRUCT (EIP-150).
    uint256 internal constant SELFDESTRUCT = 5000;

    /// @notice Each byte of the code that a creation deposits.
    uint256 internal constant CODE_DEPOSIT_BYTE = 200;
}
