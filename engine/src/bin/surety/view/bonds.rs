//! `surety bonds`.

use std::fmt;

use serde::Serialize;
use surety_engine::status::{
    money::{MoneyView, dispute_gas, first_funding_floor},
    units::{Wei, ether},
};

use super::{look::Look, words::short};
use crate::terminal::table::Table;

/// What it takes to play, wei.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Floor {
    /// Gas of the longest honest line of one dispute, at the price that refunds end at.
    gas_wei: Wei,
    /// What a challenger who wins one dispute, or a proposer who defends one of its claims, should hold: a root bond, a step
    /// bond and the gas.
    dispute_wei: Wei,
}

/// What is free, locked, credited and lost in Bonds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bonds {
    l1_block: u64,
    floor: Floor,
    #[serde(flatten)]
    money: MoneyView,
}

impl From<Look> for Bonds {
    fn from(Look { status, snapshot, .. }: Look) -> Self {
        let floor = Floor {
            gas_wei: Wei(dispute_gas(&snapshot)),
            dispute_wei: Wei(first_funding_floor(&snapshot)),
        };
        Self { l1_block: status.l1_block, floor, money: status.money }
    }
}

impl fmt::Display for Bonds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = &self.money;
        if let Some(wallet) = &money.wallet {
            writeln!(
                f,
                "{}: {} in its wallet, {} in Bonds that may be locked or withdrawn\n",
                wallet.address,
                ether(wallet.wallet_wei.0),
                ether(wallet.free_wei.0)
            )?;
        }
        let headings = ["account", "free", "locked", "credited", "forfeited", "of it burned"];
        let mut table = Table::new(&headings).right(&[1, 2, 3, 4, 5]);
        for holder in &money.holders {
            let amounts = [
                holder.free_wei,
                holder.locked_wei,
                holder.credited_wei,
                holder.forfeited_wei,
                holder.burned_wei,
            ];
            let account = holder.address.to_string();
            table.row(std::iter::once(account).chain(amounts.map(|wei| ether(wei.0))));
        }
        writeln!(f, "{table}")?;
        for holder in &money.holders {
            for bond in &holder.bonds {
                let frozen =
                    if bond.frozen { ", frozen: it stands behind a lost claim" } else { "" };
                writeln!(
                    f,
                    "root bond {} of {}: behind {} undecided claims up to {}{frozen}",
                    bond.bond,
                    holder.address,
                    bond.claims,
                    short(bond.tip)
                )?;
            }
            for bond in &holder.step_bonds {
                let lost = if bond.eliminated { ", lost" } else { "" };
                writeln!(
                    f,
                    "step bond of {}: behind {} in step tournament {}{lost}",
                    holder.address,
                    short(bond.commitment),
                    short(bond.tournament)
                )?;
            }
        }
        let mut table = Table::new(&[]);
        let mut row = |name: &str, wei: Wei, what: &str| {
            table.row([name.to_owned(), ether(wei.0), what.to_owned()]);
        };
        row("burned", money.burned_wei, "by all disputes so far");
        row("root bond", money.root_bond_wei, "behind all claims of a proposer");
        row("step bond", money.step_bond_wei, "behind a trace of a disputed slot");
        row("gas", self.floor.gas_wei, "of the longest dispute, at the refunds' cap");
        row("hold", self.floor.dispute_wei, "to win one dispute: for a challenger, and a proposer");
        write!(f, "{table}")?;
        let Some(wallet) = &money.wallet else { return Ok(()) };
        if wallet.below_floor {
            let floor = ether(wallet.funding_floor_wei.0);
            write!(f, "\nTOO LITTLE: {} needs {floor} free for one more dispute", wallet.address)?;
        }
        Ok(())
    }
}
