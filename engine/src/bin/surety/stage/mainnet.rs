//! Mainnet block 23587691 as the one block of a rollup.

use std::path::{Path, PathBuf};

use alloy::primitives::{Address, B256, U256, address};
use surety_engine::{derive::batch, execute::boundary::Genesis, state::witness::BlockWitness};

/// L1 time of the append: 11 seconds later than the block's own, which gives the L2 block mainnet's time.
pub(crate) const APPEND_TIME: u64 = 1_760_587_006;
/// Mainnet's fee recipient of the block.
pub(crate) const FEE_RECIPIENT: Address = address!("7e2a2fa2a064f693f0a55c5639476d913ff12d05");

/// The fixture.
pub(crate) fn fixture(root: &Path) -> PathBuf {
    root.join("fixtures/blocks/mainnet-23587691-witness.json.xz")
}

/// The boundary after the block's parent. Half of the gas limit used keeps the base fee at mainnet's.
pub(crate) fn genesis(witness: &BlockWitness) -> Genesis {
    const GAS_LIMIT: u64 = 12_000_000;
    Genesis {
        chain_id: witness.chain_id,
        number: witness.header.number - 1,
        hash: witness.header.parent_hash,
        state_root: witness.parent_state_root,
        timestamp: witness.header.timestamp - 12,
        base_fee: U256::from(witness.header.base_fee_per_gas.unwrap_or_default()),
        gas_limit: GAS_LIMIT,
        gas_used: GAS_LIMIT / 2,
    }
}

/// The block's transactions as one batch.
pub(crate) fn batch(witness: &BlockWitness) -> eyre::Result<Vec<u8>> {
    Ok(batch::encode(&witness.transactions)?)
}

/// The receipts root that the block has on mainnet.
pub(crate) fn receipts_root(witness: &BlockWitness) -> B256 {
    witness.header.receipts_root
}
