//! `surety status`.

use std::fmt;

use serde::Serialize;
use surety_engine::status::{self, Overall, units::ether};

use super::{
    look::Look,
    words::{self, short, until},
};
use crate::terminal::{table::Table, units::span};

/// Where the rollup stands, on one screen.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    /// Whether our own execution was asked; else every verdict is unknown.
    pub(super) verified: bool,
    /// What is dangerous about the rollup itself.
    pub(super) warnings: Vec<String>,
    #[serde(flatten)]
    pub(super) status: status::Status,
}

impl From<Look> for Status {
    fn from(Look { status, verified, warnings, .. }: Look) -> Self {
        Self { verified, warnings, status }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.status;
        let mut table = Table::new(&[]);
        let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
        row(
            "rollup",
            format!("{} on L1 {}: L2 chain {}", it.rollup, it.l1_chain_id, it.l2_chain_id),
        );
        row("L1 block", it.l1_block.to_string());
        let claimed = it.claims.iter().map(|claim| claim.last_block).max().unwrap_or_default();
        let (confirmed, latest) = (it.confirmed_l2_block, it.latest_l2_block);
        row("L2 block", format!("{latest} appended, {claimed} claimed, {confirmed} confirmed"));
        let counts = it.claim_counts;
        let verdicts = match self.verified {
            true => format!(
                ": {} right, {} wrong, {} on wrong ones, {} unknown",
                counts.right, counts.wrong, counts.on_wrong, counts.unknown
            ),
            false => " (--verify checks them)".to_owned(),
        };
        row("claims", format!("{} undecided{verdicts}", counts.open));
        if self.verified {
            let word = match it.overall {
                Overall::Agree => "all undecided claims agree with our execution",
                Overall::Disputing => "a claim is wrong, or in dispute",
                Overall::Unknown => "something is unknown",
                Overall::Alarm => "AN OPERATOR MUST ACT",
            };
            row("verdict", word.to_owned());
        }
        let running: usize = it.tournaments.iter().map(|it| it.matches.len()).sum();
        let disputes = match running {
            0 => "none".to_owned(),
            1 => "1 match".to_owned(),
            _ => format!("{running} matches"),
        };
        row("disputes", disputes);
        let (window, censorship) = (it.timing.budget_blocks, it.timing.censorship_blocks);
        let (all, most) = (span(window), span(censorship));
        row(
            "contest window",
            format!("{window} L1 blocks, {all}: L1 may keep the honest side out for {most} of it"),
        );
        let (root, step) = (ether(it.money.root_bond_wei.0), ether(it.money.step_bond_wei.0));
        row(
            "bonds",
            format!("{root} behind a proposer's claims, {step} behind a trace of a disputed slot"),
        );
        if let Some(wallet) = &it.money.wallet {
            row(
                "account",
                format!("{}: {} in its wallet", wallet.address, ether(wallet.wallet_wei.0)),
            );
        }
        if let Some(holder) = it.money.holders.iter().find(|holder| holder.ours) {
            let (free, locked) = (ether(holder.free_wei.0), ether(holder.locked_wei.0));
            row("in Bonds", format!("{free} free, {locked} locked"));
        }
        write!(f, "{table}")?;
        for tournament in &it.tournaments {
            for found in &tournament.matches {
                writeln!(
                    f,
                    "\nmatch {} at {}: {}, due from {} until {}\n  {}",
                    short(found.id),
                    words::level(found.level),
                    words::due(found.due),
                    words::mover(found),
                    until(found.until),
                    found.descent.place.text
                )?;
            }
        }
        let alarms = it.alarms.iter().map(|alarm| &alarm.text);
        alarms.chain(&self.warnings).try_for_each(|text| writeln!(f, "\n! {text}"))
    }
}
