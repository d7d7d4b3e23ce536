//! `surety swap lock`.

use std::path::PathBuf;

use clap::Args;
use surety_engine::swap::{
    lock::{self, Locking},
    terms::LegNumber,
};
use tokio::time::sleep;

use super::seats;

/// Which leg, and whose.
#[derive(Clone, Debug, Args)]
pub(crate) struct Lock {
    /// The swap's terms. Check both Bridges in it: a false one could take your leg and give nothing.
    #[arg(long)]
    terms: PathBuf,
    /// `one` or `two`.
    #[arg(long)]
    leg: LegNumber,
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the leg's rollup.
    #[arg(long, env = "SURETY_CONFIG")]
    config: PathBuf,
}

impl Lock {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let terms = seats::read(&self.terms)?;
        let (seat, poll) = seats::open(&self.config).await?;
        loop {
            match lock::lock(&seat, &terms, self.leg).await? {
                Locking::Approved(sent) => println!("approved: {}, {} gas", sent.hash, sent.gas),
                Locking::Posted(sent) => println!("posted: {}, {} gas", sent.hash, sent.gas),
                Locking::Locked => {
                    println!("leg {} of swap {} is locked", self.leg, terms.id());
                    return Ok(());
                }
            }
            sleep(poll).await;
        }
    }
}
