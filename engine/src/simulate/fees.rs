//! What gas costs, and what it has cost.

use alloy::rpc::types::FeeHistory;
use alloy_primitives::U256;

use super::SimulateError;
use crate::execute::base_fee::next_base_fee;

/// Most percentiles of one request.
pub const PERCENTILES: usize = 100;
/// Wei per blob gas: the least, since the header's blob fields are 0.
const BLOB_BASE_FEE: u128 = 1;
/// The share of recent transactions that paid less than what is suggested, percent.
const SUGGESTED_PERCENTILE: usize = 60;

/// What the transactions of a block paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockFees {
    /// Wei per gas that are burned.
    pub base_fee: U256,
    /// Gas used.
    pub gas_used: u64,
    /// Gas limit.
    pub gas_limit: u64,
    /// Each transaction's wei per gas to the fee recipient, and the gas it used.
    pub tips: Vec<(u128, u64)>,
}

impl BlockFees {
    /// The base fee of the next block, wei per gas.
    #[must_use]
    pub fn next_base_fee(&self) -> U256 {
        next_base_fee(self.gas_used, self.gas_limit, self.base_fee)
    }

    /// The tips that the given shares of the block's gas paid at most.
    fn rewards(&self, percentiles: &[f64]) -> Vec<u128> {
        let mut tips = self.tips.clone();
        tips.sort_unstable();
        let reward = |percentile: &f64| {
            let mut below = 0_u64;
            let paid = tips.iter().find(|(_, gas)| {
                below = below.saturating_add(*gas);
                below as f64 >= self.gas_used as f64 * percentile / 100.0
            });
            paid.or(tips.last()).map_or(0, |(tip, _)| *tip)
        };
        percentiles.iter().map(reward).collect()
    }
}

/// The history of `blocks`, which follow one another from number `oldest` on, and the base fee of the block after them.
///
/// # Errors
/// [`SimulateError::Request`] for percentiles that are too many, out of order or no percentages.
pub fn fee_history(
    oldest: u64,
    blocks: &[BlockFees],
    percentiles: Option<&[f64]>,
) -> Result<FeeHistory, SimulateError> {
    let asked = percentiles.unwrap_or_default();
    if asked.len() > PERCENTILES {
        return Err(SimulateError::Request("more than 100 percentiles"));
    }
    let ordered = asked.is_sorted() && asked.iter().all(|it| (0.0..=100.0).contains(it));
    if !ordered {
        return Err(SimulateError::Request("percentiles must be between 0 and 100, in order"));
    }
    let next = blocks.last().map(BlockFees::next_base_fee);
    let base_fees = blocks.iter().map(|block| block.base_fee).chain(next);
    Ok(FeeHistory {
        base_fee_per_gas: base_fees.map(|fee| fee.saturating_to()).collect(),
        gas_used_ratio: blocks
            .iter()
            .map(|block| block.gas_used as f64 / block.gas_limit.max(1) as f64)
            .collect(),
        base_fee_per_blob_gas: vec![BLOB_BASE_FEE; blocks.len().saturating_add(1)],
        blob_gas_used_ratio: vec![0.0; blocks.len()],
        oldest_block: oldest,
        reward: percentiles.map(|asked| blocks.iter().map(|block| block.rewards(asked)).collect()),
    })
}

/// The tip with which a transaction is ahead of most of those in `blocks`, wei per gas.
#[must_use]
pub fn suggested_tip(blocks: &[BlockFees]) -> u128 {
    let mut tips: Vec<u128> =
        blocks.iter().flat_map(|block| &block.tips).map(|(tip, _)| *tip).collect();
    tips.sort_unstable();
    let at = tips.len().saturating_sub(1).saturating_mul(SUGGESTED_PERCENTILE) / 100;
    tips.get(at).copied().unwrap_or(0)
}
