//! What should be done, as a pure function of the chain and of our own execution.
//!
//! Nothing here sends, reads or remembers. Whatever is unknown becomes [`Reason::Unknown`] and is never acted on.

mod bonds;
mod claims;
mod intent;
mod matches;
mod tournaments;

#[cfg(test)]
pub(crate) mod tests;

pub use intent::{Decision, Descent, End, Intent, OpenedRoot, Planned, Reason, Subject};

use super::domain::{Instant, Snapshot};
use super::honest::{Honest, Known, Need};

/// What a seat is for, beyond defending the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many new L2 blocks it takes to propose a first child; `None` never does: the challenger's seat.
    pub propose_after: Option<u16>,
    /// Whether root bonds stay locked for the next claim, and free ETH stays in Bonds.
    pub keeps_bonds: bool,
    /// It leaves a move to others until this many L1 blocks remain in which waiting is free; `None`: it does not wait.
    pub steps_in: Option<u64>,
}

impl Policy {
    /// Proposes as soon as there is a batch, and keeps its bond.
    pub const PROPOSER: Self = Self { propose_after: Some(1), keeps_bonds: true, steps_in: None };
    /// Speaks up only against a wrong claim, and takes its money home afterwards.
    pub const CHALLENGER: Self = Self { propose_after: None, keeps_bonds: false, steps_in: None };

    /// Whether a move is due now that costs no time on the clock before `free_until`.
    #[must_use]
    pub fn is_due(&self, now: Instant, free_until: Instant) -> bool {
        self.steps_in.is_none_or(|blocks| free_until.0 <= now.0.saturating_add(blocks))
    }
}

/// All decisions, the most urgent action first.
#[must_use]
pub fn plan(snapshot: &Snapshot, honest: &dyn Honest, policy: Policy) -> Vec<Planned> {
    let mut planner = Planner { snapshot, honest, policy, planned: Vec::new() };
    planner.claims();
    planner.money();
    let mut planned = planner.planned;
    planned.sort_by_key(Planned::urgency);
    planned
}

impl Planned {
    /// Actions before all else, those with the nearest deadline first, money last.
    fn urgency(&self) -> (u8, Instant) {
        let class = match &self.decision {
            Decision::Act(intent) if self.deadline.is_none() && intent.is_money() => 1,
            Decision::Act(_) => 0,
            Decision::Wait(_) => 2,
            Decision::Terminal(_) => 3,
        };
        (class, self.deadline.unwrap_or(Instant(u64::MAX)))
    }

    /// Whether it spends, or would spend if it could, what is free in Bonds.
    const fn needs_money(&self) -> bool {
        match &self.decision {
            Decision::Act(intent) => intent.needs_money(),
            Decision::Wait(reason) => matches!(reason, Reason::Funds(_)),
            Decision::Terminal(_) => false,
        }
    }

    /// Whether it leads to a first claim, which nothing forces anybody to make; all else protects a bond, or frees one.
    #[must_use]
    pub const fn is_voluntary(&self) -> bool {
        self.deadline.is_none() && self.needs_money()
    }

    /// What is missing to decide, if that is why nothing is done.
    #[must_use]
    pub const fn need(&self) -> Option<Need> {
        match self.decision {
            Decision::Wait(Reason::Unknown(need)) => Some(need),
            _ => None,
        }
    }
}

struct Planner<'a> {
    snapshot: &'a Snapshot,
    honest: &'a dyn Honest,
    policy: Policy,
    planned: Vec<Planned>,
}

impl Planner<'_> {
    /// The earliest block that a transaction sent now can enter.
    const fn next(&self) -> Instant {
        self.snapshot.now.next()
    }

    fn say(&mut self, subject: Subject, decision: Decision, deadline: Option<Instant>) {
        self.planned.push(Planned { subject, decision, deadline });
    }

    fn act(&mut self, subject: Subject, intent: Intent, deadline: Option<Instant>) {
        self.say(subject, Decision::act(intent), deadline);
    }

    /// A response that was possible from block `since` on: left to others for as long as the policy says.
    fn respond(
        &mut self,
        subject: Subject,
        decision: Decision,
        since: Instant,
        deadline: Option<Instant>,
    ) {
        let free_until = since.plus(self.snapshot.parameters.timing.response);
        match decision {
            Decision::Act(_) if !self.policy.is_due(self.snapshot.now, free_until) => {
                self.wait(subject, Reason::LeftToOthers(free_until));
            }
            decision => self.say(subject, decision, deadline),
        }
    }

    fn wait(&mut self, subject: Subject, reason: Reason) {
        self.say(subject, Decision::Wait(reason), None);
    }

    fn end(&mut self, subject: Subject, end: End) {
        self.say(subject, Decision::Terminal(end), None);
    }

    /// The known value; what is missing becomes the subject's reason to wait.
    fn known<T>(&mut self, subject: Subject, known: Known<T>) -> Option<T> {
        known.map_err(|need| self.wait(subject, Reason::Unknown(need))).ok()
    }
}
