//! `surety withdraw`.

use std::fmt;

use alloy::primitives::{Address, B256};
use clap::Args;
use eyre::{OptionExt as _, bail};
use serde::Serialize;
use surety_engine::{
    dispute::domain::Snapshot,
    relay::up::{self, Outgoing, UpStatus},
};

use super::seat::{Seat, SeatArguments};
use crate::{stage::amounts::grouped, terminal::failure::Advise as _};

/// Carries messages from L2 out on L1, against the latest confirmed claim. With several at once the Outbox is proven first, once,
/// which halves the gas of each.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:
  surety withdraw --config me.toml --message 0x9f2a... --wait")]
pub(crate) struct Withdraw {
    /// The message's hash, as `surety send` or `surety messages` gives it; may be given more than once.
    #[arg(long = "message", value_name = "HASH", required = true)]
    messages: Vec<B256>,
    /// Wait until a claim that holds them is confirmed.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    claim: B256,
    /// What proving the Outbox took, if that was cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    outbox: Option<Proven>,
    withdrawals: Vec<Withdrawal>,
    gas: u64,
}

#[derive(Serialize)]
struct Proven {
    transaction: B256,
    gas: u64,
}

#[derive(Serialize)]
struct Withdrawal {
    message: B256,
    transaction: B256,
    gas: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "carried out against claim {}:", self.claim)?;
        if let Some(Proven { transaction, gas }) = &self.outbox {
            writeln!(f, "  the Outbox is proven: {transaction}, {} gas", grouped(*gas))?;
        }
        for Withdrawal { message, transaction, gas } in &self.withdrawals {
            writeln!(f, "  message {message}: {transaction}, {} gas", grouped(*gas))?;
        }
        Ok(())
    }
}

impl Withdraw {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        loop {
            let snapshot = seat.snapshot().await?;
            match self.ready(&seat, &snapshot).await? {
                Some(sent) => return seat.say(&carry_out(&seat, &snapshot, &sent).await?),
                None => seat.wait().await,
            }
        }
    }

    /// The messages, once all can be carried out; none while they are waited for.
    async fn ready(&self, seat: &Seat, snapshot: &Snapshot) -> eyre::Result<Option<Vec<Outgoing>>> {
        let mut found = Vec::with_capacity(self.messages.len());
        for &message in &self.messages {
            let sent = up::find(&seat.node, message);
            let sent = sent.advise(|| "surety messages lists those that were sent")?;
            match up::status(&seat.node, snapshot, &sent).await? {
                UpStatus::Withdrawn => bail!("message {message} is carried out already"),
                UpStatus::Confirmed { .. } => found.push(sent),
                UpStatus::Sent | UpStatus::Claimed { .. } if self.wait => return Ok(None),
                UpStatus::Sent => {
                    let early = Err(eyre::eyre!("no claim holds message {message} yet"));
                    return early.advise(|| "a proposer claims its block; --wait waits until that claim is confirmed");
                }
                UpStatus::Claimed { claim } => {
                    let early = Err(eyre::eyre!(
                        "claim {claim}, which holds message {message}, is undecided"
                    ));
                    return early.advise(|| "surety claim tells until when; --wait waits");
                }
            }
        }
        Ok(Some(found))
    }
}

async fn carry_out(seat: &Seat, snapshot: &Snapshot, sent: &[Outgoing]) -> eyre::Result<Report> {
    let bridge: Address = seat.bridge()?;
    let claim = snapshot.latest_confirmed.0;
    let mut is_proven = up::outbox_is_proven(&seat.node, snapshot, claim).await?;
    let mut outbox = None;
    if let (false, [first, _, ..]) = (is_proven, sent) {
        let proof = up::prove(&seat.node, snapshot, first)?;
        let done = up::prove_outbox(&seat.lane, bridge, &proof).await?;
        outbox = Some(Proven { transaction: done.hash, gas: done.gas });
        is_proven = true;
    }
    let mut withdrawals = Vec::with_capacity(sent.len());
    for sent in sent {
        let proof = up::prove(&seat.node, snapshot, sent)?;
        let proof = if is_proven { up::shortened(proof) } else { proof };
        let done = up::withdraw(&seat.lane, bridge, &sent.message, proof).await;
        let done =
            done.advise(|| "its target on L1 may refuse the call: it can be tried again for ever")?;
        withdrawals.push(Withdrawal { message: sent.hash, transaction: done.hash, gas: done.gas });
    }
    let proven = outbox.as_ref().map_or(0, |outbox| outbox.gas);
    let gas = proven + withdrawals.iter().map(|done| done.gas).sum::<u64>();
    withdrawals.first().ok_or_eyre("no message is named")?;
    Ok(Report { claim, outbox, withdrawals, gas })
}
