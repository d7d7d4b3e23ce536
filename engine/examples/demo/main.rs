//! Surety's whole job on an L1 of its own: the transactions of a real mainnet block, an honest proposer, a liar, and the
//! challenger that proves one step of the EVM against it.
//!
//! Needs the compiled contracts in `out/`, anvil in `node_modules/`, and the daemons' programs; `scripts/demo` makes them.

mod chaos;
mod daemons;
mod devnet;
mod ledger;
mod liar;
mod mainnet;
mod report;
mod story;

use std::path::PathBuf;

use clap::Parser;
use surety_engine::{fault::LieKind, node::process};

/// Runs a dispute about a real mainnet block, from deployment to the burned bond.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Nobody lies, and no dispute transaction is sent.
    #[arg(long)]
    honest: bool,
    /// Which transaction of the block the liar gets wrong, from 0. Default: the first with a fitting step.
    #[arg(long)]
    transaction: Option<u32>,
    /// At which step of that transaction. Default: an arithmetic opcode inside a nested call.
    #[arg(long)]
    step: Option<u32>,
    /// What is wrong there: `arithmetic` or `gas`.
    #[arg(long, default_value = "arithmetic")]
    lie: LieKind,
    /// Where to write the facts as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where stores, keys and logs go. Default: a temporary directory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many times a daemon is killed (SIGKILL) at a random moment and started again.
    #[arg(long, default_value_t = 0)]
    kills: u32,
    /// Chooses the moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The directory with the daemons' programs. Default: beside this one.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// The repository's root, with `out/`, `node_modules/` and `fixtures/`.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

#[tokio::main]
async fn main() -> eyre::Result<()> {
    let arguments = Arguments::parse();
    if std::env::var_os("RUST_LOG").is_some() {
        process::init_tracing(false);
    }
    story::tell(&arguments).await
}
