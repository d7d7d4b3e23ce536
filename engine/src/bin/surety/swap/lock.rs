//! `surety swap lock`.

use std::{fmt, path::PathBuf};

use alloy::primitives::B256;
use clap::Args;
use serde::Serialize;
use surety_engine::swap::{
    lock::{self, Locking},
    terms::LegNumber,
};
use tokio::time::sleep;

use super::seats;
use crate::terminal::{done::Done, output::Output, sent::After as _};

/// Locks one's own leg, approving the vault first where that is needed.
#[derive(Clone, Debug, Args)]
pub(crate) struct Lock {
    /// The swap's terms. Check both Bridges in it: a false one could take your leg and give nothing.
    #[arg(long)]
    terms: PathBuf,
    /// `one` or `two`.
    #[arg(long)]
    leg: LegNumber,
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the leg's rollup.
    #[arg(long, env = "SURETY_CONFIG", value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Default, Serialize)]
struct Report {
    swap: B256,
    leg: String,
    /// What the token's approval took, if it needed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<Done>,
    /// What the lock took; none if it was locked already.
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<Done>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.approved.iter().try_for_each(|done| writeln!(f, "approved: {done}"))?;
        self.locked.iter().try_for_each(|done| writeln!(f, "posted: {done}"))?;
        write!(f, "leg {} of swap {} is locked", self.leg, self.swap)
    }
}

impl Lock {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let terms = seats::read(&self.terms)?;
        let (seat, poll) = seats::open(&self.config).await?;
        let mut report =
            Report { swap: terms.id(), leg: self.leg.to_string(), ..Report::default() };
        let mut last = None;
        loop {
            match lock::lock(&seat, &terms, self.leg).await.after(last)? {
                Locking::Approved(sent) => {
                    last = Some(sent.hash);
                    report.approved = Some(sent.into());
                }
                Locking::Posted(sent) => {
                    last = Some(sent.hash);
                    report.locked = Some(sent.into());
                }
                Locking::Locked => return self.output.say(&report),
            }
            sleep(poll).await;
        }
    }
}
