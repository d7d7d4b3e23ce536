//! `surety swap`: atomic swaps between two rollups of one L1, by nodes of one's own.

mod deploy;
mod drive;
mod lock;
mod seats;
mod terms;
mod withdraw;

use clap::{Args, Subcommand};

/// Swaps ETH or tokens on one rollup for those on another: both legs are paid, or both are paid back.
#[derive(Clone, Debug, Args)]
pub(crate) struct Swap {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Deploy(deploy::Deploy),
    /// Writes the terms of a swap to standard output: both sides need the same file.
    Terms(terms::Write),
    Lock(lock::Lock),
    /// Says where both legs stand and what is due. Nothing is sent.
    Status(drive::Status),
    /// Does whatever is due for both legs until they have ended: anybody can, and several may.
    Drive(drive::Drive),
    Withdraw(withdraw::Withdraw),
}

impl Swap {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        match &self.command {
            Command::Deploy(deploy) => deploy.run().await,
            Command::Terms(terms) => terms.run(),
            Command::Lock(lock) => lock.run().await,
            Command::Status(status) => status.run().await,
            Command::Drive(drive) => drive.run().await,
            Command::Withdraw(withdraw) => withdraw.run().await,
        }
    }
}
