//! Closed formulas for how long a dispute can take, which the exploration is compared with.
//!
//! Along the longest chain of matches each budget is used up once, each response has its allowance, and censorship counts once.

use super::parameters::{Parameters, Shape};

/// ceil(log2 n).
#[must_use]
pub const fn log2_ceil(n: u32) -> u32 {
    n.next_power_of_two().trailing_zeros()
}

/// Rounds of a step tournament with the honest commitment and M rivals, in budgets: max(1, ceil(log2 (M + 1))), since joining
/// takes one even with nobody to play against.
#[must_use]
pub const fn step_rounds(step_rivals: u32) -> u32 {
    let rounds = log2_ceil(step_rivals + 1);
    if rounds == 0 { 1 } else { rounds }
}

/// How many budgets A both levels take: ceil(log2 N) (1 + step rounds).
#[must_use]
pub const fn budgets(commitments: u32, step_rivals: u32) -> u32 {
    log2_ceil(commitments) * (1 + step_rounds(step_rivals))
}

/// What a bound is made of, in L1 blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// C.
    pub censorship: u32,
    /// G.
    pub response: u32,
    /// T.
    pub build: u32,
    /// A.
    pub budget: u32,
    /// Turns of a slot match.
    pub slot_turns: u32,
    /// Turns of a step match.
    pub step_turns: u32,
}

impl Terms {
    /// Those of a configuration.
    #[must_use]
    pub fn of(parameters: &Parameters, shape: &Shape) -> Self {
        Self {
            censorship: parameters.censorship.into(),
            response: parameters.response.into(),
            build: parameters.build.into(),
            budget: parameters.budget.into(),
            slot_turns: shape.slot_turns.into(),
            step_turns: shape.step_turns.into(),
        }
    }

    /// Blocks that a step tournament of budget A takes: ceil(log2 N) (A + (t + 1) G) + T + G + C, or A when nobody else comes.
    #[must_use]
    pub const fn one_level(&self, commitments: u32) -> u32 {
        let rounds = log2_ceil(commitments);
        if rounds == 0 {
            return self.budget;
        }
        let playing = rounds * (self.budget + (self.step_turns + 1) * self.response);
        playing + self.build + self.response + self.censorship
    }

    /// Blocks that both levels take, s being the step rounds and t the turns of a match:
    /// ceil(log2 N) ((1 + s) A + (3 + t of slots + s (1 + t of steps)) G + T) + C.
    #[must_use]
    pub const fn both_levels(&self, commitments: u32, step_rivals: u32) -> u32 {
        let rounds = log2_ceil(commitments);
        if rounds == 0 {
            return self.budget;
        }
        budgets(commitments, step_rivals) * self.budget
            + self.allowances(commitments, step_rivals)
            + self.censorship
    }

    /// The part of [`Self::both_levels`] that is neither budgets nor censorship.
    #[must_use]
    pub const fn allowances(&self, commitments: u32, step_rivals: u32) -> u32 {
        let responses = 3 + self.slot_turns + step_rounds(step_rivals) * (1 + self.step_turns);
        log2_ceil(commitments) * (responses * self.response + self.build)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_those_of_the_design() {
        assert_eq!(budgets(2, 1), 2, "one liar");
        assert_eq!(budgets(3, 2), 6, "two and two");
        assert_eq!(budgets(65, 64), 7 * 8);
        assert_eq!(budgets(1, 5), 0, "nobody disputes");
        assert_eq!(budgets(2, 0), 2, "joining takes a budget");
    }

    #[test]
    fn allowances_are_counted() {
        let terms =
            Terms { censorship: 1, response: 2, build: 1, budget: 8, slot_turns: 1, step_turns: 1 };
        assert_eq!(terms.one_level(1), 8);
        assert_eq!(terms.one_level(2), 8 + 2 * 2 + 1 + 2 + 1);
        assert_eq!(terms.both_levels(2, 1), 2 * 8 + 6 * 2 + 1 + 1);
        assert_eq!(terms.both_levels(5, 2), 3 * (3 * 8 + 8 * 2 + 1) + 1);
    }
}
