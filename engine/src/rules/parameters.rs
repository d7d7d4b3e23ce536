//! What a deployment chooses (the constructors of the contracts check the same bounds).

use alloy_primitives::U256;
use thiserror::Error;

use super::limits::Limits;

/// The slots of a block, one leaf of a claim's trace commitment each.
pub const SLOTS_PER_BLOCK: u64 = 1024;

/// Gas of the longest honest line of a dispute, joining and settling included.
pub const LONGEST_LINE_GAS: u64 = 13_500_000;

/// Parameters of one deployment, valid by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    limits: Limits,
    clocks: Clocks,
    bonds: BondSizes,
    heights: Heights,
}

/// Times of a tournament, all in L1 blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// C: how long L1 may censor the honest side in total.
    pub censorship: u64,
    /// G: free allowance of each response.
    pub grace: u64,
    /// T: time to build a step tree.
    pub build: u64,
}

impl Clocks {
    /// A root commitment's budget: C + T + 3G.
    #[must_use]
    pub const fn budget(&self) -> u64 {
        self.censorship.saturating_add(self.build).saturating_add(self.grace.saturating_mul(3))
    }
}

/// Bonds and fees, wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BondSizes {
    /// R: gas of the longest honest line at the capped price.
    pub honest_line: U256,
    /// D: what delaying finality is priced at.
    pub delay: U256,
    /// Least fee of an append.
    pub append_fee_floor: U256,
}

impl BondSizes {
    /// max(3R, D, 1 ETH).
    #[must_use]
    pub fn root(&self) -> U256 {
        let ether = U256::from(1_000_000_000_000_000_000_u64);
        self.step().max(self.delay).max(ether)
    }

    /// 3R.
    #[must_use]
    pub fn step(&self) -> U256 {
        self.honest_line.saturating_mul(U256::from(3))
    }
}

/// Sizes of claims and of the two commitment trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heights {
    /// Blocks of a claim at most.
    pub blocks_per_claim: u64,
    /// Height of the tree over slots.
    pub slots: u8,
    /// Height of the tree over the steps of one slot.
    pub steps: u8,
}

/// A choice no deployment may make.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ParameterError {
    /// With a grace below 2 the honest side can lose without a mistake.
    #[error("grace of {0} L1 blocks, at least 2 needed")]
    Grace(u64),
    /// No time to be censored in, or to build in.
    #[error("censorship and build time must not be zero")]
    Time,
    /// R is zero, so that bonds would refund nothing.
    #[error("the honest line's cost must not be zero")]
    HonestLine,
    /// The slot tree does not have one leaf for each slot of the largest claim.
    #[error("slot height {height} does not fit {blocks} blocks of 1024 slots")]
    SlotHeight {
        /// Height given.
        height: u8,
        /// Blocks of a claim.
        blocks: u64,
    },
    /// Openings take four levels at a time.
    #[error("height {0} is not a multiple of 4")]
    Opening(u8),
    /// A transaction could not fit a block, or a block could use nothing.
    #[error("transaction gas {transaction} must be in 21000..={block}")]
    Gas {
        /// Largest gas limit of a transaction.
        transaction: u64,
        /// Gas limit of a block.
        block: u64,
    },
}

impl Parameters {
    /// Mainnet's defaults: three and a half days of censorship.
    ///
    /// # Errors
    /// None in practice: a test checks these values.
    pub fn mainnet() -> Result<Self, ParameterError> {
        Self::new(
            Limits::SURETY,
            Clocks { censorship: 25_200, grace: 25, build: 300 },
            Self::BONDS,
            Self::HEIGHTS,
        )
    }

    /// For a development chain: a dispute ends in minutes.
    ///
    /// # Errors
    /// None in practice: a test checks these values.
    pub fn development() -> Result<Self, ParameterError> {
        Self::new(
            Limits::SURETY,
            Clocks { censorship: 60, grace: 5, build: 40 },
            Self::BONDS,
            Self::HEIGHTS,
        )
    }

    // 13.5M gas at 50 gwei; the floor is 0.0001 ETH
    const BONDS: BondSizes = BondSizes {
        honest_line: U256::from_limbs([675_000_000_000_000_000, 0, 0, 0]),
        delay: U256::ZERO,
        append_fee_floor: U256::from_limbs([100_000_000_000_000, 0, 0, 0]),
    };

    /// The sizes that the contracts have.
    pub const HEIGHTS: Heights = Heights { blocks_per_claim: 1024, slots: 20, steps: 24 };

    /// Checks a choice.
    ///
    /// # Errors
    /// [`ParameterError`] for the first bound it breaks.
    pub fn new(
        limits: Limits,
        clocks: Clocks,
        bonds: BondSizes,
        heights: Heights,
    ) -> Result<Self, ParameterError> {
        if clocks.grace < 2 {
            return Err(ParameterError::Grace(clocks.grace));
        }
        if clocks.censorship == 0 || clocks.build == 0 {
            return Err(ParameterError::Time);
        }
        if bonds.honest_line.is_zero() {
            return Err(ParameterError::HonestLine);
        }
        let slots = heights.blocks_per_claim.checked_mul(SLOTS_PER_BLOCK);
        if heights.blocks_per_claim == 0 || slots != 1_u64.checked_shl(heights.slots.into()) {
            return Err(ParameterError::SlotHeight {
                height: heights.slots,
                blocks: heights.blocks_per_claim,
            });
        }
        for height in [heights.slots, heights.steps] {
            if height % 4 != 0 {
                return Err(ParameterError::Opening(height));
            }
        }
        if !(super::gas::TRANSACTION..=limits.block_gas).contains(&limits.transaction_gas) {
            return Err(ParameterError::Gas {
                transaction: limits.transaction_gas,
                block: limits.block_gas,
            });
        }
        Ok(Self { limits, clocks, bonds, heights })
    }

    /// What bounds a block.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Times of a tournament.
    #[must_use]
    pub const fn clocks(&self) -> Clocks {
        self.clocks
    }

    /// Bonds and fees.
    #[must_use]
    pub const fn bonds(&self) -> BondSizes {
        self.bonds
    }

    /// Sizes of claims and trees.
    #[must_use]
    pub const fn heights(&self) -> Heights {
        self.heights
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn defaults_are_valid_and_have_the_designed_budgets() {
        let mainnet = Parameters::mainnet().unwrap();
        assert_eq!(mainnet.clocks().budget(), 25_575);
        assert_eq!(mainnet.bonds().root(), U256::from(2_025_000_000_000_000_000_u64));
        assert_eq!(Parameters::development().unwrap().clocks().budget(), 115);
    }

    #[test]
    fn t78_grace_below_two_is_refused() {
        let good = Parameters::development().unwrap();
        let clocks = Clocks { grace: 1, ..good.clocks() };
        assert_eq!(
            Parameters::new(good.limits(), clocks, good.bonds(), good.heights()),
            Err(ParameterError::Grace(1))
        );
    }

    #[test]
    fn t29_each_bound_is_checked() {
        let good = Parameters::development().unwrap();
        let new = |limits, clocks, bonds, heights| {
            Parameters::new(limits, clocks, bonds, heights).unwrap_err()
        };
        let (limits, clocks, bonds, heights) =
            (good.limits(), good.clocks(), good.bonds(), good.heights());
        assert_eq!(
            new(limits, Clocks { build: 0, ..clocks }, bonds, heights),
            ParameterError::Time
        );
        assert_eq!(
            new(limits, clocks, BondSizes { honest_line: U256::ZERO, ..bonds }, heights),
            ParameterError::HonestLine
        );
        assert_eq!(
            new(limits, clocks, bonds, Heights { slots: 16, ..heights }),
            ParameterError::SlotHeight { height: 16, blocks: 1024 }
        );
        assert_eq!(
            new(limits, clocks, bonds, Heights { steps: 23, ..heights }),
            ParameterError::Opening(23)
        );
        assert_eq!(
            new(Limits { transaction_gas: 20_999, ..limits }, clocks, bonds, heights),
            ParameterError::Gas { transaction: 20_999, block: 12_000_000 }
        );
    }
}
