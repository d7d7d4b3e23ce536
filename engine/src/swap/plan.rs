//! What is due for a leg: a pure function of what is known about it.

use std::fmt;

use alloy_primitives::Bytes;
use serde::Serialize;

use super::terms::{LegNumber, LegState, SwapState};
use crate::relay::{down::DownStatus, up::UpStatus};

/// What a node that has followed L1 and the leg's rollup knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegView {
    /// Which leg.
    pub number: LegNumber,
    /// L1 time, seconds.
    pub now: u64,
    /// The swap, on L1.
    pub swap: SwapState,
    /// The leg, on its rollup.
    pub leg: LegState,
    /// The message that tells the arbiter of the lock.
    pub lock: Option<UpStatus>,
    /// The message that tells the vault of the outcome.
    pub verdict: Option<DownStatus>,
}

/// Something that anybody can do for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// L1: prove the lock to the arbiter.
    Tell,
    /// L1: cancel the swap.
    Cancel,
    /// L1: send the outcome to the leg's rollup.
    Announce,
    /// L1: append a batch, so that the outcome arrives there.
    Push,
    /// L2: relay the outcome to the vault.
    Relay,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tell => "prove the lock to the arbiter",
            Self::Cancel => "cancel the swap",
            Self::Announce => "send the outcome to the rollup",
            Self::Push => "append a batch",
            Self::Relay => "relay the outcome to the vault",
        })
    }
}

/// What a leg waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "for", rename_all = "camelCase")]
pub enum Wait {
    /// `Leg.from` locks it.
    Lock,
    /// A claim that holds the lock is confirmed.
    Claim,
    /// The other leg's lock is known on L1, or the deadline comes.
    OtherLeg,
    /// What a node has not seen yet.
    News,
    /// The outcome can be relayed: its call fails now.
    Relayable {
        /// What it reverts with.
        reason: Bytes,
    },
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lock => f.write_str("its owner has not locked it"),
            Self::Claim => f.write_str("no confirmed claim holds the lock"),
            Self::OtherLeg => f.write_str("the other leg's lock is not known on L1"),
            Self::News => f.write_str("a node has not seen everything"),
            Self::Relayable { reason } => write!(f, "the outcome's call fails with {reason}"),
        }
    }
}

/// What is due for a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Next {
    /// Somebody should do this.
    Act(Step),
    /// Nothing but waiting.
    Wait(Wait),
    /// Nothing any more: the leg is paid, or paid back, or was never locked.
    Over,
}

/// What is due for a leg of a swap with this deadline.
#[must_use]
pub fn next(view: &LegView, deadline: u64) -> Next {
    match view.swap {
        SwapState::Settled | SwapState::Cancelled => after_decision(view),
        _ if view.now >= deadline => Next::Act(Step::Cancel),
        known if known.knows(view.number) => Next::Wait(Wait::OtherLeg),
        _ => Next::from(view.lock.as_ref()),
    }
}

impl From<Option<&UpStatus>> for Next {
    /// What is due for a lock that the arbiter does not know.
    fn from(lock: Option<&UpStatus>) -> Self {
        match lock {
            None => Self::Wait(Wait::Lock),
            Some(UpStatus::Sent | UpStatus::Claimed { .. }) => Self::Wait(Wait::Claim),
            Some(UpStatus::Confirmed { .. }) => Self::Act(Step::Tell),
            Some(UpStatus::Withdrawn) => Self::Wait(Wait::News),
        }
    }
}

fn after_decision(view: &LegView) -> Next {
    match view.leg {
        LegState::Settled | LegState::Cancelled => return Next::Over,
        // nothing is there to be paid back
        LegState::Open if view.swap == SwapState::Cancelled => return Next::Over,
        LegState::Open | LegState::Locked => {}
    }
    match &view.verdict {
        None => Next::Act(Step::Announce),
        Some(DownStatus::Sent | DownStatus::Rooted) => Next::Act(Step::Push),
        Some(DownStatus::Relayable) => Next::Act(Step::Relay),
        Some(DownStatus::Failing { reason }) => {
            Next::Wait(Wait::Relayable { reason: reason.clone() })
        }
        Some(DownStatus::Relayed) => Next::Wait(Wait::News),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;

    use super::*;

    const DEADLINE: u64 = 100;

    fn view() -> LegView {
        LegView {
            number: LegNumber::One,
            now: DEADLINE - 1,
            swap: SwapState::Open,
            leg: LegState::Open,
            lock: None,
            verdict: None,
        }
    }

    fn locks() -> [Option<UpStatus>; 5] {
        let claim = B256::repeat_byte(1);
        let [sent, withdrawn] = [UpStatus::Sent, UpStatus::Withdrawn].map(Some);
        let claimed = Some(UpStatus::Claimed { claim });
        [None, sent, claimed, Some(UpStatus::Confirmed { claim }), withdrawn]
    }

    fn verdicts() -> [Option<DownStatus>; 6] {
        use DownStatus::{Failing, Relayable, Relayed, Rooted, Sent};
        let failing = Some(Failing { reason: Bytes::from_static(&[1]) });
        [None, Some(Sent), Some(Rooted), Some(Relayable), failing, Some(Relayed)]
    }

    #[test]
    fn a_lock_is_told_once_its_claim_is_confirmed() {
        let nexts = locks().map(|lock| next(&LegView { lock, ..view() }, DEADLINE));
        let wait = Next::Wait;
        assert_eq!(
            nexts,
            [
                wait(Wait::Lock),
                wait(Wait::Claim),
                wait(Wait::Claim),
                Next::Act(Step::Tell),
                wait(Wait::News)
            ]
        );
        let known = LegView { swap: SwapState::OneLocked, ..view() };
        assert_eq!(next(&known, DEADLINE), wait(Wait::OtherLeg));
        let other = LegView { swap: SwapState::TwoLocked, ..view() };
        assert_eq!(next(&other, DEADLINE), wait(Wait::Lock));
    }

    #[test]
    fn t71_from_the_deadline_on_an_undecided_swap_is_cancelled_and_nothing_is_told() {
        for now in [DEADLINE, DEADLINE + 1, u64::MAX] {
            for swap in [SwapState::Open, SwapState::OneLocked, SwapState::TwoLocked] {
                for lock in locks() {
                    let late = LegView { now, swap, lock, ..view() };
                    assert_eq!(next(&late, DEADLINE), Next::Act(Step::Cancel));
                }
            }
        }
        for lock in locks() {
            for swap in [SwapState::Open, SwapState::OneLocked, SwapState::TwoLocked] {
                let early = LegView { swap, lock, ..view() };
                assert_ne!(next(&early, DEADLINE), Next::Act(Step::Cancel));
            }
        }
    }

    #[test]
    fn t71_nothing_is_announced_before_a_decision() {
        for now in [0, DEADLINE, DEADLINE + 1] {
            for swap in [SwapState::Open, SwapState::OneLocked, SwapState::TwoLocked] {
                for verdict in verdicts() {
                    for lock in locks() {
                        let undecided =
                            LegView { now, swap, lock, verdict: verdict.clone(), ..view() };
                        let next = next(&undecided, DEADLINE);
                        let after = [Step::Announce, Step::Push, Step::Relay].map(Next::Act);
                        assert!(!after.contains(&next) && next != Next::Over);
                    }
                }
            }
        }
    }

    #[test]
    fn an_outcome_is_announced_and_relayed_until_the_leg_has_ended() {
        let reason = Bytes::from_static(&[1]);
        let expected = [
            Next::Act(Step::Announce),
            Next::Act(Step::Push),
            Next::Act(Step::Push),
            Next::Act(Step::Relay),
            Next::Wait(Wait::Relayable { reason }),
            Next::Wait(Wait::News),
        ];
        for now in [0, DEADLINE] {
            for swap in [SwapState::Settled, SwapState::Cancelled] {
                let decided = LegView { now, swap, leg: LegState::Locked, ..view() };
                for (verdict, expected) in verdicts().into_iter().zip(expected.clone()) {
                    assert_eq!(next(&LegView { verdict, ..decided.clone() }, DEADLINE), expected);
                }
                for leg in [LegState::Settled, LegState::Cancelled] {
                    assert_eq!(next(&LegView { leg, ..decided.clone() }, DEADLINE), Next::Over);
                }
            }
        }
    }

    #[test]
    fn a_leg_that_was_never_locked_has_nothing_to_be_paid_back() {
        let cancelled = LegView { swap: SwapState::Cancelled, ..view() };
        assert_eq!(next(&cancelled, DEADLINE), Next::Over);
    }
}
