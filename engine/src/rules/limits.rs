//! Sizes and counts that bound a block, so that every step stays provable on L1.

/// Longest deployed code, bytes ([EIP-170](https://eips.ethereum.org/EIPS/eip-170)).
pub const CODE_BYTES: usize = 24_576;
/// Longest initcode, bytes ([EIP-3860](https://eips.ethereum.org/EIPS/eip-3860)).
pub const INITCODE_BYTES: usize = 49_152;
/// Longest data that one step hashes or gives to a precompile, bytes; longer data is taken in chunk by chunk.
pub const DATA_BYTES: u32 = 49_152;
/// Slots of the contract that keeps block hashes
/// ([EIP-2935](https://eips.ethereum.org/EIPS/eip-2935)).
pub const BLOCK_HASHES_KEPT: u64 = 8_191;
/// How far back BLOCKHASH looks, blocks.
pub const BLOCK_HASH_WINDOW: u64 = 256;
/// Deposits in one Inbox record.
pub const DEPOSITS_PER_BLOCK: usize = 16;
/// Wei in a gwei: the unit of withdrawals ([EIP-4895](https://eips.ethereum.org/EIPS/eip-4895)).
pub const WEI_PER_GWEI: u64 = 1_000_000_000;

/// What a deployment bounds; the same for every block of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest gas limit of a transaction: an entry above it is skipped.
    pub transaction_gas: u64,
    /// Gas limit of a block.
    pub block_gas: u64,
    /// Longest batch, bytes: 4096 blob elements of 31 bytes.
    pub batch_bytes: u32,
}

impl Limits {
    /// Every Surety deployment's.
    pub const SURETY: Self =
        Self { transaction_gas: 8_000_000, block_gas: 12_000_000, batch_bytes: 126_976 };
    /// For replaying Ethereum's own blocks, with the cap of
    /// [EIP-7825](https://eips.ethereum.org/EIPS/eip-7825); never deployed.
    pub const ETHEREUM: Self = Self { transaction_gas: 1 << 24, ..Self::SURETY };
}
