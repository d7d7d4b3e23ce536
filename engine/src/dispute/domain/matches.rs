//! One match: two commitments on the way down to the first transition on which they differ.
//!
//! Mirrors `contracts/src/types/MatchState.sol`, with a type for each phase.

use alloy_primitives::{Address, B256, U256};

use super::clock::Clocks;
use super::ids::MatchKey;
use super::time::{Duration, Instant};
use crate::commitment::{Height, Opening};

/// One of the two sides of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// It was waiting, and moves first.
    One,
    /// Its opening is stored at the start.
    Two,
}

impl Side {
    /// The rival's side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }
}

/// Something for each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides<T> {
    /// Side One's.
    pub one: T,
    /// Side Two's.
    pub two: T,
}

impl<T: Copy> Sides<T> {
    /// That of `side`.
    #[must_use]
    pub const fn of(&self, side: Side) -> T {
        match side {
            Side::One => self.one,
            Side::Two => self.two,
        }
    }
}

/// What a tournament contests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The boundaries of a claim's slots.
    Slots,
    /// The machine's steps in one slot.
    Steps,
}

impl Level {
    /// Height of its trees.
    #[must_use]
    pub const fn height(self) -> Height {
        match self {
            Self::Slots => Height::SLOTS,
            Self::Steps => Height::STEPS,
        }
    }
}

/// Who won a settled match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Side One.
    One,
    /// Side Two.
    Two,
    /// Nobody: both are eliminated.
    Neither,
}

impl Outcome {
    /// That `side` won.
    #[must_use]
    pub const fn won(side: Side) -> Self {
        match side {
            Side::One => Self::One,
            Side::Two => Self::Two,
        }
    }

    /// Whether `side` won.
    #[must_use]
    pub fn is_won_by(self, side: Side) -> bool {
        self == Self::won(side)
    }
}

/// The nearest subtree on the left on which the sides agree; at height 0 the agreed state itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Its root.
    pub node: B256,
    /// Its height.
    pub height: u8,
}

/// What the side to move must know for its next turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who gives the next opening.
    pub to_move: Side,
    /// Height of the two nodes: at the first turn the whole tree's.
    pub height: u8,
    /// Path to the two nodes.
    pub position: u32,
    /// The two nodes, which differ. Before the first turn side One's is not revealed on chain.
    pub nodes: Sides<B256>,
    /// The stored opening of the other side's node.
    pub rival: Opening,
    /// What lies to the left.
    pub agreed: Agreed,
}

/// Two leaves after one agreed state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contested {
    /// Index of the leaf: which transition.
    pub position: u32,
    /// The state before it.
    pub agreed: B256,
    /// The two leaves.
    pub leaves: Sides<B256>,
}

/// Where a match stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Side One's commitment owes the opening of its root, which comes before its first turn.
    Debt(Turn),
    /// A turn that is not the last.
    Middle(Turn),
    /// The turn that goes down to the leaves.
    Last(Turn),
    /// A slot match whose step tournament decides it; both clocks stand still.
    InSteps(Contested),
    /// A step match down to one transition; both clocks run.
    Sealed(Contested),
    /// Over.
    Settled(Outcome),
}

/// Why facts read from the chain make no match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// No turn of that level is made at that height.
    #[error("no turn at height {0}")]
    Height(u8),
    /// The path does not fit the nodes' level.
    #[error("position {0} is not in the tree")]
    Position(u32),
    /// The sides have the same node: they do not differ.
    #[error("both sides have node {0}")]
    NoDifference(B256),
    /// The agreed subtree is not left of the nodes.
    #[error("a subtree of height {0} cannot lie to the left")]
    Agreed(u8),
    /// Only side One is to move first.
    #[error("side Two is to move first")]
    FirstMover,
    /// The revealed opening does not open the node it is stored for.
    #[error("the stored opening is of node {0}, not {1}")]
    Opening(B256, B256),
}

impl Phase {
    /// The phase in which `turn` is made; `owes` says whether side One's root is still to be opened.
    ///
    /// # Errors
    /// [`MatchError`] when the contracts cannot be in such a state.
    pub fn turning(level: Level, turn: Turn, owes: bool) -> Result<Self, MatchError> {
        let tree = level.height().levels();
        if turn.height == 0 || turn.height > tree || !turn.height.is_multiple_of(4) {
            return Err(MatchError::Height(turn.height));
        }
        if turn.position >> (tree - turn.height) != 0 {
            return Err(MatchError::Position(turn.position));
        }
        if turn.agreed.height != 0
            && (turn.agreed.height < turn.height || turn.agreed.height >= tree)
        {
            return Err(MatchError::Agreed(turn.agreed.height));
        }
        // While its opening is owed, a first claim may have the honest root with a boundary that is not its last leaf.
        if turn.nodes.one == turn.nodes.two && !owes {
            return Err(MatchError::NoDifference(turn.nodes.one));
        }
        let (opened, node) = (turn.rival.root(), turn.nodes.of(turn.to_move.other()));
        if opened != node {
            return Err(MatchError::Opening(opened, node));
        }
        if turn.height == tree {
            return match (turn.to_move, owes) {
                (Side::Two, _) => Err(MatchError::FirstMover),
                (Side::One, true) => Ok(Self::Debt(turn)),
                (Side::One, false) => Ok(Self::Middle(turn)),
            };
        }
        Ok(if turn.height == 4 { Self::Last(turn) } else { Self::Middle(turn) })
    }

    /// The phase of a match that is down to one leaf: in its step tournament, or sealed.
    ///
    /// # Errors
    /// [`MatchError`] when the contracts cannot be in such a state.
    pub fn narrowed(level: Level, contested: Contested) -> Result<Self, MatchError> {
        if contested.position >= level.height().leaves() {
            return Err(MatchError::Position(contested.position));
        }
        if contested.leaves.one == contested.leaves.two {
            return Err(MatchError::NoDifference(contested.leaves.one));
        }
        Ok(match level {
            Level::Slots => Self::InSteps(contested),
            Level::Steps => Self::Sealed(contested),
        })
    }
}

/// A move whose gas is refunded out of the loser's bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// For whom it was made.
    pub side: Side,
    /// Who sent it.
    pub mover: Address,
    /// Wei to refund if that side wins.
    pub refund: U256,
}

/// A match of a tournament.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Who plays where.
    pub key: MatchKey,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub phase: Phase,
    /// Both clocks; they mean nothing once it is settled.
    pub clocks: Clocks,
    /// Its refundable moves, in order.
    pub moves: Vec<Move>,
}

impl Match {
    /// Who wins by time at `at`, if a clock has run out by then.
    #[must_use]
    pub fn by_time(&self, allowance: Duration, at: Instant) -> Option<Outcome> {
        match self.phase {
            Phase::Debt(turn) | Phase::Middle(turn) | Phase::Last(turn) => {
                self.clocks.turning_outcome(turn.to_move, allowance, at)
            }
            Phase::Sealed(_) => self.clocks.sealed_outcome(allowance, at),
            Phase::InSteps(_) | Phase::Settled(_) => None,
        }
    }

    /// From which block on a timeout settles the match, if a clock runs.
    #[must_use]
    pub fn deadline(&self, allowance: Duration) -> Option<Instant> {
        let of = |side| self.clocks.deadline(side, allowance);
        match self.phase {
            Phase::Debt(turn) | Phase::Middle(turn) | Phase::Last(turn) => Some(of(turn.to_move)),
            Phase::Sealed(_) => Some(of(Side::One).min(of(Side::Two))),
            Phase::InSteps(_) | Phase::Settled(_) => None,
        }
    }

    /// On which side `commitment` plays.
    #[must_use]
    pub fn side_of(&self, commitment: super::CommitmentId) -> Option<Side> {
        match commitment {
            one if one == self.key.one => Some(Side::One),
            two if two == self.key.two => Some(Side::Two),
            _ => None,
        }
    }
}
