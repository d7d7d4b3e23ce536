//! EIP-1559 fees of one transaction and of its replacements.

use alloy::eips::eip1559::Eip1559Estimation;

/// The fees of one attempt, wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Most that is paid.
    pub max: u128,
    /// Most that goes to the block's proposer.
    pub priority: u128,
}

impl From<Eip1559Estimation> for Fees {
    fn from(estimate: Eip1559Estimation) -> Self {
        Self { max: estimate.max_fee_per_gas, priority: estimate.max_priority_fee_per_gas }
    }
}

impl Fees {
    /// The least fees that replace a transaction sent with these: pools want 10 % more of both; an eighth leaves a margin.
    #[must_use]
    pub fn bumped(self) -> Self {
        let more = |fee: u128| fee.saturating_add((fee / 8).max(1));
        Self { max: more(self.max), priority: more(self.priority) }
    }

    /// The larger of both, field by field.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { max: self.max.max(other.max), priority: self.priority.max(other.priority) }
    }

    /// These fees, not above `cap` wei per gas.
    #[must_use]
    pub fn capped(self, cap: u128) -> Self {
        Self { max: self.max.min(cap), priority: self.priority.min(cap) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bump_is_at_least_ten_percent(max in 0..u128::MAX / 20, priority in 0..u128::MAX / 20) {
            let fees = Fees { max, priority };
            let more = fees.bumped();
            prop_assert!(more.max > max && more.max * 10 >= max * 11);
            prop_assert!(more.priority > priority && more.priority * 10 >= priority * 11);
        }
    }
}
