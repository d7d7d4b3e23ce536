//! `surety messages`.

use std::fmt;

use alloy::primitives::B256;
use clap::Args;
use eyre::OptionExt as _;
use serde::Serialize;
use surety_engine::{
    bridge::message::Message,
    relay::{
        down::{self, DownStatus},
        up::{self, Outgoing, UpStatus},
    },
};

use super::seat::{Seat, SeatArguments};

/// Where messages stand, both ways.
#[derive(Clone, Debug, Args)]
pub(crate) struct Messages {
    /// This one alone.
    #[arg(long)]
    message: Option<B256>,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
struct Incoming {
    hash: B256,
    #[serde(flatten)]
    message: Message,
    #[serde(flatten)]
    status: DownStatus,
}

#[derive(Serialize)]
struct Leaving {
    #[serde(flatten)]
    sent: Outgoing,
    #[serde(flatten)]
    status: UpStatus,
}

/// All that were asked for.
#[derive(Default, Serialize)]
struct Report {
    down: Vec<Incoming>,
    up: Vec<Leaving>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let down =
            self.down.iter().map(|it| ("to L2", &it.message, it.hash, format!("{:?}", it.status)));
        let up = self
            .up
            .iter()
            .map(|it| ("to L1", &it.sent.message, it.sent.hash, format!("{:?}", it.status)));
        for (way, message, hash, status) in down.chain(up) {
            writeln!(f, "{way} {:>4}  {hash}  {status}", message.nonce)?;
        }
        Ok(())
    }
}

impl Messages {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        let wanted = |hash: B256| self.message.is_none_or(|message| message == hash);
        let mut report = Report::default();
        for index in 0..seat.node.messages() {
            let message = seat.node.message(index)?;
            let hash = down::hash(&seat.node, &message)?;
            if wanted(hash) {
                report.down.push(Incoming {
                    hash,
                    message,
                    status: down::status(&seat.node, index)?,
                });
            }
        }
        let snapshot = seat.snapshot().await?;
        for sent in up::sent_since(&seat.node, 0)?.into_iter().filter(|sent| wanted(sent.hash)) {
            let status = up::status(&seat.node, &snapshot, &sent).await?;
            report.up.push(Leaving { sent, status });
        }
        seat.say(&report)
    }
}

/// The leaf of the message from L1 with this hash.
pub(super) fn leaf(seat: &Seat, message: B256) -> eyre::Result<u64> {
    for index in 0..seat.node.messages() {
        if down::hash(&seat.node, &seat.node.message(index)?)? == message {
            return Ok(index);
        }
    }
    None.ok_or_eyre("L1 has sent no such message")
}
