//! `surety send`.

use std::fmt;

use alloy::primitives::{Address, B256, Bytes, U256};
use clap::Args;
use eyre::OptionExt as _;
use serde::Serialize;
use surety_engine::{
    bridge::message::{Direction, Message},
    relay::{
        down,
        up::{self, Outgoing},
    },
};

use super::seat::{Seat, SeatArguments};
use crate::terminal::{sent::After as _, units::ether};

/// Sends a message from L1 to L2, or with --up from L2 to L1: a call of somebody there, with ETH if it brings some.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  surety send --config me.toml --to 0x7099... --data 0x1249c58b
  surety send --config me.toml --up --to 0x7099... --value 0.5     (half an ETH to L1: then surety withdraw)")]
pub(crate) struct Send {
    /// Whom it calls there.
    #[arg(long)]
    to: Address,
    /// The call's data.
    #[arg(long, default_value = "0x")]
    data: Bytes,
    /// What the call brings, ETH.
    #[arg(long, value_parser = ether, default_value = "0")]
    value: U256,
    /// From L2 to L1 by the Outbox, in a batch of its own; without it, from L1 to L2.
    #[arg(long)]
    up: bool,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    direction: Direction,
    nonce: u64,
    message: B256,
    transaction: B256,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.direction {
            Direction::Down => "L2",
            Direction::Up => "L1",
        };
        write!(f, "message {} to {way}: {}", self.nonce, self.message)
    }
}

impl Send {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        let report =
            if self.up { self.send_up(&seat).await? } else { self.send_down(&seat).await? };
        seat.say(&report)
    }

    async fn send_down(&self, seat: &Seat) -> eyre::Result<Report> {
        let (target, value, data) = (self.to, self.value, self.data.clone());
        let (sent, message) = down::send(&seat.node, &seat.lane, target, value, data).await?;
        let (nonce, transaction) = (message.nonce, sent.hash);
        let message = down::hash(&seat.node, &message).after(transaction)?;
        Ok(Report { direction: Direction::Down, nonce, message, transaction })
    }

    async fn send_up(&self, seat: &Seat) -> eyre::Result<Report> {
        let before = seat.node.head()?.number;
        let call = up::send(self.to, self.value, self.data.clone());
        let sent = seat.account.post(&seat.lane, &[call]).await?;
        seat.see(&sent).await?;
        let transaction = sent.hash;
        let Outgoing { hash: message, message: Message { nonce, .. }, .. } =
            self.find(seat, before).after(transaction)?;
        Ok(Report { direction: Direction::Up, nonce, message, transaction })
    }

    /// The message to L1 that was sent behind this block.
    fn find(&self, seat: &Seat, before: u64) -> eyre::Result<Outgoing> {
        let own = seat.account.address();
        let messages = up::sent_since(&seat.node, before.saturating_add(1))?;
        let message = messages.into_iter().rev().find(|sent| {
            let message = &sent.message;
            (message.sender, message.target, message.value) == (own, self.to, self.value)
        });
        message.ok_or_eyre("the message is not in the block that it was posted for")
    }
}
