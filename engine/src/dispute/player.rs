//! The loop: read, plan, act once, and read again. All progress lives on the chain, so a crash at any point is harmless.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tracing::{debug, info, warn};

use super::domain::Snapshot;
use super::honest::{Evidence, EvidenceError, Need, StepProver};
use super::lane::{TransactionLane, is_overtaken};
use super::moved::Moved;
use super::observe::{ChainReader, ObserveError, Observer};
use super::plan::{Decision, Intent, Planned, Policy, plan};
use super::prepare::prepare;
use crate::l1::send::{LaneError, Sent};

/// How long one tick executes: what the rivals can do meanwhile is at most a block's.
const BLOCK_TIME: Duration = Duration::from_secs(12);

/// Plays for one account.
#[derive(Debug)]
pub struct Player<R, E, P, L> {
    /// Reads the chain.
    pub observer: Observer<R>,
    /// Our own execution.
    pub evidence: E,
    /// Proves steps.
    pub prover: P,
    /// Sends.
    pub lane: L,
    /// What the seat is for.
    pub policy: Policy,
    moved: Moved,
}

/// What one tick did.
#[derive(Debug)]
pub struct Tick {
    /// What was read.
    pub snapshot: Snapshot,
    /// All decisions, as they stood when the tick ended.
    pub planned: Vec<Planned>,
    /// What was sent, if anything.
    pub sent: Option<(Intent, Sent)>,
    /// What could not be sent or known.
    pub failures: Vec<Failure>,
}

impl Tick {
    /// The verbs of the moves that the key's account could not pay.
    #[must_use]
    pub fn unpaid(&self) -> BTreeSet<&'static str> {
        let unpaid = self.failures.iter().filter_map(|failure| match failure {
            Failure::Lane(LaneError::Funds { label, .. }) => Some(*label),
            Failure::Lane(_) | Failure::Evidence(_) => None,
        });
        unpaid.collect()
    }
}

/// Why an intent or a need came to nothing; the next tick tries again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The lane refused.
    #[error("{0}")]
    Lane(#[from] LaneError),
    /// Our own execution or proof failed.
    #[error("{0}")]
    Evidence(#[from] EvidenceError),
}

impl Failure {
    /// Whether it comes of what an L1 endpoint said, so that another one might answer better.
    #[must_use]
    pub fn is_of_l1(&self) -> bool {
        match self {
            Self::Lane(error) => error.is_of_l1(),
            Self::Evidence(_) => false,
        }
    }
}

impl<R, E, P, L> Player<R, E, P, L> {
    /// A player that has not moved yet.
    #[must_use]
    pub fn new(observer: Observer<R>, evidence: E, prover: P, lane: L, policy: Policy) -> Self {
        Self { observer, evidence, prover, lane, policy, moved: Moved::default() }
    }
}

impl<R, E, P, L> Player<R, E, P, L>
where
    R: ChainReader,
    E: Evidence,
    P: StepProver,
    L: TransactionLane,
{
    /// Reads the chain once and sends at most one transaction: the most urgent that goes through. What has a deadline
    /// is sent before anything is executed for other disputes; what has none comes last. Execution that takes longer than
    /// a block is gone on with in the next tick, which knows what the rivals did meanwhile. A call that may still be mined is the
    /// last of its tick: what is planned next would take its nonce.
    ///
    /// # Errors
    /// [`ObserveError`] when the chain cannot be read: unknown, and nothing was sent.
    pub async fn tick(&self) -> Result<Tick, ObserveError> {
        let snapshot = self.observer.snapshot().await?;
        let mut tick = Tick { snapshot, planned: Vec::new(), sent: None, failures: Vec::new() };
        let (mut tried, began) = (BTreeSet::new(), Instant::now());
        loop {
            tick.planned = plan(&tick.snapshot, &self.evidence, self.policy);
            if self.send_first(&mut tick, |planned| planned.deadline.is_some()).await.is_break() {
                return Ok(tick);
            }
            if began.elapsed() >= BLOCK_TIME
                || !gather(&self.evidence, &mut tick, &mut tried, began).await
            {
                break;
            }
        }
        let _ = self.send_first(&mut tick, |planned| planned.deadline.is_none()).await;
        Ok(tick)
    }

    /// Sends the first of the chosen actions that goes through. Breaks when the chain has to be read before anything else is
    /// sent.
    async fn send_first(
        &self,
        tick: &mut Tick,
        chosen: impl Fn(&Planned) -> bool,
    ) -> ControlFlow<()> {
        let is_past = self.moved.is_after(tick.snapshot.now);
        let chosen = tick.planned.iter().filter(|planned| chosen(planned));
        let intents = chosen.filter_map(|planned| match &planned.decision {
            Decision::Act(intent) => Some((planned, &**intent)),
            Decision::Wait(_) | Decision::Terminal(_) => None,
        });
        for (planned, intent) in intents {
            let (verb, subject) = (intent.label(), planned.subject);
            if is_past && intent.needs_money() {
                // it may be there already: money goes a second time
                info!(intent = verb, %subject, "waiting until L1 shows our last move");
                continue;
            }
            let failure = match self.send(intent, planned.is_voluntary()).await {
                Ok(sent) => {
                    let (transaction, l1, gas) = (sent.hash, sent.block, sent.gas);
                    info!(intent = verb, %subject, %transaction, l1, gas, "move made");
                    self.moved.to(sent.block);
                    tick.sent = Some((intent.clone(), sent));
                    return ControlFlow::Break(());
                }
                Err(failure) => failure,
            };
            let holds = matches!(&failure, Failure::Lane(error) if error.holds_the_lane());
            if matches!(&failure, Failure::Lane(error) if is_overtaken(error)) {
                info!(intent = verb, %subject, "already done by somebody else");
            } else {
                warn!(intent = verb, %subject, %failure, "move not made");
                tick.failures.push(failure);
            }
            if holds {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    async fn send(&self, intent: &Intent, voluntary: bool) -> Result<Sent, Failure> {
        let account = self.observer.account();
        let call = prepare(self.observer.deployment(), account, intent, &self.prover).await?;
        let sent = match voluntary {
            true => self.lane.send(&call).await,
            false => self.lane.defend(&call).await,
        };
        Ok(sent?)
    }
}

/// Executes what the plan lacks, each need once a tick, until a block's time has passed. Returns whether anything became
/// known.
pub(super) async fn gather(
    evidence: &impl Evidence,
    tick: &mut Tick,
    tried: &mut BTreeSet<Need>,
    began: Instant,
) -> bool {
    let needs: BTreeSet<Need> = tick.planned.iter().filter_map(Planned::need).collect();
    let mut needs: Vec<_> = needs.into_iter().filter(|need| !tried.contains(need)).collect();
    // Every block begins with another one, so that one which always fails does not hold up the others.
    let now = usize::try_from(tick.snapshot.now.0).unwrap_or_default();
    if let Some(first) = now.checked_rem(needs.len()) {
        needs.rotate_left(first);
    }
    let mut learned = false;
    for need in needs {
        if began.elapsed() >= BLOCK_TIME {
            break;
        }
        tried.insert(need);
        match evidence.gather(need).await {
            Ok(()) => {
                debug!(%need, "gathered");
                learned = true;
            }
            Err(failure) => {
                warn!(%need, %failure, "still unknown");
                tick.failures.push(failure.into());
            }
        }
    }
    learned
}
