//! Claims and the bonds behind them. Mirrors the structs of `contracts/src/interfaces/IRollup.sol`.

use alloy_primitives::{Address, U256};

use super::ids::{BondId, ClaimId, ClaimKey};

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimStatus {
    /// Undecided.
    Proposed,
    /// Final.
    Confirmed,
    /// Eliminated in its contest, for ever, or shown by a proof to have a wrong boundary.
    Lost,
    /// It descends from a dead claim, or a proof has confirmed another one with its boundary.
    Void,
}

/// A claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What its id commits to.
    pub key: ClaimKey,
    /// The last L2 block of its domain.
    pub end: u64,
    /// Where it stands.
    pub status: ClaimStatus,
    /// The round its children are in.
    pub round: u32,
    /// The bond that created it; `None` for the genesis claim and for one that a proof has made.
    pub bond: Option<BondId>,
}

/// Where a root bond stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BondStatus {
    /// It backs every unconfirmed claim on the path to its tip.
    Locked,
    /// A claim on that path is lost: it can only be forfeited, unless a walk frees it.
    Frozen,
    /// Free again.
    Released,
    /// Lost.
    Forfeited,
}

impl BondStatus {
    /// Whether its ETH still stands behind claims.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Locked | Self::Frozen)
    }
}

/// A root bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootBond {
    /// Its number.
    pub id: BondId,
    /// Whose it is.
    pub owner: Address,
    /// Where it stands.
    pub status: BondStatus,
    /// The latest claim it backs. At a confirmed one it backs nothing, and its owner may use it anywhere.
    pub tip: ClaimId,
    /// Behind a dead claim: how far a walk from the tip up has come, if there was one.
    pub walked: Option<ClaimId>,
}

/// The account that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub address: Address,
    /// What it holds on L1, wei.
    pub wallet: U256,
    /// What it can lock or withdraw in Bonds, wei.
    pub free: U256,
}
