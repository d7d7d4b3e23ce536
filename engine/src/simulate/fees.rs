//! What gas costs, and what it has cost.

use alloy::rpc::types::FeeHistory;
use alloy_primitives::U256;

use super::SimulateError;
use crate::execute::base_fee::next_base_fee;

/// Most percentiles of one request.
pub const PERCENTILES: usize = 100;
/// Wei per blob gas: the least, since the header's blob fields are 0.
const BLOB_BASE_FEE: u128 = 1;
/// The share of recent blocks that a suggested tip would have been enough for, percent.
const SUGGESTED_PERCENTILE: usize = 60;
/// Which of a full block's transactions tells what would have been enough to be in it, from the cheapest on.
const NTH_CHEAPEST: usize = 3;
/// The share of a block's gas or bytes from which on it counts as full, percent.
const FULL_PERCENT: u64 = 80;

/// What a transaction paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// To the fee recipient, wei per gas.
    pub tip: u128,
    /// Gas it used.
    pub gas: u64,
    /// Whether its sender is the fee recipient, who pays nothing by it.
    pub to_itself: bool,
}

/// What the transactions of a block paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockFees {
    /// Wei per gas that are burned.
    pub base_fee: U256,
    /// Gas used.
    pub gas_used: u64,
    /// Gas limit.
    pub gas_limit: u64,
    /// Bytes of its transactions.
    pub bytes: u64,
    /// Bytes that a batch may have.
    pub byte_limit: u64,
    /// What each transaction paid.
    pub transactions: Vec<Paid>,
}

impl BlockFees {
    /// The base fee of the next block, wei per gas.
    #[must_use]
    pub fn next_base_fee(&self) -> U256 {
        next_base_fee(self.gas_used, self.gas_limit, self.base_fee)
    }

    /// The tips that the given shares of the block's gas paid at most.
    fn rewards(&self, percentiles: &[f64]) -> Vec<u128> {
        let mut transactions = self.transactions.clone();
        transactions.sort_unstable_by_key(|paid| paid.tip);
        let reward = |percentile: &f64| {
            let mut below = 0_u64;
            let paid = transactions.iter().find(|paid| {
                below = below.saturating_add(paid.gas);
                below as f64 >= self.gas_used as f64 * percentile / 100.0
            });
            paid.or(transactions.last()).map_or(0, |paid| paid.tip)
        };
        percentiles.iter().map(reward).collect()
    }

    fn is_full(&self) -> bool {
        let fills = |part: u64, whole: u64| {
            u128::from(part) * 100 >= u128::from(whole) * u128::from(FULL_PERCENT)
        };
        fills(self.gas_used, self.gas_limit) || fills(self.bytes, self.byte_limit)
    }

    /// The tip that would have been enough to be in it; none if it had room for all.
    fn threshold(&self) -> Option<u128> {
        if !self.is_full() {
            return None;
        }
        let foreign = self.transactions.iter().filter(|paid| !paid.to_itself);
        let mut tips: Vec<u128> = foreign.map(|paid| paid.tip).collect();
        tips.sort_unstable();
        tips.truncate(NTH_CHEAPEST);
        tips.pop()
    }
}

/// The history of `blocks`, which follow one another from number `oldest` on, and the base fee of the block after them. No
/// reward is below `least`: wallets offer what they find here, and would be refused.
///
/// # Errors
/// [`SimulateError::Request`] for percentiles that are too many, out of order or no percentages.
pub fn fee_history(
    oldest: u64,
    blocks: &[BlockFees],
    percentiles: Option<&[f64]>,
    least: u128,
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
    let rewards = |block: &BlockFees| -> Vec<u128> {
        block.rewards(asked).into_iter().map(|reward| reward.max(least)).collect()
    };
    Ok(FeeHistory {
        base_fee_per_gas: base_fees.map(|fee| fee.saturating_to()).collect(),
        gas_used_ratio: blocks
            .iter()
            .map(|block| block.gas_used as f64 / block.gas_limit.max(1) as f64)
            .collect(),
        base_fee_per_blob_gas: vec![BLOB_BASE_FEE; blocks.len().saturating_add(1)],
        blob_gas_used_ratio: vec![0.0; blocks.len()],
        oldest_block: oldest,
        reward: percentiles.map(|_| blocks.iter().map(rewards).collect()),
    })
}

/// The tip that would have been enough in most of `blocks`, wei per gas: `least`, unless most of them were full, and `most` at
/// most. Each block counts once, by one of its cheapest transactions, so that one who fills a block or two, or pays any sum in them,
/// changes it for nobody.
#[must_use]
pub fn suggested_tip(blocks: &[BlockFees], least: u128, most: u128) -> u128 {
    let mut tips: Vec<u128> =
        blocks.iter().map(|block| block.threshold().unwrap_or(least)).collect();
    tips.sort_unstable();
    let at = tips.len().saturating_sub(1).saturating_mul(SUGGESTED_PERCENTILE) / 100;
    // what is below the least is refused, whatever the most is
    tips.get(at).copied().unwrap_or(least).min(most).max(least)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GWEI: u128 = 1_000_000_000;
    const LEAST: u128 = 10_000_000;
    const MOST: u128 = 10 * GWEI;

    fn block(gas_used: u64, tips: &[(u128, u64)]) -> BlockFees {
        let paid = |&(tip, gas): &(u128, u64)| Paid { tip, gas, to_itself: false };
        BlockFees {
            base_fee: U256::from(GWEI),
            gas_used,
            gas_limit: 12_000_000,
            bytes: 1_000,
            byte_limit: 126_976,
            transactions: tips.iter().map(paid).collect(),
        }
    }

    fn full(tips: &[u128]) -> BlockFees {
        block(11_000_000, &tips.iter().map(|tip| (*tip, 21_000)).collect::<Vec<_>>())
    }

    #[test]
    fn fees_are_weighed_by_gas() {
        let blocks = [block(6_000_000, &[(9, 1_000_000), (1, 5_000_000)]), block(12_000_000, &[])];
        let percentiles = [0.0, 50.0, 83.0, 84.0, 100.0];
        let history = fee_history(8, &blocks, Some(&percentiles), 0).unwrap();
        assert_eq!(history.oldest_block, 8);
        assert_eq!(history.base_fee_per_gas, [GWEI, GWEI, GWEI / 8 * 9]);
        assert_eq!(history.gas_used_ratio, [0.5, 1.0]);
        assert_eq!(history.reward.unwrap(), [vec![1, 1, 1, 9, 9], vec![0; 5]]);
        assert_eq!(history.base_fee_per_blob_gas, [1, 1, 1]);
        let least = fee_history(8, &blocks, Some(&percentiles), 4).unwrap();
        assert_eq!(least.reward.unwrap(), [vec![4, 4, 4, 9, 9], vec![4; 5]]);
        assert!(fee_history(8, &blocks, None, 0).unwrap().reward.is_none());
        for wrong in [&[50.0, 40.0][..], &[101.0], &[-1.0], &[f64::NAN], &[1.0; 101]] {
            let refused = fee_history(8, &blocks, Some(wrong), 0);
            assert!(matches!(refused, Err(SimulateError::Request(_))));
        }
    }

    #[test]
    fn the_least_tip_is_suggested_where_there_is_room() {
        assert_eq!(suggested_tip(&[], LEAST, MOST), LEAST);
        let dear = block(6_000_000, &[(10_000 * GWEI, 6_000_000)]);
        assert_eq!(suggested_tip(&vec![dear; 20], LEAST, MOST), LEAST);
    }

    #[test]
    fn a_block_or_two_of_somebody_move_nothing() {
        let mut blocks = vec![block(21_000, &[(LEAST, 21_000)]); 20];
        for at in [3, 7, 19] {
            blocks.splice(at..=at, [full(&[10_000 * GWEI; 9])]);
            assert_eq!(suggested_tip(&blocks, LEAST, MOST), LEAST);
        }
    }

    #[test]
    fn when_most_blocks_are_full_the_suggestion_is_what_their_cheapest_paid() {
        let blocks = vec![full(&[7 * GWEI, 2 * GWEI, 900 * GWEI, 3 * GWEI]); 20];
        assert_eq!(suggested_tip(&blocks, LEAST, MOST), 7 * GWEI);
        let few = vec![full(&[2 * GWEI, 3 * GWEI]); 20];
        assert_eq!(suggested_tip(&few, LEAST, MOST), 3 * GWEI);
        // a block is full of bytes, too
        let long = BlockFees { bytes: 110_000, ..block(4_000_000, &[(5 * GWEI, 4_000_000)]) };
        assert_eq!(suggested_tip(&vec![long; 20], LEAST, MOST), 5 * GWEI);
    }

    #[test]
    fn no_suggestion_is_above_the_most_or_of_the_fee_recipients_own() {
        let dear = full(&[10_000 * GWEI; 9]);
        assert_eq!(suggested_tip(&vec![dear.clone(); 20], LEAST, MOST), MOST);
        assert_eq!(suggested_tip(&vec![dear.clone(); 20], LEAST, 1), LEAST);
        let mut own = dear;
        own.transactions.iter_mut().for_each(|paid| paid.to_itself = true);
        own.transactions.push(Paid { tip: GWEI, gas: 21_000, to_itself: false });
        assert_eq!(suggested_tip(&vec![own; 20], LEAST, MOST), GWEI);
    }
}
