//! `surety withdraw`.

use std::fmt;

use alloy::primitives::B256;
use clap::Args;
use eyre::{OptionExt as _, bail};
use serde::Serialize;
use surety_engine::relay::up::{self, UpStatus};

use super::seat::SeatArguments;

/// Carries a message from L2 out on L1, against a confirmed claim.
#[derive(Clone, Debug, Args)]
pub(crate) struct Withdraw {
    /// The message's hash.
    #[arg(long)]
    message: B256,
    /// Wait until a claim that holds it is confirmed.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    seat: SeatArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    message: B256,
    claim: B256,
    transaction: B256,
    gas: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, claim, transaction, gas } = self;
        write!(f, "message {message} carried out against claim {claim}: {transaction}, {gas} gas")
    }
}

impl Withdraw {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        let bridge = seat.node.deployment().bridge.ok_or_eyre("this rollup has no Bridge")?.bridge;
        loop {
            let snapshot = seat.snapshot().await?;
            let sent = up::find(&seat.node, self.message)?;
            match up::status(&seat.node, &snapshot, &sent).await? {
                UpStatus::Withdrawn => bail!("message {} is carried out already", self.message),
                UpStatus::Confirmed { claim } => {
                    let proof = up::prove(&seat.node, &snapshot, &sent)?;
                    let done = up::withdraw(&seat.lane, bridge, &sent.message, proof).await?;
                    let (message, transaction, gas) = (self.message, done.hash, done.gas);
                    return seat.say(&Report { message, claim, transaction, gas });
                }
                status if !self.wait => bail!("it cannot be carried out yet: {status:?}"),
                UpStatus::Sent | UpStatus::Claimed { .. } => seat.wait().await,
            }
        }
    }
}
