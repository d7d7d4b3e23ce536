//! `surety relay`.

use std::fmt;

use alloy::primitives::{B256, Bytes};
use clap::Args;
use eyre::ensure;
use serde::Serialize;
use surety_engine::relay::{
    account::post,
    down::{self, DownStatus},
};

use super::{
    messages::leaf,
    seat::{Seat, SeatArguments},
};
use crate::terminal::sent::After as _;

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
        let index = leaf(&seat.node, self.message)?;
        let pushed = arrive(&seat, index).await?;
        let report = self.relay(&seat, index).await.after(pushed)?;
        seat.say(&report)
    }

    async fn relay(&self, seat: &Seat, index: u64) -> eyre::Result<Report> {
        let call = down::relay(&seat.node, index)?;
        let entries = seat.account.sign(&[call]).await?;
        let message = self.message;
        if self.raw {
            return Ok(Report { message, raw: entries.into_iter().next(), transaction: None });
        }
        let sent = post(&seat.node, &seat.lane, &entries).await?;
        seat.see(&sent).await?;
        is_relayed(seat, index).after(sent.hash)?;
        Ok(Report { message, raw: None, transaction: Some(sent.hash) })
    }
}

fn is_relayed(seat: &Seat, index: u64) -> eyre::Result<()> {
    let status = down::status(&seat.node, index)?;
    ensure!(status == DownStatus::Relayed, "the message is not relayed: it is {status}");
    Ok(())
}

/// Appends empty batches until the message is under a root on L2, with its value; gives the last of them.
async fn arrive(seat: &Seat, index: u64) -> eyre::Result<Option<B256>> {
    let mut pushed = None;
    loop {
        match down::status(&seat.node, index).after(pushed)? {
            DownStatus::Sent | DownStatus::Rooted => {}
            _ => return Ok(pushed),
        }
        let sent = post(&seat.node, &seat.lane, &[]).await.after(pushed)?;
        pushed = Some(sent.hash);
        seat.see(&sent).await?;
    }
}
