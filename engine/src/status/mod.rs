//! Where everything stands, for people and programs that ask: claims with their verdicts, contests and what is in question
//! in them, clocks, money, and what the account does next.
//!
//! All of it is made from a [`Snapshot`] of the chain, the planner's decisions and our own execution; nothing here reads,
//! sends or keeps time. The views are plain values that serialize with camelCase names, ids as hex, wei as decimal strings;
//! a field that counts L1 blocks, L2 blocks or seconds says so.

pub mod actions;
pub mod claims;
pub mod contests;
pub mod decided;
pub mod events;
pub mod journal;
pub mod money;
pub mod place;
pub mod units;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use self::{
    actions::{ActionKind, ActionView, AlarmView},
    claims::{ClaimCounts, ClaimView},
    contests::{TournamentView, Viewer},
    decided::DecidedView,
    events::EventView,
    money::MoneyView,
    place::Places,
};
use crate::dispute::{
    domain::{ClaimStatus, Snapshot},
    honest::Honest,
    plan::Planned,
};

/// What a snapshot does not say: which rollup, and how far this node has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vantage {
    /// The Rollup contract.
    pub rollup: Address,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// How far the L1 block stood at lies behind the newest one, in seconds of L1 time.
    pub l1_lag_seconds: u64,
    /// The last executed L2 block.
    pub executed_block: u64,
}

/// All in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Overall {
    /// All undecided claims agree with our execution.
    Agree,
    /// An undecided claim is wrong, or a match runs.
    Disputing,
    /// Something cannot be known now: nothing is signed on account of it.
    Unknown,
    /// An operator must act.
    Alarm,
}

/// The clocks' parameters, in L1 blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimingView {
    /// How long in total an honest player may be kept off L1.
    pub censorship_blocks: u64,
    /// Free allowance of each response.
    pub response_blocks: u64,
    /// Time to build a step commitment.
    pub build_blocks: u64,
    /// Budget of a commitment at the root: for so long a claim can be contested.
    pub budget_blocks: u64,
}

/// Where everything stands, as of one L1 block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The Rollup contract.
    pub rollup: Address,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// The L1 block.
    pub l1_block: u64,
    /// Its hash.
    pub l1_block_hash: B256,
    /// How far it lies behind the newest one, in seconds of L1 time.
    pub l1_lag_seconds: u64,
    /// The latest L2 block that has a batch.
    pub latest_l2_block: u64,
    /// The last L2 block that we executed.
    pub executed_l2_block: u64,
    /// The last block of the latest confirmed claim.
    pub confirmed_l2_block: u64,
    /// All in one word.
    pub overall: Overall,
    /// Why the latest round did not come to its end, if it did not: then all else is as of the round before.
    pub trouble: Option<String>,
    /// The clocks' parameters.
    pub timing: TimingView,
    /// How many claims there are, by verdict.
    pub claim_counts: ClaimCounts,
    /// The latest confirmed claim.
    pub latest_confirmed: B256,
    /// The latest confirmed claims and all that builds on them, parents before children.
    pub claims: Vec<ClaimView>,
    /// Contests with more than one commitment.
    pub tournaments: Vec<TournamentView>,
    /// Matches that are over, the newest first.
    pub decided: Vec<DecidedView>,
    /// Money in Bonds.
    pub money: MoneyView,
    /// What the account does next, the most urgent first.
    pub actions: Vec<ActionView>,
    /// What an operator must hear of.
    pub alarms: Vec<AlarmView>,
    /// The latest events, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventView>,
}

impl Status {
    /// Where everything stands.
    #[must_use]
    pub fn new(
        vantage: &Vantage,
        snapshot: &Snapshot,
        planned: &[Planned],
        honest: &dyn Honest,
        places: &dyn Places,
    ) -> Self {
        let shown = claims::shown(snapshot);
        let open = snapshot.claims.iter();
        let open = open.filter(|(_, claim)| claim.status == ClaimStatus::Proposed);
        let judged: BTreeSet<_> = open.map(|(id, _)| *id).chain(shown.iter().copied()).collect();
        let verdicts = verdict::verdicts(judged.into_iter(), snapshot, honest);
        let viewer = Viewer { snapshot, honest, places, verdicts: &verdicts };
        let timing = snapshot.parameters.timing;
        let confirmed = snapshot.claims.get(&snapshot.latest_confirmed);
        let mut status = Self {
            rollup: vantage.rollup,
            l1_chain_id: vantage.l1_chain_id,
            l2_chain_id: vantage.l2_chain_id,
            l1_block: snapshot.now.0,
            l1_block_hash: snapshot.block,
            l1_lag_seconds: vantage.l1_lag_seconds,
            latest_l2_block: snapshot.latest_block,
            executed_l2_block: vantage.executed_block,
            confirmed_l2_block: confirmed.map_or(0, |claim| claim.end),
            overall: Overall::Agree,
            trouble: None,
            timing: TimingView {
                censorship_blocks: timing.censorship.0,
                response_blocks: timing.response.0,
                build_blocks: timing.build.0,
                budget_blocks: timing.budget.0,
            },
            claim_counts: ClaimCounts::new(snapshot, &verdicts),
            latest_confirmed: snapshot.latest_confirmed.0,
            claims: claims::views(&shown, snapshot, &verdicts),
            tournaments: viewer.tournaments(),
            decided: viewer.decided(),
            money: MoneyView::new(snapshot),
            actions: actions::actions(planned, snapshot),
            alarms: actions::alarms(planned),
            events: events::events(snapshot),
        };
        status.overall = status.judge();
        status
    }

    /// The same after a round that did not come to its end: nothing newer is known.
    #[must_use]
    pub fn troubled(&self, trouble: String) -> Self {
        let mut status = Self { trouble: Some(trouble), ..self.clone() };
        status.overall = status.judge();
        status
    }

    fn judge(&self) -> Overall {
        let unknown = self.trouble.is_some()
            || self.claim_counts.unknown > 0
            || self.actions.iter().any(|action| action.kind == ActionKind::Unknown);
        let contested = self.claim_counts.wrong > 0
            || self.claim_counts.on_wrong > 0
            || self.tournaments.iter().any(|tournament| !tournament.matches.is_empty());
        if !self.alarms.is_empty() {
            Overall::Alarm
        } else if unknown {
            Overall::Unknown
        } else if contested {
            Overall::Disputing
        } else {
            Overall::Agree
        }
    }
}
