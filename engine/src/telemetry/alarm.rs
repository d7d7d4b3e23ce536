//! Codes of what an operator must hear of, in logs (field `alarm`) and metrics (label `alarm`). They never change their
//! meaning; `docs/operators.md` says of each what to do.

use super::names;

/// What an operator must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alarm {
    /// A claim is wrong.
    WrongClaim,
    /// A wrong claim is final.
    WrongClaimConfirmed,
    /// A wrong boundary was proven.
    WrongBoundaryProven,
    /// The right claim has lost its contest.
    HonestClaimLost,
    /// The right commitment has lost its step tournament.
    HonestStepsLost,
    /// Joining has closed without the right commitment.
    TooLate,
    /// The clock of the right side has run out.
    OutOfTime,
    /// Our execution and the chain's history contradict each other.
    Inconsistent,
    /// A move lacks money.
    Funds,
    /// A round could not read or execute something.
    Unknown,
    /// L1 reorganised below everything that is remembered.
    ReorgTooDeep,
    /// The store was corrupt and is built again.
    StoreRebuilt,
    /// Somebody must move, and this daemon has no key.
    MoveDue,
}

impl Alarm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::WrongClaim,
        Self::WrongClaimConfirmed,
        Self::WrongBoundaryProven,
        Self::HonestClaimLost,
        Self::HonestStepsLost,
        Self::TooLate,
        Self::OutOfTime,
        Self::Inconsistent,
        Self::Funds,
        Self::Unknown,
        Self::ReorgTooDeep,
        Self::StoreRebuilt,
        Self::MoveDue,
    ];

    /// Its code in logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongClaim => "wrong_claim",
            Self::WrongClaimConfirmed => "wrong_claim_confirmed",
            Self::WrongBoundaryProven => "wrong_boundary_proven",
            Self::HonestClaimLost => "honest_claim_lost",
            Self::HonestStepsLost => "honest_steps_lost",
            Self::TooLate => "too_late",
            Self::OutOfTime => "out_of_time",
            Self::Inconsistent => "inconsistent",
            Self::Funds => "funds",
            Self::Unknown => "unknown",
            Self::ReorgTooDeep => "reorg_too_deep",
            Self::StoreRebuilt => "store_rebuilt",
            Self::MoveDue => "move_due",
        }
    }

    /// Counts it; gives the code to log it with.
    #[must_use]
    pub fn raise(self) -> &'static str {
        names::ALARMS.with([self.code()]).increment(1);
        self.code()
    }
}
