//! Gas that a transaction is charged before its first step, and EIP-1559's base fee constants.

/// Every transaction.
pub const TRANSACTION: u64 = 21_000;
/// A transaction that creates a contract, on top
/// ([EIP-2](https://eips.ethereum.org/EIPS/eip-2)).
pub const TRANSACTION_CREATE: u64 = 32_000;
/// One calldata token ([EIP-7623](https://eips.ethereum.org/EIPS/eip-7623)).
pub const TOKEN: u64 = 4;
/// One calldata token at the floor price (EIP-7623).
pub const FLOOR_TOKEN: u64 = 10;
/// Tokens in a non-zero byte of calldata; a zero byte is one (EIP-7623).
pub const TOKENS_PER_NON_ZERO_BYTE: u64 = 4;
/// One word of initcode ([EIP-3860](https://eips.ethereum.org/EIPS/eip-3860)).
pub const INITCODE_WORD: u64 = 2;
/// One byte of deployed code ([EIP-2](https://eips.ethereum.org/EIPS/eip-2)).
pub const CODE_BYTE: u64 = 200;
/// One address of an access list ([EIP-2930](https://eips.ethereum.org/EIPS/eip-2930)).
pub const ACCESS_LIST_ADDRESS: u64 = 2_400;
/// One storage key of an access list (EIP-2930).
pub const ACCESS_LIST_KEY: u64 = 1_900;
/// One authorization ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
pub const AUTHORIZATION: u64 = 25_000;
/// Refund for an authorization whose authority exists already (EIP-7702).
pub const EXISTING_AUTHORITY_REFUND: u64 = 12_500;
/// Gas of a system call ([EIP-4788](https://eips.ethereum.org/EIPS/eip-4788)).
pub const SYSTEM_CALL: u64 = 30_000_000;
/// Gas limit over gas target ([EIP-1559](https://eips.ethereum.org/EIPS/eip-1559)).
pub const ELASTICITY: u64 = 2;
/// The base fee changes by at most one part in this many a block (EIP-1559).
pub const BASE_FEE_CHANGE_DENOMINATOR: u64 = 8;
