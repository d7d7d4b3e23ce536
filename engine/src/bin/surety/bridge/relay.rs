//! `surety relay`.

use std::fmt;

use alloy::primitives::{B256, Bytes};
use clap::Args;
use eyre::bail;
use serde::Serialize;
use surety_engine::relay::{
    account::post,
    down::{self, DownStatus},
};

use super::{
    messages::leaf,
    seat::{Seat, SeatArguments},
};

/// Calls L1Messenger on L2 with a message from L1.
#[derive(Clone, Debug, Args)]
pub(crate) struct Relay {
    /// The message's hash.
    #[arg(long)]
    message: B256,
    /// Sign the transaction and print it, instead of posting it in a batch.
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    message: B256,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<B256>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.raw {
            Some(raw) => write!(f, "{raw}"),
            None => write!(f, "message {} relayed", self.message),
        }
    }
}

impl Relay {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        let index = leaf(&seat, self.message)?;
        arrive(&seat, index).await?;
        let call = down::relay(&seat.node, index)?;
        let entries = seat.account.sign(&[call]).await?;
        let message = self.message;
        if self.raw {
            return seat.say(&Report {
                message,
                raw: entries.into_iter().next(),
                transaction: None,
            });
        }
        let sent = post(&seat.node, &seat.lane, &entries).await?;
        seat.follow().await?;
        if down::status(&seat.node, index)? != DownStatus::Relayed {
            bail!("the batch was appended, but the message was not relayed: try again");
        }
        seat.say(&Report { message, raw: None, transaction: Some(sent.hash) })
    }
}

/// Appends empty batches until the message is under a root on L2, with its value.
async fn arrive(seat: &Seat, index: u64) -> eyre::Result<()> {
    while matches!(down::status(&seat.node, index)?, DownStatus::Sent | DownStatus::Rooted) {
        post(&seat.node, &seat.lane, &[]).await?;
        seat.follow().await?;
    }
    Ok(())
}
