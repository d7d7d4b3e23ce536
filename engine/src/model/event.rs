//! What happens in a run, as a reader is told it.

use std::fmt;

use super::{parameters::Blocks, rules::Pair};
use crate::dispute::domain::{Level, Outcome, Side};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// In which tournament, of this level.
    pub(super) level: Level,
    /// What it is.
    pub(super) what: What,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A commitment joins with this clock.
    Joins { honest: bool, left: Blocks },
    /// Two commitments meet; the honest one is on this side, if it is one of them.
    Meet { clocks: Pair, honest: Option<Side> },
    /// A match is over: whether the honest commitment won, and with what left.
    Ends { winner: Option<(bool, Blocks)> },
    /// The side to move descends; what is left to it.
    Turn { side: Side, honest: bool, left: Blocks },
    /// A step tournament begins with this budget.
    Steps { budget: Blocks },
    /// A sealed match is settled by proof.
    Proof(Outcome),
    /// A match is settled by time.
    Timeout(Outcome),
    /// A slot match is settled by its step tournament; what its winner goes on with.
    Concluded(Option<Blocks>),
    /// A tournament is over with this one left.
    Decided { honest: Option<bool> },
    /// Nobody may join any more, and the honest commitment has not.
    TooLate,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.level == Level::Steps {
            write!(f, "[steps] ")?;
        }
        match self.what {
            What::Joins { honest, left } => write!(f, "{} joins with {left}", who(honest)),
            What::Meet { clocks: Pair { one, two }, honest } => {
                let mark = |side| if honest == Some(side) { "honest" } else { "rival" };
                write!(f, "{} ({one}) meets {} ({two})", mark(Side::One), mark(Side::Two))
            }
            What::Turn { side, honest, left } => {
                write!(f, "{} ({side:?}) turns, keeps {left}", who(honest))
            }
            What::Ends { winner: Some((honest, left)) } => {
                write!(f, "{} wins a match, keeps {left}", who(honest))
            }
            What::Ends { winner: None } => write!(f, "both sides of a match are out"),
            What::Steps { budget } => write!(f, "down to one slot: step tournament of {budget}"),
            What::Proof(outcome) => write!(f, "proof: {}", winner(outcome)),
            What::Timeout(outcome) => write!(f, "timeout: {}", winner(outcome)),
            What::Concluded(Some(left)) => write!(f, "concluded, the winner goes on with {left}"),
            What::Concluded(None) => write!(f, "concluded, both are out"),
            What::Decided { honest: Some(honest) } => write!(f, "{} is the last", who(honest)),
            What::Decided { honest: None } => write!(f, "nobody is left"),
            What::TooLate => write!(f, "joining closes before the honest commitment is there"),
        }
    }
}

const fn who(honest: bool) -> &'static str {
    if honest { "honest" } else { "rival" }
}

const fn winner(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::One => "One wins",
        Outcome::Two => "Two wins",
        Outcome::Neither => "both lose",
    }
}
