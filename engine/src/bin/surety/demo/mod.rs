//! Surety's whole job: the transactions of a real mainnet block, an honest proposer, a liar, and the challenger that proves
//! one step of the EVM against it.

mod liar;
mod report;
mod story;
mod swap;

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use surety_engine::fault::LieKind;

use crate::stage::{chaos::ChaosArguments, places::Places};

/// What happens, and to whom.
#[derive(Clone, Debug, Args)]
pub(crate) struct Demo {
    /// Nobody lies, and no dispute transaction is sent.
    #[arg(long)]
    honest: bool,
    /// The batch is in a blob.
    #[arg(long)]
    blob: bool,
    /// Another story: ETH on one rollup is swapped for tokens on another.
    #[arg(long, conflicts_with_all = ["honest", "blob", "transaction", "step", "lie", "kills", "seed", "pace", "second_challenger"])]
    swap: bool,
    /// Which transaction of the block the liar gets wrong, from 0. Default: the first with a fitting step.
    #[arg(long)]
    transaction: Option<u32>,
    /// At which step of that transaction, or of the block's begin. Default: an arithmetic opcode inside a nested call; an
    /// element of the blob behind all transactions.
    #[arg(long)]
    step: Option<u32>,
    /// What is wrong there: `arithmetic`, `gas` or, with `--blob`, `element`.
    #[arg(long, default_value = "arithmetic")]
    lie: LieKind,
    /// A second challenger beside the first, which leaves a move to others until so many of the L1 blocks are left in which waiting
    /// is free; of these there are five, so that with 5 it leaves nothing.
    #[arg(long, value_name = "BLOCKS")]
    second_challenger: Option<u64>,
    /// Where to write the facts as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Shows the challenger's watchtower page at this address all along, and goes on until it is interrupted.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8550", conflicts_with = "swap")]
    page: Option<SocketAddr>,
    /// Milliseconds between two looks at L1, which mines a block at every fourth. Default: 150, with a page 1000, so that
    /// people can follow.
    #[arg(long, value_name = "MILLISECONDS")]
    pace: Option<u64>,
    #[command(flatten)]
    chaos: ChaosArguments,
    #[command(flatten)]
    places: Places,
}

impl Demo {
    /// Tells the story. Succeeds only if it ends as it should.
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        if self.swap { swap::tell(self).await } else { story::tell(self).await }
    }
}
