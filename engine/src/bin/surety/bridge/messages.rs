//! `surety messages`.

use std::fmt;

use alloy::primitives::{Address, B256};
use clap::Args;
use eyre::OptionExt as _;
use serde::Serialize;
use surety_engine::{
    bridge::message::Message,
    node::Node,
    relay::{
        down::{self, DownStatus},
        up::{self, Outgoing, UpStatus},
    },
};

use super::seat::{SeatArguments, snapshot};

/// Where messages stand, both ways. No key is needed.
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
        for Incoming { hash, message, status } in &self.down {
            writeln!(f, "to L2 {:>4}  {hash}  {status}", message.nonce)?;
        }
        for Leaving { sent: Outgoing { hash, message, .. }, status } in &self.up {
            writeln!(f, "to L1 {:>4}  {hash}  {status}", message.nonce)?;
        }
        Ok(())
    }
}

impl Messages {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let node = self.seat.look().await?;
        let wanted = |hash: B256| self.message.is_none_or(|message| message == hash);
        let mut report = Report::default();
        for index in 0..node.messages() {
            let message = node.message(index)?;
            let hash = down::hash(&node, &message)?;
            if wanted(hash) {
                let status = down::status(&node, index)?;
                report.down.push(Incoming { hash, message, status });
            }
        }
        let snapshot = snapshot(&node, Address::ZERO).await?;
        for sent in up::sent_since(&node, 0)?.into_iter().filter(|sent| wanted(sent.hash)) {
            let status = up::status(&node, &snapshot, &sent).await?;
            report.up.push(Leaving { sent, status });
        }
        self.seat.output.say(&report)
    }
}

/// The leaf of the message from L1 with this hash.
pub(super) fn leaf(node: &Node, message: B256) -> eyre::Result<u64> {
    for index in 0..node.messages() {
        if down::hash(node, &node.message(index)?)? == message {
            return Ok(index);
        }
    }
    None.ok_or_eyre("L1 has sent no such message")
}
