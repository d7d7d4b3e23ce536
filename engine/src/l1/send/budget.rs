//! What a key can pay for a call.

use alloy_primitives::U256;
use tracing::warn;

use super::{Fees, LaneError, market::Market};

/// What a call of a key may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    label: &'static str,
    balance: U256,
    /// What is left for gas once the call's value is paid and the floor is kept.
    spendable: U256,
}

impl Budget {
    /// Of an account that holds `balance`, sends `value` along and keeps `floor`, wei.
    ///
    /// # Errors
    /// [`LaneError::Funds`] when that is too little already.
    pub(super) fn new(
        label: &'static str,
        balance: U256,
        value: U256,
        floor: U256,
    ) -> Result<Self, LaneError> {
        let needed = value.saturating_add(floor);
        let Some(spendable) = balance.checked_sub(needed) else {
            return Err(lacking(label, needed, balance));
        };
        Ok(Self { label, balance, spendable })
    }

    /// The fees that it covers for `gas` and `blob_gas`, none above `cap` wei per gas: less than what is usually offered, if
    /// that is still enough for the next block.
    ///
    /// # Errors
    /// [`LaneError::Funds`] when it does not cover the next block's fees.
    pub(super) fn limit(
        &self,
        gas: u64,
        blob_gas: u64,
        market: Market,
        cap: u128,
    ) -> Result<Fees, LaneError> {
        let blobs = price(blob_gas, market.fees().blob.min(cap));
        let affordable = self.spendable.saturating_sub(blobs) / U256::from(gas.max(1));
        let least = market.least().min(cap);
        if self.spendable < blobs.saturating_add(price(gas, least)) {
            let kept = self.balance.saturating_sub(self.spendable);
            let needed = kept.saturating_add(blobs).saturating_add(price(gas, least));
            return Err(lacking(self.label, needed, self.balance));
        }
        let limit = u128::try_from(affordable).unwrap_or(u128::MAX).min(cap);
        Ok(Fees { max: limit, priority: limit, blob: cap })
    }

    /// That a pool holds the key to be too poor for `gas` and `blob_gas` at `fees`.
    pub(super) fn refused(&self, gas: u64, blob_gas: u64, fees: Fees) -> LaneError {
        let kept = self.balance.saturating_sub(self.spendable);
        let cost = price(gas, fees.max).saturating_add(price(blob_gas, fees.blob));
        lacking(self.label, kept.saturating_add(cost), self.balance)
    }
}

fn price(gas: u64, fee: u128) -> U256 {
    U256::from(gas).saturating_mul(U256::from(fee))
}

fn lacking(label: &'static str, needed: U256, balance: U256) -> LaneError {
    warn!(label, %needed, %balance, "the key's funds are at their floor: nothing is sent");
    LaneError::Funds { label, needed, balance }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A base fee of 10 and a tip of 1.
    fn market(blob: u128) -> Market {
        Market::for_tests(10, 1, blob)
    }

    fn budget(balance: u64) -> Budget {
        Budget::new("turn", U256::from(balance), U256::from(500), U256::from(100)).unwrap()
    }

    #[test]
    fn less_is_offered_as_long_as_the_next_block_takes_it() {
        let rich = budget(1_000_000).limit(1_000, 0, market(0), 300).unwrap();
        assert_eq!(rich, Fees { max: 300, priority: 300, blob: 300 });
        let enough = budget(600 + 15_000).limit(1_000, 0, market(0), 300).unwrap();
        assert_eq!((enough.max, market(0).fees().min(enough).max), (15, 15), "of 21");
        assert_eq!(budget(600 + 11_000).limit(1_000, 0, market(0), 300).unwrap().max, 11);
        let poor = budget(600 + 10_999).limit(1_000, 0, market(0), 300).unwrap_err();
        assert!(matches!(poor, LaneError::Funds { needed, .. } if needed == U256::from(11_600)));
        // the cap is below what the next block takes: it is waited for a cheaper one
        assert_eq!(budget(600 + 5_000).limit(1_000, 0, market(0), 5).unwrap().max, 5);
    }

    #[test]
    fn blobs_are_paid_before_gas() {
        let limit = budget(600 + 11_000 + 1_400).limit(1_000, 100, market(7), 300).unwrap();
        assert_eq!((limit.max, limit.blob), (11, 300));
        assert!(budget(600 + 11_000 + 1_399).limit(1_000, 100, market(7), 300).is_err());
    }

    #[test]
    fn value_and_floor_come_first() {
        let poor = Budget::new("turn", U256::from(599), U256::from(500), U256::from(100));
        assert!(matches!(poor, Err(LaneError::Funds { .. })));
        let fees = Fees { max: 15, priority: 1, blob: 0 };
        let refused = budget(700).refused(1_000, 0, fees);
        assert!(matches!(refused, LaneError::Funds { needed, .. } if needed == U256::from(15_600)));
    }
}
