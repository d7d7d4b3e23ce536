//! Closed formulas for how long a dispute can take, which the exploration is compared with.
//!
//! Along the longest chain of matches each budget is used up once, each response has its allowance, and censorship counts once.

use super::parameters::{Parameters, Shape};

/// ceil(log2 n).
#[must_use]
pub const fn log2_ceil(n: u32) -> u32 {
    n.next_power_of_two().trailing_zeros()
}

/// How many budgets A both levels take with N commitments at the root and M rivals in each step tournament:
/// ceil(log2 N) (1 + ceil(log2 (M + 1))). A step tournament takes one even with nobody to play against.
#[must_use]
pub const fn budgets(commitments: u32, step_rivals: u32) -> u32 {
    let steps = log2_ceil(step_rivals + 1);
    log2_ceil(commitments) * (1 + if steps == 0 { 1 } else { steps })
}

/// Blocks that one step tournament of the whole budget takes with the honest commitment and `shape.rivals` others:
/// ceil(log2 N) (A + (t + 1) G) + T + G + C, or A when nobody else comes.
#[must_use]
pub const fn one_level(parameters: &Parameters, shape: &Shape) -> u32 {
    let (a, g) = (parameters.budget as u32, parameters.response as u32);
    let (c, t) = (parameters.censorship as u32, parameters.build as u32);
    let rounds = log2_ceil(shape.rivals as u32 + 1);
    if rounds == 0 { a } else { rounds * (a + (shape.step_turns as u32 + 1) * g) + t + g + c }
}

/// Blocks that both levels take: ceil(log2 N) times (1 + s) A + (3 + t_slots + s (1 + t_steps)) G + T, and once C, where s =
/// max(1, ceil(log2 (M + 1))) and t are the turns of a match.
#[must_use]
pub const fn both_levels(parameters: &Parameters, shape: &Shape) -> u32 {
    let (a, g) = (parameters.budget as u32, parameters.response as u32);
    let (c, t) = (parameters.censorship as u32, parameters.build as u32);
    let rounds = log2_ceil(shape.rivals as u32 + 1);
    let steps = budgets(2, shape.step_rivals as u32) - 1;
    let responses = 3 + shape.slot_turns as u32 + steps * (1 + shape.step_turns as u32);
    if rounds == 0 { a } else { rounds * ((1 + steps) * a + responses * g + t) + c }
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
}
