//! One tournament. Mirrors `contracts/src/types/TournamentState.sol`.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};

use super::ids::{ClaimId, CommitmentId, MatchId, MatchKey, TournamentId};
use super::matches::{Contested, Level, Match};
use super::pairing::Ranks;
use super::time::{Duration, Instant};
use crate::commitment::Opening;

/// The L2 blocks that a claim answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain {
    /// The first block.
    pub first: u64,
    /// How many: 1 to 1024.
    pub blocks: u16,
}

impl Domain {
    /// The last block.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.first.saturating_add(self.blocks as u64).saturating_sub(1)
    }
}

/// What a tournament is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contest {
    /// Which child of a claim is right.
    Root {
        /// The claim.
        parent: ClaimId,
        /// How many contests under it ended without a winner before.
        round: u32,
    },
    /// Which of the two leaves of a slot match is right.
    Steps {
        /// The match.
        slot_match: MatchKey,
        /// What it came down to: position is the slot.
        contested: Contested,
    },
}

/// Whether a tournament is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Commitments may join.
    Joining,
    /// Joining has closed; two or more commitments are left.
    Playing,
    /// This one is left.
    Won(CommitmentId),
    /// None is left.
    NoWinner,
}

/// A commitment that joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Its root.
    pub root: B256,
    /// Its last leaf.
    pub last: B256,
    /// Opening of the root; `None` while it owes it.
    pub opening: Option<Opening>,
    /// Step level: whose bond stands behind it.
    pub owner: Address,
    /// Whether it has lost.
    pub eliminated: bool,
    /// Step level: whether its bond was released or split.
    pub bond_settled: bool,
}

/// A tournament.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tournament {
    /// Its id.
    pub id: TournamentId,
    /// What it is about.
    pub contest: Contest,
    /// The blocks of the claims in contest.
    pub domain: Domain,
    /// When the first commitment joined, or the step tournament was opened.
    pub start: Instant,
    /// Clock of a commitment that joins at the start.
    pub budget: Duration,
    /// Whether it is decided.
    pub status: Status,
    /// Ranks with which commitments wait.
    pub waiting: Ranks,
    /// Ranks that running matches give their winners.
    pub running: Ranks,
    /// Who joined.
    pub commitments: BTreeMap<CommitmentId, Commitment>,
    /// Its matches.
    pub matches: BTreeMap<MatchId, Match>,
}

impl Tournament {
    /// Which level it is played at.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self.contest {
            Contest::Root { .. } => Level::Slots,
            Contest::Steps { .. } => Level::Steps,
        }
    }

    /// The first block in which nobody may join any more.
    #[must_use]
    pub const fn closing(&self) -> Instant {
        self.start.plus(self.budget)
    }

    /// Whether a transaction in block `at` can still join.
    #[must_use]
    pub fn joinable(&self, at: Instant) -> bool {
        self.status == Status::Joining && at < self.closing()
    }
}
