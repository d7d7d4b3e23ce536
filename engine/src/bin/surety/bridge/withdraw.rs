//! `surety withdraw`.

use std::{collections::BTreeMap, fmt};

use alloy::primitives::B256;
use alloy_sol_types::SolError as _;
use clap::Args;
use eyre::eyre;
use serde::Serialize;
use surety_engine::{
    dispute::domain::Snapshot,
    l1::{bindings::IBridge, send::LaneError},
    relay::{
        RelayError,
        carry_out::{CarriedOut, carry_out},
        up::{self, Outgoing, UpStatus},
    },
};

use super::seat::{Seat, SeatArguments, unknown};
use crate::terminal::{
    done::Done,
    failure::{Advise as _, is_unknown},
    sent::After as _,
};

/// Carries messages from L2 out on L1, against the latest confirmed claim. With several at once the Outbox is proven first, once,
/// which halves the gas of each. What is carried out already is left as it is.
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
    outbox: Option<Done>,
    withdrawals: Vec<Withdrawal>,
    gas: u64,
}

#[derive(Serialize)]
struct Withdrawal {
    message: B256,
    #[serde(flatten)]
    outcome: Outcome,
}

/// What came of a message.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
enum Outcome {
    Done(Done),
    /// It was carried out before.
    Already,
    Failed {
        error: String,
    },
    /// What failed before would have kept it back, too.
    NotTried,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(done) => done.fmt(f),
            Self::Already => f.write_str("carried out already"),
            Self::Failed { error } => write!(f, "failed: {error}"),
            Self::NotTried => f.write_str("not tried"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "carried out against claim {}:", self.claim)?;
        if let Some(done) = &self.outbox {
            writeln!(f, "  the Outbox is proven: {done}")?;
        }
        for Withdrawal { message, outcome } in &self.withdrawals {
            writeln!(f, "  message {message}: {outcome}")?;
        }
        Ok(())
    }
}

impl Withdraw {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let seat = self.seat.open().await?;
        loop {
            match self.due(&seat).await {
                Ok(Some((snapshot, due))) => return self.carry_out(&seat, &snapshot, &due).await,
                Ok(None) => {}
                Err(error) if self.wait && is_unknown(&error) => unknown(&error),
                Err(error) => return Err(error),
            }
            seat.wait().await;
        }
    }

    /// The messages that are not carried out yet, once all of them can be; none while they are waited for.
    async fn due(&self, seat: &Seat) -> eyre::Result<Option<(Snapshot, Vec<Outgoing>)>> {
        let snapshot = seat.snapshot().await?;
        let mut due: Vec<Outgoing> = Vec::with_capacity(self.messages.len());
        for &message in &self.messages {
            let sent = up::find(&seat.node, message).advise_if(
                |error| matches!(error, RelayError::UnknownMessage(_)),
                "surety messages lists those that were sent",
            )?;
            match up::status(&seat.node, &snapshot, &sent).await? {
                UpStatus::Withdrawn => {}
                UpStatus::Confirmed { .. } if due.contains(&sent) => {}
                UpStatus::Confirmed { .. } => due.push(sent),
                UpStatus::Sent | UpStatus::Claimed { .. } if self.wait => return Ok(None),
                UpStatus::Sent => {
                    let early = Err(eyre!("no claim holds message {message} yet"));
                    return early.advise(|| "a proposer claims its block; --wait waits until that claim is confirmed");
                }
                UpStatus::Claimed { claim } => {
                    let early =
                        Err(eyre!("claim {claim}, which holds message {message}, is undecided"));
                    return early.advise(|| "surety claim tells until when; --wait waits");
                }
            }
        }
        Ok(Some((snapshot, due)))
    }

    /// Carries out what is due, and says what came of each message: also when one fails.
    async fn carry_out(
        &self,
        seat: &Seat,
        snapshot: &Snapshot,
        due: &[Outgoing],
    ) -> eyre::Result<()> {
        let carried = match due {
            [] => CarriedOut { outbox: None, messages: Vec::new() },
            due => {
                let due: Vec<_> = due.iter().collect();
                carry_out(&seat.node, &seat.lane, snapshot, &due).await?
            }
        };
        let (report, failed) = self.report(snapshot, due, carried);
        seat.say(&report)?;
        let Some(error) = failed else { return Ok(()) };
        let is_refusal = error.is_refusal();
        Err(error).after(report.last_transaction()).advise_if(
            |_| is_refusal,
            "its target on L1 may refuse the call: it can be tried again for ever",
        )
    }

    /// What came of each message, and the first failure.
    fn report(
        &self,
        snapshot: &Snapshot,
        due: &[Outgoing],
        carried: CarriedOut,
    ) -> (Report, Option<RelayError>) {
        let mut failed = None;
        let mut outcomes: BTreeMap<_, _> =
            due.iter().map(|sent| (sent.hash, Outcome::NotTried)).collect();
        for (sent, outcome) in due.iter().zip(carried.messages) {
            let outcome = match outcome {
                Ok(sent) => Outcome::Done(sent.into()),
                Err(error) if is_already(&error) => Outcome::Already,
                Err(error) => {
                    let told = error.to_string();
                    failed.get_or_insert(error);
                    Outcome::Failed { error: told }
                }
            };
            outcomes.insert(sent.hash, outcome);
        }
        let withdrawal = |&message| {
            let outcome = outcomes.remove(&message).unwrap_or(Outcome::Already);
            Withdrawal { message, outcome }
        };
        let withdrawals = self.messages.iter().map(withdrawal).collect();
        let (claim, outbox) = (snapshot.latest_confirmed.0, carried.outbox.map(Done::from));
        let mut report = Report { claim, outbox, withdrawals, gas: 0 };
        report.gas = report.done().map(|done| done.gas).sum();
        (report, failed)
    }
}

impl Report {
    /// All transactions, in their order.
    fn done(&self) -> impl Iterator<Item = Done> {
        let withdrawn = self.withdrawals.iter().filter_map(|it| match it.outcome {
            Outcome::Done(done) => Some(done),
            _ => None,
        });
        self.outbox.into_iter().chain(withdrawn)
    }

    fn last_transaction(&self) -> Option<B256> {
        self.done().last().map(|done| done.transaction)
    }
}

/// Whether somebody else has carried the message out meanwhile.
fn is_already(error: &RelayError) -> bool {
    match error {
        RelayError::Lane(LaneError::WouldRevert { data, .. }) => {
            data.starts_with(&IBridge::AlreadyWithdrawn::SELECTOR)
        }
        _ => false,
    }
}
