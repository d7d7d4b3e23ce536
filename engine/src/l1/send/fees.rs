//! Fees of one transaction and of its replacements (EIP-1559, EIP-4844).

/// The fees of one attempt, wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Most that is paid.
    pub max: u128,
    /// Most that goes to the block's proposer.
    pub priority: u128,
    /// Most that is paid for blob gas; 0 for a transaction without blobs.
    pub blob: u128,
}

impl Fees {
    /// Fees that replace a transaction sent with these: `percent` more, but at least the 10 % that pools want of both; of a
    /// transaction with blobs they want twice all three.
    #[must_use]
    pub fn bumped(self, percent: u32) -> Self {
        if self.blob > 0 {
            return self.doubled();
        }
        let percent = u128::from(percent.max(10));
        let more = |fee: u128| {
            fee.saturating_add((fee / 100).saturating_mul(percent)).saturating_add(percent)
        };
        Self { max: more(self.max), priority: more(self.priority), blob: 0 }
    }

    /// Twice these fees.
    #[must_use]
    pub fn doubled(self) -> Self {
        let twice = |fee: u128| fee.saturating_mul(2).max(1);
        let blob = if self.blob == 0 { 0 } else { twice(self.blob) };
        Self { max: twice(self.max), priority: twice(self.priority), blob }
    }

    /// The larger of both, field by field.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            max: self.max.max(other.max),
            priority: self.priority.max(other.priority),
            blob: self.blob.max(other.blob),
        }
    }

    /// The smaller of both, field by field.
    #[must_use]
    pub fn min(self, limit: Self) -> Self {
        Self {
            max: self.max.min(limit.max),
            priority: self.priority.min(limit.priority),
            blob: self.blob.min(limit.blob),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bump_is_at_least_ten_percent(max in 0..u128::MAX / 20, priority in 0..u128::MAX / 20) {
            let fees = Fees { max, priority, blob: 0 };
            let more = fees.bumped(13);
            prop_assert!(more.max > max && more.max * 10 >= max * 11);
            prop_assert!(more.priority > priority && more.priority * 10 >= priority * 11);
            prop_assert_eq!(more.blob, 0);
        }

        #[test]
        fn a_bump_doubles_the_fees_of_blobs(
            max in 1..u128::MAX / 20, priority in 0..u128::MAX / 20, blob in 1..u128::MAX / 20,
        ) {
            let fees = Fees { max, priority, blob };
            let more = fees.bumped(13);
            prop_assert!(more.blob >= 2 * blob);
            prop_assert!(more.max >= 2 * max && more.priority >= 2 * priority);
        }
    }
}
