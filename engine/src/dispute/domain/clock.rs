//! The policy of a match's two clocks. Mirrors `contracts/src/tournament/{Clock,MatchClocks}.sol`.

use super::matches::{Outcome, Side};
use super::time::{Duration, Instant};

/// Both clocks of a match. While turning, only the side to move is charged; while sealed, both are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Time side One has left, as of `since`.
    pub one: Duration,
    /// Time side Two has left, as of `since`.
    pub two: Duration,
    /// When the last charge was made.
    pub since: Instant,
}

impl Clocks {
    /// What `side` has left.
    #[must_use]
    pub const fn remaining(&self, side: Side) -> Duration {
        match side {
            Side::One => self.one,
            Side::Two => self.two,
        }
    }

    /// The first block in which the running clock of `side` has run out: equality is expiry.
    #[must_use]
    pub const fn deadline(&self, side: Side, allowance: Duration) -> Instant {
        self.since.plus(self.remaining(side).plus(allowance))
    }

    /// Who wins by time at `at` while `to_move` is to move; `None` while its clock has time.
    #[must_use]
    pub fn turning_outcome(
        &self,
        to_move: Side,
        allowance: Duration,
        at: Instant,
    ) -> Option<Outcome> {
        (at >= self.deadline(to_move, allowance)).then(|| Outcome::won(to_move.other()))
    }

    /// Who wins by time at `at` while both clocks run; `None` while both have time.
    #[must_use]
    pub fn sealed_outcome(&self, allowance: Duration, at: Instant) -> Option<Outcome> {
        let expired = |side| at >= self.deadline(side, allowance);
        match (expired(Side::One), expired(Side::Two)) {
            (true, true) => Some(Outcome::Neither),
            (true, false) => Some(Outcome::Two),
            (false, true) => Some(Outcome::One),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALLOWANCE: Duration = Duration(5);

    proptest! {
        #[test]
        fn t21_equality_is_expiry(one in 0_u64..1000, two in 0_u64..1000, since in 0_u64..1000, wait in 0_u64..3000) {
            let clocks = Clocks { one: Duration(one), two: Duration(two), since: Instant(since) };
            let at = Instant(since + wait);
            prop_assert_eq!(
                clocks.turning_outcome(Side::One, ALLOWANCE, at),
                (wait >= one + 5).then_some(Outcome::Two)
            );
            let expected = match (wait >= one + 5, wait >= two + 5) {
                (false, false) => None,
                (true, false) => Some(Outcome::Two),
                (false, true) => Some(Outcome::One),
                (true, true) => Some(Outcome::Neither),
            };
            prop_assert_eq!(clocks.sealed_outcome(ALLOWANCE, at), expected);
        }

        /// T05, T06: no instant has two answers, and time alone never takes a win back except by both losing.
        #[test]
        fn t05_the_sealed_classifier_never_changes_the_winner(one in 0_u64..100, two in 0_u64..100, at in 0_u64..300) {
            let clocks = Clocks { one: Duration(one), two: Duration(two), since: Instant(0) };
            let (now, later) = (clocks.sealed_outcome(ALLOWANCE, Instant(at)), clocks.sealed_outcome(ALLOWANCE, Instant(at + 1)));
            match now {
                None => {}
                Some(Outcome::Neither) => prop_assert_eq!(later, now),
                Some(_) => prop_assert!(later == now || later == Some(Outcome::Neither)),
            }
        }
    }
}
