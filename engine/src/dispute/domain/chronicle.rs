//! What happened on L1, for people and reports. Policy never reads it.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{Address, U256};

use super::balances::Balances;
use super::ids::{BondId, ClaimId, CommitmentId, MatchId, MatchKey, TournamentId};
use super::matches::{Contested, Level, Outcome, Side};
use super::time::Instant;
use super::tournament::Domain;

/// Happenings kept, the latest.
const HAPPENINGS_KEPT: usize = 256;
/// Settled matches kept, the latest.
const SETTLED_KEPT: usize = 64;

/// Why a match was settled. Mirrors `contracts/src/types/MatchState.sol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A clock, or both, ran out.
    Timeout,
    /// A step was proven.
    Proof,
    /// Its step tournament is over.
    StepTournament,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// In which L1 block.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A claim over blocks up to `end` was proposed.
    Proposed {
        /// The claim.
        claim: ClaimId,
        /// What it is about.
        domain: Domain,
        /// The bond behind it.
        bond: BondId,
    },
    /// A claim is final.
    Confirmed(ClaimId),
    /// A proof has settled a contest for a claim.
    Settled(ClaimId),
    /// A claim was marked void.
    Voided(ClaimId),
    /// A commitment, at the root a claim, was eliminated by a match.
    Eliminated(CommitmentId, MatchId),
    /// A root bond was locked.
    BondLocked(BondId, Address),
    /// A root bond stands behind a lost claim.
    BondFrozen(BondId, Address),
    /// A frozen root bond is free again.
    BondFreed(BondId, Address),
    /// A root bond went back to its owner.
    BondReleased(BondId, Address, U256),
    /// A root bond was forfeited.
    BondForfeited {
        /// The bond.
        bond: BondId,
        /// Whose it was.
        owner: Address,
        /// Wei of it.
        amount: U256,
        /// Wei that nobody gets.
        burned: U256,
    },
    /// A slot match opened its step tournament.
    StepsStarted(TournamentId),
    /// A commitment joined a tournament.
    Joined(TournamentId, CommitmentId, Address),
    /// The opening that a first claim owed came.
    RootOpened(CommitmentId),
    /// Two commitments met.
    MatchStarted(MatchId, MatchKey),
    /// A side opened four levels.
    Turned {
        /// The match.
        id: MatchId,
        /// Whose turn it was.
        side: Side,
        /// Height of the nodes that are left in contest.
        height: u8,
        /// Path to them.
        position: u32,
    },
    /// A side came down to one leaf.
    Narrowed {
        /// The match.
        id: MatchId,
        /// Whose turn it was.
        side: Side,
        /// The leaf.
        position: u32,
    },
    /// A match is over.
    MatchSettled(MatchId, Outcome, Ground),
    /// A step bond was lost.
    StepBondSplit {
        /// Whose it was.
        owner: Address,
        /// Wei that nobody gets.
        burned: U256,
    },
    /// A step bond went back to its owner.
    StepBondReleased(Address),
    /// An account put wei into Bonds.
    Deposited(Address, U256),
    /// An account took wei out of Bonds.
    Withdrawn(Address, U256),
}

/// A match that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledMatch {
    /// Who played where.
    pub key: MatchKey,
    /// Its level.
    pub level: Level,
    /// The blocks of the claims in contest.
    pub domain: Domain,
    /// At the step level, the slot in contest.
    pub slot: Option<u32>,
    /// What it came down to, unless a clock ran out before.
    pub contested: Option<Contested>,
    /// Who won.
    pub outcome: Outcome,
    /// Why.
    pub ground: Ground,
    /// In which L1 block.
    pub at: Instant,
    /// How many refundable moves were made.
    pub moves: usize,
}

/// The contracts' events, as far as people want to know them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    /// The latest happenings, oldest first.
    pub happenings: VecDeque<Happening>,
    /// The matches settled latest, oldest first.
    pub settled: VecDeque<SettledMatch>,
    /// When each claim was made.
    pub claimed: BTreeMap<ClaimId, Instant>,
    /// Who has or had ETH in Bonds.
    pub balances: Balances,
    /// Wei that nobody will ever get.
    pub burned: U256,
}

impl Chronicle {
    /// Adds what happened, and forgets the oldest.
    pub fn note(&mut self, at: Instant, what: What) {
        keep(&mut self.happenings, Happening { at, what }, HAPPENINGS_KEPT);
    }

    /// Adds a match that is over, and forgets the oldest.
    pub fn settle(&mut self, settled: SettledMatch) {
        keep(&mut self.settled, settled, SETTLED_KEPT);
    }
}

fn keep<T>(kept: &mut VecDeque<T>, newest: T, most: usize) {
    if kept.len() == most {
        kept.pop_front();
    }
    kept.push_back(newest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_happenings_are_kept() {
        let mut chronicle = Chronicle::default();
        for block in 0..300 {
            chronicle.note(Instant(block), What::Confirmed(ClaimId::default()));
        }
        let ends = (chronicle.happenings.front(), chronicle.happenings.back());
        assert_eq!(chronicle.happenings.len(), HAPPENINGS_KEPT);
        assert_eq!((ends.0.map(|it| it.at.0), ends.1.map(|it| it.at.0)), (Some(44), Some(299)));
    }
}
