//! What the account does next and why, and what its operator must hear of, in plain words.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use super::units::{Until, ether};
use crate::dispute::{
    domain::{Instant, Snapshot},
    plan::{Decision, End, Intent, Planned, Reason, Subject},
};

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionKind {
    /// It sends a transaction.
    Act,
    /// It waits.
    Wait,
    /// It does not know enough, and signs nothing.
    Unknown,
    /// It is over.
    End,
}

/// What something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "id")]
pub enum SubjectView {
    /// The contest over the children of a claim.
    Children(B256),
    /// A claim.
    Claim(B256),
    /// A tournament.
    Tournament(B256),
    /// A match.
    Match(B256),
    /// A root bond, by its number.
    Bond(u64),
    /// The account in Bonds.
    Account,
}

impl From<Subject> for SubjectView {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Children(id) => Self::Children(id.0),
            Subject::Claim(id) => Self::Claim(id.0),
            Subject::Tournament(id) => Self::Tournament(id.0),
            Subject::Match(id) => Self::Match(id.0),
            Subject::Bond(id) => Self::Bond(id.0),
            Subject::Account => Self::Account,
        }
    }
}

/// A decision of the planner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// What it says.
    pub kind: ActionKind,
    /// The contract's verb, when it sends one.
    pub verb: Option<String>,
    /// What it is about.
    pub subject: SubjectView,
    /// What and why, in words.
    pub text: String,
    /// The first block in which it is too late; for one that waits, until when.
    pub until: Option<Until>,
}

/// What an operator must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AlarmCode {
    /// A wrong claim is confirmed.
    WrongClaimConfirmed,
    /// A wrong boundary is proven.
    WrongBoundaryProven,
    /// The right claim has lost.
    HonestClaimLost,
    /// The right claim is missing and joining has closed.
    TooLate,
    /// The right commitment has lost its step tournament.
    HonestStepsLost,
    /// Our clock has run out.
    OutOfTime,
    /// Our execution and the chain's history contradict each other.
    Inconsistent,
    /// The account lacks the money for a move.
    Funds,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmView {
    /// Which.
    pub code: AlarmCode,
    /// What it is about.
    pub subject: SubjectView,
    /// In words.
    pub text: String,
}

/// The planner's decisions, the most urgent first.
pub(super) fn actions(planned: &[Planned], snapshot: &Snapshot) -> Vec<ActionView> {
    planned.iter().map(|it| ActionView::new(it, snapshot.now)).collect()
}

/// The alarms among them.
pub(super) fn alarms(planned: &[Planned]) -> Vec<AlarmView> {
    planned.iter().filter_map(AlarmView::new).collect()
}

impl ActionView {
    fn new(planned: &Planned, now: Instant) -> Self {
        let (kind, verb, text, waits) = match &planned.decision {
            Decision::Act(intent) => (ActionKind::Act, Some(intent.label()), act(intent), None),
            Decision::Wait(reason) => {
                let kind = match reason {
                    Reason::Unknown(_) => ActionKind::Unknown,
                    _ => ActionKind::Wait,
                };
                (kind, None, wait(reason), until(reason))
            }
            Decision::Terminal(end) => (ActionKind::End, None, ended(end).to_owned(), None),
        };
        Self {
            kind,
            verb: verb.map(str::to_owned),
            subject: planned.subject.into(),
            text,
            until: planned.deadline.or(waits).map(|at| Until::new(at, now)),
        }
    }
}

impl AlarmView {
    fn new(planned: &Planned) -> Option<Self> {
        let (code, text) = match &planned.decision {
            Decision::Terminal(end) => {
                let code = match end {
                    End::Done => return None,
                    End::WrongClaimConfirmed(_) => AlarmCode::WrongClaimConfirmed,
                    End::WrongBoundaryProven(_) => AlarmCode::WrongBoundaryProven,
                    End::HonestClaimLost(_) => AlarmCode::HonestClaimLost,
                    End::TooLate(_) => AlarmCode::TooLate,
                    End::HonestStepsLost(_) => AlarmCode::HonestStepsLost,
                };
                (code, ended(end).to_owned())
            }
            Decision::Wait(reason) => {
                let code = match reason {
                    Reason::OutOfTime => AlarmCode::OutOfTime,
                    Reason::Inconsistent(_) => AlarmCode::Inconsistent,
                    Reason::Funds(_) => AlarmCode::Funds,
                    _ => return None,
                };
                (code, wait(reason))
            }
            Decision::Act(_) => return None,
        };
        Some(Self { code, subject: planned.subject.into(), text })
    }
}

fn act(intent: &Intent) -> String {
    match intent {
        Intent::Deposit(wei) => format!("Put {} into Bonds.", ether(*wei)),
        Intent::LockBond => "Lock a root bond.".to_owned(),
        Intent::Follow(bond, claims) => {
            format!("Move bond {} down along {} claims.", bond.0, claims.len())
        }
        Intent::Propose { end, .. } => format!("Propose the blocks up to {end}."),
        Intent::ProposeSibling { end, .. } => {
            format!("Propose the right claim up to block {end} against a wrong one.")
        }
        Intent::JoinSteps(..) => "Join the step tournament with the right steps.".to_owned(),
        Intent::OpenRoot(..) => "Give the opening that the first claim owes.".to_owned(),
        Intent::Turn(..) => "Open four levels more.".to_owned(),
        Intent::LastTurn { .. } => "Come down to one leaf.".to_owned(),
        Intent::Resolve(_, at) => {
            format!("Prove step {} of slot {} on L1.", at.step, at.slot)
        }
        Intent::Timeout(_) => "Say that a clock has run out.".to_owned(),
        Intent::Conclude(_) => "Conclude a slot match by its step tournament.".to_owned(),
        Intent::Merge(_) => "Let the two lowest leftovers meet.".to_owned(),
        Intent::Confirm(_) => "Confirm the claim.".to_owned(),
        Intent::SplitBond(..) => "Split the bond of a lost claim.".to_owned(),
        Intent::Walk(bond, _) => {
            format!("Walk bond {} up from a dead claim, to settle it.", bond.0)
        }
        Intent::SplitStepBonds { .. } => "Split the bonds of a lost step match.".to_owned(),
        Intent::ReleaseStepBond { .. } => "Free a step bond.".to_owned(),
        Intent::ReleaseBond(bond) => format!("Free bond {}.", bond.0),
        Intent::Withdraw(wei) => format!("Take {} out of Bonds.", ether(*wei)),
    }
}

fn wait(reason: &Reason) -> String {
    match reason {
        Reason::Unknown(need) => {
            format!("Not known yet, so nothing is signed: {need}.")
        }
        Reason::Inconsistent(_) => {
            "Our execution and the chain's history contradict each other: nothing is signed."
                .to_owned()
        }
        Reason::RivalToMove(at) => {
            format!("The rival is to move; it runs out of time in L1 block {}.", at.0)
        }
        Reason::LeftToOthers(at) => {
            format!("Left to others: until L1 block {} waiting is free.", at.0)
        }
        Reason::OutOfTime => "Our clock has run out.".to_owned(),
        Reason::Joining(at) => format!("Joining closes in L1 block {}.", at.0),
        Reason::OtherMatches => "Other matches of the tournament are under way.".to_owned(),
        Reason::ParentUndecided => "The parent claim is not confirmed yet.".to_owned(),
        Reason::NoBatches => "There are no, or too few, new batches.".to_owned(),
        Reason::NotProposer => {
            "Nothing is claimed yet, and this account does not propose.".to_owned()
        }
        Reason::Funds(wei) => format!("The account lacks {}.", ether(*wei)),
    }
}

const fn until(reason: &Reason) -> Option<Instant> {
    match reason {
        Reason::RivalToMove(at) | Reason::LeftToOthers(at) | Reason::Joining(at) => Some(*at),
        _ => None,
    }
}

const fn ended(end: &End) -> &'static str {
    match end {
        End::Done => "Done.",
        End::WrongClaimConfirmed(_) => "A wrong claim is confirmed: nothing on L1 can undo it.",
        End::WrongBoundaryProven(_) => {
            "A wrong boundary is proven: a prover is broken, and nothing on L1 can undo it."
        }
        End::HonestClaimLost(_) => "The right claim has lost its contest.",
        End::TooLate(_) => "Joining has closed without the right commitment.",
        End::HonestStepsLost(_) => "The right commitment has lost its step tournament.",
    }
}
