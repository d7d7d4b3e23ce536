//! What the market asks for gas, as an endpoint says that does not say what cannot be.

use alloy::{eips::BlockNumberOrTag, providers::Provider, rpc::types::FeeHistory};

use super::Fees;
use crate::l1::client::{L1Client, L1Error};

/// Blocks whose tips are looked at.
const BLOCKS: u64 = 10;
/// The tip that a block took: a fifth of its gas paid no more.
const PERCENTILE: f64 = 20.0;
/// Where nobody pays a tip, one of nothing might not be taken.
const LEAST_TIP: u128 = 1;
/// Wei per gas from which on it is no price: a payment would cost 21,000 ETH.
const ABSURD: u128 = 1_000_000_000_000_000_000;

/// What gas costs in the next block, wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Market {
    base: u128,
    tip: u128,
    blob: u128,
}

impl Market {
    /// Asks what gas costs, and blob gas too if there are blobs to pay for.
    pub(super) async fn ask(l1: &L1Client, blobs: bool) -> Result<Self, L1Error> {
        l1.by_any(|l1| async move {
            let (endpoint, provider) = (l1.endpoint(), l1.provider());
            let newest = BlockNumberOrTag::Latest;
            let history = provider.get_fee_history(BLOCKS, newest, &[PERCENTILE]).await?;
            let blob = if blobs { provider.get_blob_base_fee().await?.max(1) } else { 0 };
            let market = Self::of(&history, blob)
                .ok_or(L1Error::Inconsistent("a history of fees without a base fee"))?;
            if market.base.max(market.tip).max(market.blob) >= ABSURD {
                return Err(l1.lie(endpoint, "fees that nobody could pay"));
            }
            Ok(market)
        })
        .await
    }

    /// `blob`: the base fee of blob gas, or 0 without blobs.
    fn of(history: &FeeHistory, blob: u128) -> Option<Self> {
        let rewards = history.reward.iter().flatten().filter_map(|block| block.first());
        let mut tips: Vec<_> = rewards.copied().filter(|tip| *tip > 0).collect();
        tips.sort_unstable();
        let tip = tips.get(tips.len() / 2).copied().unwrap_or(LEAST_TIP);
        Some(Self { base: history.next_block_base_fee()?, tip, blob })
    }

    /// What is offered: base fees may double before it is too little.
    pub(super) const fn fees(self) -> Fees {
        let max = self.base.saturating_mul(2).saturating_add(self.tip);
        Fees { max, priority: self.tip, blob: self.blob.saturating_mul(2) }
    }

    /// The least with which the next block takes a transaction, wei per gas.
    pub(super) const fn least(self) -> u128 {
        self.base.saturating_add(self.tip)
    }

    #[cfg(test)]
    pub(super) const fn for_tests(base: u128, tip: u128, blob: u128) -> Self {
        Self { base, tip, blob }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn history(base: &[u128], tips: &[u128]) -> FeeHistory {
        let reward = Some(tips.iter().map(|tip| vec![*tip]).collect());
        FeeHistory { base_fee_per_gas: base.to_vec(), reward, ..FeeHistory::default() }
    }

    #[test]
    fn the_next_blocks_base_fee_may_double_and_the_tip_is_what_most_blocks_took() {
        let market = Market::of(&history(&[7, 8], &[0, 3, 900, 2, 0]), 5).unwrap();
        assert_eq!(market.fees(), Fees { max: 19, priority: 3, blob: 10 });
        assert_eq!(market.least(), 11);
        let idle = Market::of(&history(&[7], &[0, 0]), 0).unwrap();
        assert_eq!(idle.fees(), Fees { max: 15, priority: LEAST_TIP, blob: 0 });
        assert_eq!(Market::of(&history(&[], &[1]), 0), None);
    }

    #[test]
    fn no_answer_overflows() {
        let most = u128::MAX;
        let market = Market::of(&history(&[most; 11], &[most; 10]), most).unwrap();
        assert_eq!(market.fees(), Fees { max: most, priority: most, blob: most });
        assert_eq!(market.least(), most);
    }
}
