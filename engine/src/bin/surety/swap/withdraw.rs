//! `surety swap withdraw`.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::{ensure, eyre};
use serde::Serialize;
use surety_engine::{
    relay::RelayError,
    swap::{
        SwapError,
        lock::{credit, withdraw},
    },
};

use super::seats;
use crate::terminal::{done::Done, failure::Advise as _, output::Output, sent::After as _};

/// Takes out what the vault owes an account since a payment to it failed. Anybody may; it goes to the account.
#[derive(Clone, Debug, Args)]
pub(crate) struct Withdraw {
    /// Whom the vault owes.
    #[arg(long, value_name = "ADDRESS")]
    account: Address,
    /// The token; without it, ETH.
    #[arg(long, default_value_t = Address::ZERO, hide_default_value = true, value_name = "ADDRESS")]
    token: Address,
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the rollup.
    #[arg(long, env = "SURETY_CONFIG", value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Report {
    account: Address,
    token: Address,
    amount: U256,
    #[serde(flatten)]
    sent: Done,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} units to {}: posted by {}", self.amount, self.account, self.sent)
    }
}

impl Withdraw {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let &Self { account, token, output, .. } = self;
        let (seat, _) = seats::open(&self.config).await?;
        seat.follow().await?;
        let amount = credit(&seat, account, token)?;
        ensure!(!amount.is_zero(), "the vault owes {account} nothing of this token");
        let sent = withdraw(&seat, account, token).await;
        let sent = sent.advise_if(
            |error| matches!(error, SwapError::Relay(RelayError::WouldFail { .. })),
            "the payment must succeed now: can the account take it?",
        )?;
        let transaction = sent.hash;
        seat.follow().await.after(transaction)?;
        let left = credit(&seat, account, token).after(transaction)?;
        if !left.is_zero() {
            return Err(eyre!("the payment was not made")).after(transaction);
        }
        output.say(&Report { account, token, amount, sent: sent.into() })
    }
}
