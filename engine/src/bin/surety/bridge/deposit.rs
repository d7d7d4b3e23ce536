//! `surety deposit`.

use std::fmt;

use alloy::primitives::{Address, B256, U256};
use clap::Args;
use serde::Serialize;
use surety_engine::{l1::bindings::IInbox, node::batches, relay::down};

use super::seat::{Seat, SeatArguments, known};
use crate::terminal::units::ether;

/// Deposits ETH from L1 to an account on L2, credited by the next batch.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:
  surety deposit --config me.toml --to 0x7099... --value 1.5 --wait")]
pub(crate) struct Deposit {
    /// Whom it credits.
    #[arg(long)]
    to: Address,
    /// How much, ETH: whole gwei, and at least the Bridge's minimum.
    #[arg(long, value_parser = ether)]
    value: U256,
    /// Wait until an L2 block has credited it.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    index: u64,
    transaction: B256,
    /// As far as it is known: without --wait nobody has looked.
    credited: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.credited { "credited" } else { "queued" };
        write!(f, "deposit {} {state}: transaction {}", self.index, self.transaction)
    }
}

impl Deposit {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        let (sent, index) = down::deposit(&seat.node, &seat.lane, self.to, self.value).await?;
        let mut credited = false;
        while self.wait && !credited {
            seat.wait().await;
            credited = known(is_taken(&seat, index).await).unwrap_or(false);
        }
        seat.say(&Report { index, transaction: sent.hash, credited })
    }
}

/// Whether an executed block has credited a deposit.
async fn is_taken(seat: &Seat, index: u64) -> eyre::Result<bool> {
    let at = seat.node.cursor().await?.hash;
    let inbox = seat.node.deployment().inbox;
    Ok(batches::view(seat.node.l1(), inbox, at, IInbox::depositsTakenCall {}).await? > index)
}
