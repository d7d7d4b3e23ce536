//! Money in Bonds: whose it is, behind what it stands, and what was lost.

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use super::units::Wei;
use crate::dispute::domain::{Balance, BondStatus, Contest, Snapshot};

/// Accounts shown at most: those with most at stake.
const SHOWN: usize = 200;

/// A root bond that is neither released nor forfeited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BondView {
    /// Its number.
    pub bond: u64,
    /// Wei.
    pub amount_wei: Wei,
    /// Whether it stands behind a lost claim and can only be forfeited.
    pub frozen: bool,
    /// The latest claim that it backs.
    pub tip: B256,
    /// How many undecided claims it backs.
    pub claims: usize,
}

/// A step bond that is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepBondView {
    /// The step tournament.
    pub tournament: B256,
    /// The commitment behind which it stands.
    pub commitment: B256,
    /// Wei.
    pub amount_wei: Wei,
    /// Whether that commitment has lost.
    pub eliminated: bool,
}

/// An account in Bonds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HolderView {
    /// Its address.
    pub address: Address,
    /// Whether it is this one.
    pub ours: bool,
    /// It can be locked or withdrawn.
    pub free_wei: Wei,
    /// It stands behind claims and commitments.
    pub locked_wei: Wei,
    /// Shares of others' forfeited bonds that it got.
    pub credited_wei: Wei,
    /// What it lost, burned or given to others.
    pub forfeited_wei: Wei,
    /// What of that was burned.
    pub burned_wei: Wei,
    /// Its root bonds.
    pub bonds: Vec<BondView>,
    /// Its step bonds.
    pub step_bonds: Vec<StepBondView>,
}

/// The account that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletView {
    /// Its address.
    pub address: Address,
    /// What it holds on L1 outside of Bonds.
    pub wallet_wei: Wei,
    /// What it can lock or withdraw in Bonds.
    pub free_wei: Wei,
    /// What wallet and Bonds should have free together, so that one more dispute can be played to its end.
    pub funding_floor_wei: Wei,
    /// Whether they have less.
    pub below_floor: bool,
}

/// All money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyView {
    /// What a claim is bonded with.
    pub root_bond_wei: Wei,
    /// What a commitment in a step tournament is bonded with.
    pub step_bond_wei: Wei,
    /// What nobody will ever get.
    pub burned_wei: Wei,
    /// The account that acts; none when there is no key.
    pub wallet: Option<WalletView>,
    /// Who has or had ETH in Bonds, this account first, then by what is locked.
    pub holders: Vec<HolderView>,
    /// How many more there are.
    pub holders_omitted: usize,
}

impl MoneyView {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let us = snapshot.account.address;
        let balances = &snapshot.chronicle.balances;
        let mut order: Vec<_> = balances.iter().collect();
        order.sort_by_key(|(address, it)| {
            (**address != us, std::cmp::Reverse((it.locked, it.forfeited, it.free)), **address)
        });
        let holders: Vec<_> =
            order.iter().take(SHOWN).map(|(address, it)| holder(**address, it, snapshot)).collect();
        let floor = funding_floor(snapshot);
        let wallet = (!us.is_zero()).then(|| WalletView {
            address: us,
            wallet_wei: Wei(snapshot.account.wallet),
            free_wei: Wei(snapshot.account.free),
            funding_floor_wei: Wei(floor),
            below_floor: snapshot.account.wallet.saturating_add(snapshot.account.free) < floor,
        });
        Self {
            root_bond_wei: Wei(snapshot.parameters.root_bond),
            step_bond_wei: Wei(snapshot.parameters.step_bond),
            burned_wei: Wei(snapshot.chronicle.burned),
            wallet,
            holders_omitted: balances.len().saturating_sub(holders.len()),
            holders,
        }
    }
}

/// What the gas of the longest line of one dispute costs at most that is refunded, wei: the contracts keep it below a third of
/// a step bond.
#[must_use]
pub fn dispute_gas(snapshot: &Snapshot) -> U256 {
    snapshot.parameters.step_bond / U256::from(3)
}

/// What one dispute takes of what is free for who holds no bond: a root bond, a step bond, and the gas of one line.
#[must_use]
pub fn first_funding_floor(snapshot: &Snapshot) -> U256 {
    let bonds = snapshot.parameters;
    bonds.root_bond.saturating_add(bonds.step_bond).saturating_add(dispute_gas(snapshot))
}

/// What one more dispute takes of what is free: no root bond if one is held already.
#[must_use]
pub fn funding_floor(snapshot: &Snapshot) -> U256 {
    let has_root = snapshot.own_held_bonds().any(|bond| bond.status == BondStatus::Locked);
    let held = if has_root { snapshot.parameters.root_bond } else { U256::ZERO };
    first_funding_floor(snapshot).saturating_sub(held)
}

fn holder(address: Address, balance: &Balance, snapshot: &Snapshot) -> HolderView {
    let bonds = snapshot.bonds.values();
    let bonds = bonds.filter(|bond| bond.owner == address && bond.status.is_held());
    let step_bonds = snapshot.tournaments.values().flat_map(|tournament| {
        let at_steps = matches!(tournament.contest, Contest::Steps { .. });
        let held = tournament.commitments.iter();
        held.filter(move |(_, it)| at_steps && it.owner == address && !it.bond_settled).map(
            |(id, it)| StepBondView {
                tournament: tournament.id.0,
                commitment: id.0,
                amount_wei: Wei(snapshot.parameters.step_bond),
                eliminated: it.eliminated,
            },
        )
    });
    HolderView {
        address,
        ours: address == snapshot.account.address,
        free_wei: Wei(balance.free),
        locked_wei: Wei(balance.locked),
        credited_wei: Wei(balance.credited),
        forfeited_wei: Wei(balance.forfeited),
        burned_wei: Wei(balance.burned),
        bonds: bonds
            .map(|bond| BondView {
                bond: bond.id.0,
                amount_wei: Wei(snapshot.parameters.root_bond),
                frozen: bond.status == BondStatus::Frozen,
                tip: bond.tip.0,
                claims: snapshot.path(bond.tip).len(),
            })
            .collect(),
        step_bonds: step_bonds.collect(),
    }
}
