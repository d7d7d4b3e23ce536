//! What an operator must hear of: the honest side has lost something, or a wrong claim is final.

use std::collections::BTreeSet;

use tracing::error;

use crate::{
    dispute::plan::{Decision, End, Planned},
    telemetry::alarm::Alarm,
};

/// The alarms that were raised so far; each is raised once.
#[derive(Debug, Default)]
pub struct Alarms(BTreeSet<End>);

impl Alarms {
    /// Logs, as errors, the ends in `planned` that are none the honest side should come to. Returns how many are new.
    pub fn raise(&mut self, planned: &[Planned]) -> usize {
        let ends = planned.iter().filter_map(|planned| match planned.decision {
            Decision::Terminal(end) if !end.is_well() => Some(end),
            _ => None,
        });
        let before = self.0.len();
        for end in ends {
            if self.0.insert(end) {
                log(end);
            }
        }
        self.0.len() - before
    }
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
    use super::*;
    use crate::dispute::{
        domain::{ClaimId, CommitmentId, TournamentId},
        plan::{Reason, Subject},
    };

    fn planned(decision: Decision) -> Planned {
        Planned { subject: Subject::Account, decision, deadline: None }
    }

    #[test]
    fn each_alarm_is_raised_once_and_what_is_well_raises_none() {
        let mut alarms = Alarms::default();
        let well =
            [planned(Decision::Terminal(End::Done)), planned(Decision::Wait(Reason::OutOfTime))];
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
}
