//! What an operator must hear of: the honest side has lost something, a wrong claim is final, or somebody has to move.

use std::collections::BTreeSet;

use tracing::error;

use crate::{
    dispute::{
        domain::Instant,
        plan::{Decision, End, Planned, Reason, Subject},
    },
    telemetry::alarm::Alarm,
};

/// The alarms that were raised so far; each is raised once.
#[derive(Debug, Default)]
pub struct Alarms {
    ends: BTreeSet<End>,
    hindered: BTreeSet<(Subject, Alarm)>,
    called: BTreeSet<(Subject, Instant)>,
    unpaid: BTreeSet<&'static str>,
}

impl Alarms {
    /// Logs, as errors, the ends in `planned` that are none the honest side should come to, and what keeps it from moving.
    /// Returns how many are new. What lacks money is called again when it lacks it again.
    pub fn raise(&mut self, planned: &[Planned]) -> usize {
        let ends = planned.iter().filter_map(|planned| match planned.decision {
            Decision::Terminal(end) if !end.is_well() => Some(end),
            _ => None,
        });
        let mut new = 0;
        for end in ends {
            if self.ends.insert(end) {
                log(end);
                new += 1;
            }
        }
        let hindered: BTreeSet<_> = planned.iter().filter_map(hindrance).collect();
        for (subject, alarm) in hindered.difference(&self.hindered) {
            let says = match alarm {
                Alarm::OutOfTime => "the right side's clock has run out",
                Alarm::Inconsistent => {
                    "our execution and the chain's history contradict each other"
                }
                _ => "a move lacks money",
            };
            error!(alarm = alarm.raise(), %subject, "{says}");
            new += 1;
        }
        self.hindered.retain(|(_, alarm)| *alarm != Alarm::Funds);
        self.hindered.extend(hindered);
        new
    }

    /// Logs, as errors, the moves that the key's account could not pay, by their verbs. Returns how many are new: one that was
    /// paid meanwhile is called again.
    pub fn unpaid(&mut self, verbs: BTreeSet<&'static str>) -> usize {
        let mut new = 0;
        for verb in verbs.difference(&self.unpaid) {
            error!(
                alarm = Alarm::Funds.raise(),
                intent = verb,
                "the account cannot pay for a move"
            );
            new += 1;
        }
        self.unpaid = verbs;
        new
    }

    /// Logs, as errors, the moves in `planned` that somebody has to make in time: for those who cannot make them. Returns how
    /// many are new. One that is due again after somebody moved is called again.
    pub fn call(&mut self, planned: &[Planned]) -> usize {
        let mut due = BTreeSet::new();
        let mut new = 0;
        for Planned { subject, decision, deadline } in planned {
            if let (Decision::Act(intent), Some(until)) = (decision, *deadline)
                && due.insert((*subject, until))
                && !self.called.contains(&(*subject, until))
            {
                let alarm = Alarm::MoveDue.raise();
                error!(alarm, %subject, intent = intent.label(), until = until.0, "somebody must move before this L1 block");
                new += 1;
            }
        }
        self.called = due;
        new
    }
}

/// What keeps the right side from a move, if an operator must hear of it.
fn hindrance(planned: &Planned) -> Option<(Subject, Alarm)> {
    let alarm = match &planned.decision {
        Decision::Wait(Reason::OutOfTime) => Alarm::OutOfTime,
        Decision::Wait(Reason::Inconsistent(_)) => Alarm::Inconsistent,
        Decision::Wait(Reason::Funds(_)) => Alarm::Funds,
        Decision::Wait(_) | Decision::Act(_) | Decision::Terminal(_) => return None,
    };
    Some((planned.subject, alarm))
}

fn log(end: End) {
    let Some(alarm) = alarm(end).map(Alarm::raise) else { return };
    match end {
        End::Done => {}
        End::WrongClaimConfirmed(claim) => {
            error!(alarm, %claim, "a wrong claim is confirmed: nothing on L1 can undo it");
        }
        End::WrongBoundaryProven(claim) => {
            error!(alarm, %claim, "a wrong boundary is proven: a prover is broken, and nothing on L1 can undo it");
        }
        End::HonestClaimLost(claim) => {
            error!(alarm, %claim, "the right claim has lost its contest")
        }
        End::HonestStepsLost(commitment) => {
            error!(alarm, %commitment, "the right commitment has lost its step tournament");
        }
        End::TooLate(tournament) => {
            error!(alarm, %tournament, "joining has closed without the right commitment");
        }
    }
}

const fn alarm(end: End) -> Option<Alarm> {
    Some(match end {
        End::Done => return None,
        End::WrongClaimConfirmed(_) => Alarm::WrongClaimConfirmed,
        End::WrongBoundaryProven(_) => Alarm::WrongBoundaryProven,
        End::HonestClaimLost(_) => Alarm::HonestClaimLost,
        End::HonestStepsLost(_) => Alarm::HonestStepsLost,
        End::TooLate(_) => Alarm::TooLate,
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;

    use super::*;
    use crate::dispute::{
        domain::{ClaimId, CommitmentId, TournamentId},
        plan::Intent,
    };

    fn planned(decision: Decision) -> Planned {
        Planned { subject: Subject::Account, decision, deadline: None }
    }

    #[test]
    fn each_alarm_is_raised_once_and_what_is_well_raises_none() {
        let mut alarms = Alarms::default();
        let well =
            [planned(Decision::Terminal(End::Done)), planned(Decision::Wait(Reason::OtherMatches))];
        assert_eq!(alarms.raise(&well), 0);
        let ends = [
            End::WrongClaimConfirmed(ClaimId::default()),
            End::WrongBoundaryProven(ClaimId::default()),
            End::HonestClaimLost(ClaimId::default()),
            End::HonestStepsLost(CommitmentId::default()),
            End::TooLate(TournamentId::default()),
        ];
        let bad = ends.map(|end| planned(Decision::Terminal(end)));
        assert_eq!(alarms.raise(&bad), 5);
        assert_eq!(alarms.raise(&bad), 0);
        assert_eq!(alarms.raise(&well), 0);
        assert_eq!(alarms.raise(&bad), 0, "not again after a better round");
    }

    #[test]
    fn what_hinders_a_move_is_raised_once_and_lack_of_money_whenever_it_begins() {
        let mut alarms = Alarms::default();
        let waits = |reason| [planned(Decision::Wait(reason))];
        let (late, poor) = (waits(Reason::OutOfTime), waits(Reason::Funds(U256::ONE)));
        assert_eq!((alarms.raise(&late), alarms.raise(&late)), (1, 0));
        assert_eq!((alarms.raise(&poor), alarms.raise(&poor)), (1, 0));
        assert_eq!((alarms.raise(&late), alarms.raise(&poor)), (0, 1), "poor again");
    }

    #[test]
    fn a_move_that_is_not_paid_is_raised_once_until_it_is() {
        let mut alarms = Alarms::default();
        let mut unpaid = |verbs: &[&'static str]| alarms.unpaid(verbs.iter().copied().collect());
        assert_eq!((unpaid(&["turn"]), unpaid(&["turn"])), (1, 0));
        assert_eq!((unpaid(&["turn", "confirm"]), unpaid(&[])), (1, 0));
        assert_eq!(unpaid(&["turn"]), 1, "again");
    }

    #[test]
    fn a_move_that_is_due_is_called_once_until_it_is_made() {
        let mut alarms = Alarms::default();
        let due = |deadline: Option<u64>| Planned {
            deadline: deadline.map(Instant),
            ..planned(Decision::act(Intent::LockBond))
        };
        assert_eq!(alarms.call(&[due(Some(9)), due(Some(12)), due(None)]), 2);
        assert_eq!(alarms.call(&[due(Some(9)), due(Some(12))]), 0);
        assert_eq!(alarms.call(&[due(Some(12))]), 0);
        assert_eq!(alarms.call(&[due(Some(9))]), 1, "due again");
        assert_eq!(alarms.call(&[planned(Decision::Wait(Reason::OutOfTime))]), 0);
    }
}
