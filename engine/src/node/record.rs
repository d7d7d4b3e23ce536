//! What a daemon's rounds leave in its metrics and its health.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant, SystemTime},
};

use tracing::warn;

use super::{
    NodeError, Tick,
    daemon::{Unknown, played},
    feed::Report,
    gauges::{self, Verbs},
};
use crate::{
    dispute::{
        honest::Need,
        plan::{Decision, Planned, Reason},
        player::{self, Failure},
    },
    l1::send::{LaneError, Sent},
    state::Store,
    telemetry::{Health, Standing, names, unix_time},
};

/// Everything that can be lacking, in metrics: what a plan needs, and the round itself.
const NEEDS: [&str; 5] = ["boundary", "answer", "slots", "steps", ROUND];
const ROUND: &str = "round";

/// Tells of the rounds of one daemon.
#[derive(Debug)]
pub(super) struct Record<'a> {
    health: &'a Health,
    lacking: BTreeMap<&'static str, SystemTime>,
    verbs: Verbs,
    measured: Option<Instant>,
}

/// How often the store is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(60);

impl<'a> Record<'a> {
    pub(super) const fn new(health: &'a Health) -> Self {
        Self { health, lacking: BTreeMap::new(), verbs: Verbs::new(), measured: None }
    }

    /// What a complete round has found.
    pub(super) fn report(&mut self, report: &Report, store: &Store) {
        gauges::set(report, &mut self.verbs);
        if self.measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
            self.measured = Some(Instant::now());
            match store.size() {
                Ok(bytes) => names::STORE_BYTES.set(bytes as f64),
                Err(error) => warn!(%error, "the store cannot be measured"),
            }
        }
    }

    /// A round has ended.
    pub(super) fn round(&mut self, round: &Result<Option<player::Tick>, Unknown>, took: Duration) {
        names::ROUND_SECONDS.took(took);
        let played = played(round);
        let needs: BTreeSet<_> =
            played.iter().flat_map(|tick| &tick.planned).filter_map(Planned::need).collect();
        let mut lacking = BTreeMap::new();
        for need in &needs {
            *lacking.entry(need.kind()).or_default() += 1_u32;
        }
        let outcome = match round {
            Ok(Some(_)) => {
                self.lacks(&lacking);
                self.health.complete(needs.iter().map(Need::to_string).collect());
                "complete"
            }
            Ok(None) => {
                self.health.incomplete(None);
                "behind"
            }
            Err(unknown) => {
                names::ERRORS.with([error_kind(unknown)]).increment(1);
                lacking.insert(ROUND, 1);
                self.lacks(&lacking);
                self.health.incomplete(Some(unknown.to_string()));
                "unknown"
            }
        };
        names::ROUNDS.with([outcome]).increment(1);
        if let Some(tick) = played {
            count(tick);
        }
    }

    /// What is lacking after a round, by kind; since when is remembered.
    fn lacks(&mut self, lacking: &BTreeMap<&'static str, u32>) {
        let now = SystemTime::now();
        self.lacking.retain(|kind, _| lacking.contains_key(kind));
        for kind in NEEDS {
            let count = lacking.get(kind).copied().unwrap_or_default();
            names::UNKNOWN.with([kind]).set(count);
            let since = match count {
                0 => 0.0,
                _ => unix_time(*self.lacking.entry(kind).or_insert(now)),
            };
            names::UNKNOWN_SINCE.with([kind]).set(since);
        }
    }
}

impl From<&Tick> for Standing {
    fn from(tick: &Tick) -> Self {
        Self {
            l1_block: tick.l1.number,
            lag_seconds: tick.lag,
            l2_block: tick.l2,
            behind: tick.behind,
        }
    }
}

/// What was played.
fn count(tick: &player::Tick) {
    for failure in &tick.failures {
        names::ERRORS.with([failure_kind(failure)]).increment(1);
    }
    if let Some((intent, sent)) = &tick.sent {
        moved(intent.label(), sent);
    }
    decisions(tick);
}

fn moved(verb: &'static str, sent: &Sent) {
    names::MOVES.with([verb]).increment(1);
    names::MOVE_GAS.with([verb]).increment(sent.gas);
    let gwei = u128::from(sent.gas).saturating_mul(sent.price) / 1_000_000_000;
    names::MOVE_FEES.with([verb]).increment(u64::try_from(gwei).unwrap_or(u64::MAX));
}

fn decisions(tick: &player::Tick) {
    let unpaid = tick.unpaid();
    let mut counts: BTreeMap<_, u32> =
        ["act", "wait", "unknown", "funds", "done", "alarm"].map(|kind| (kind, 0)).into();
    for planned in &tick.planned {
        let kind = match &planned.decision {
            Decision::Act(intent) if unpaid.contains(intent.label()) => "funds",
            Decision::Act(_) => "act",
            Decision::Wait(Reason::Unknown(_)) => "unknown",
            Decision::Wait(Reason::Funds(_)) => "funds",
            Decision::Wait(_) => "wait",
            Decision::Terminal(end) if end.is_well() => "done",
            Decision::Terminal(_) => "alarm",
        };
        *counts.entry(kind).or_default() += 1;
    }
    for (kind, count) in counts {
        names::DECISIONS.with([kind]).set(count);
    }
}

const fn error_kind(unknown: &Unknown) -> &'static str {
    match unknown {
        Unknown::Observe(_) => "observe",
        Unknown::Node(error) | Unknown::Stuck { source: error, .. } => match error {
            NodeError::L1(_) | NodeError::Follow(_) | NodeError::Moving { .. } => "l1",
            NodeError::Contradiction(_)
            | NodeError::Gap { .. }
            | NodeError::MessageGap { .. }
            | NodeError::MessageRoot { .. }
            | NodeError::Derive(_) => "contradiction",
            NodeError::Blob { .. } | NodeError::Beacon(_) => "blob",
            NodeError::Execute { .. } | NodeError::Fold(_) => "execute",
            NodeError::Store(_) | NodeError::Missing { .. } => "store",
            _ => "other",
        },
    }
}

const fn failure_kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Lane(LaneError::Unseen { .. } | LaneError::Transport { .. }) => "l1",
        Failure::Lane(_) => "transaction",
        Failure::Evidence(_) => "evidence",
    }
}
