//! Drives both legs of a swap to their end: tells, cancels, announces and relays whatever is due.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolCall as _;
use serde::Serialize;
use tracing::{info, warn};

use super::{
    SwapError,
    bindings::ISwapArbiter,
    contracts,
    observe::{Leg, Seat},
    plan::{self, LegView, Next, Step},
    terms::{LegNumber, Terms},
};
use crate::{
    l1::send::{Call, Lane, LaneError, Sent},
    node::NodeError,
    relay::{RelayError, account::post, down, up},
};

/// A swap, with a seat at each leg's rollup.
#[derive(Debug)]
pub struct Driver {
    terms: Terms,
    one: Arc<Seat>,
    two: Arc<Seat>,
}

/// What a look at a leg found, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// What was known.
    pub view: LegView,
    /// What was due.
    pub next: Next,
    /// The L1 transaction that did it, if it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
}

/// A transaction on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// Its hash.
    pub transaction: B256,
    /// Gas it used.
    pub gas: u64,
}

impl Driver {
    /// A driver of the swap with these terms; both seats may be the same.
    ///
    /// # Errors
    /// [`SwapError`] when the terms name other contracts or rollups.
    pub fn new(terms: Terms, one: Arc<Seat>, two: Arc<Seat>) -> Result<Self, SwapError> {
        contracts::check(&terms)?;
        one.check(&terms, LegNumber::One)?;
        two.check(&terms, LegNumber::Two)?;
        let [first, second] = [&one, &two].map(|seat| seat.node.l1().chain_id());
        if first != second {
            return Err(SwapError::OtherL1 { one: first, two: second });
        }
        Ok(Self { terms, one, two })
    }

    /// The terms.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What is known and due; nothing is done.
    ///
    /// # Errors
    /// [`SwapError`]: most of them mean *unknown*.
    pub async fn status(&self) -> Result<[Progress; 2], SwapError> {
        let one = self.look(LegNumber::One).await?.1;
        Ok([one, self.look(LegNumber::Two).await?.1])
    }

    /// Looks at each leg, and does what is due; gives what was found and due.
    ///
    /// # Errors
    /// [`SwapError`]; what was done before it stands, and the next round goes on.
    pub async fn round(&self) -> Result<[Progress; 2], SwapError> {
        let one = self.advance(LegNumber::One).await?;
        Ok([one, self.advance(LegNumber::Two).await?])
    }

    const fn seat(&self, number: LegNumber) -> &Arc<Seat> {
        match number {
            LegNumber::One => &self.one,
            LegNumber::Two => &self.two,
        }
    }

    async fn look(&self, number: LegNumber) -> Result<(Leg, Progress), SwapError> {
        let leg = self.seat(number).look(&self.terms, number).await?;
        let (view, next) = (leg.view.clone(), plan::next(&leg.view, self.terms.deadline));
        Ok((leg, Progress { view, next, done: None }))
    }

    async fn advance(&self, number: LegNumber) -> Result<Progress, SwapError> {
        let (leg, mut progress) = self.look(number).await?;
        let Next::Act(step) = progress.next else { return Ok(progress) };
        match self.act(step, &leg).await {
            Ok(sent) => {
                info!(leg = %number, ?step, transaction = %sent.hash, "done");
                progress.done = Some(Done { transaction: sent.hash, gas: sent.gas });
            }
            // somebody else was faster, or the chain has moved: the next round sees it
            Err(SwapError::Relay(error)) if is_passing(&error) => {
                warn!(leg = %number, ?step, %error, "not done");
            }
            Err(SwapError::Lane(
                error @ (LaneError::WouldRevert { .. } | LaneError::Reverted { .. }),
            )) => warn!(leg = %number, ?step, %error, "not done"),
            Err(error) => return Err(error),
        }
        Ok(progress)
    }

    async fn act(&self, step: Step, leg: &Leg) -> Result<Sent, SwapError> {
        let number = leg.view.number;
        let Seat { node, lane, account, .. } = &**self.seat(number);
        let unplanned = || NodeError::Contradiction("a step without its message");
        match step {
            Step::Tell => {
                let (sent, snapshot) = leg.lock.as_ref().ok_or_else(unplanned)?;
                let proof = up::prove(node, snapshot, sent)?;
                Ok(up::withdraw(lane, self.terms.leg(number).bridge, &sent.message, proof).await?)
            }
            Step::Cancel => {
                let call = ISwapArbiter::cancelCall { terms: self.terms.clone() };
                self.call(lane, call.abi_encode().into(), "cancel").await
            }
            Step::Announce => {
                let (terms, number) = (self.terms.clone(), number as u8);
                let call = ISwapArbiter::announceCall { terms, number };
                self.call(lane, call.abi_encode().into(), "announce").await
            }
            Step::Push => Ok(post(node, lane, &[]).await?),
            Step::Relay => {
                let leaf = leg.verdict.ok_or_else(unplanned)?;
                Ok(account.post(lane, &[down::relay(node, leaf)?]).await?)
            }
        }
    }

    async fn call(&self, lane: &Lane, data: Bytes, label: &'static str) -> Result<Sent, SwapError> {
        let to = Some(self.terms.arbiter);
        Ok(lane.send(&Call { to, data, value: U256::ZERO, label }).await?)
    }
}

impl Progress {
    /// Whether nothing is due any more for the leg.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.next == Next::Over
    }
}

const fn is_passing(error: &RelayError) -> bool {
    matches!(
        error,
        RelayError::WouldFail { .. }
            | RelayError::NotConfirmed(_)
            | RelayError::NotRooted(_)
            | RelayError::Lane(LaneError::WouldRevert { .. } | LaneError::Reverted { .. })
    )
}
