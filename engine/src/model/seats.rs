//! Who waits and what runs in a tournament, by win rank. Mirrors `contracts/src/tournament/Pairing.sol`, which answers for the
//! model; this one is compared with it.

use super::ModelError;
use crate::dispute::domain::Ranks;

/// Win ranks that a commitment can get in the model.
pub(super) const RANKS: usize = 8;

/// The ranks of those who wait, and how many running matches give their winner each rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Seats {
    /// Bit r: a commitment of rank r waits.
    pub(super) waiting: u8,
    /// Running matches by the rank of their winner.
    pub(super) running: [u8; RANKS],
}

/// A match that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meeting {
    /// With which rank side One was waiting.
    pub(super) one: u8,
    /// With which rank side Two came or was waiting.
    pub(super) two: u8,
    /// The winner's rank.
    pub(super) rank: u8,
}

impl Seats {
    /// The seats of those who wait, by rank, and of matches that give their winners these ranks.
    pub(super) fn of(
        waiting: impl Iterator<Item = bool>,
        running: impl Iterator<Item = u8>,
    ) -> Self {
        let mut seats = Self::default();
        for (rank, waits) in waiting.enumerate() {
            seats.waiting |= u8::from(waits) << rank;
        }
        for rank in running {
            if let Some(count) = seats.running.get_mut(usize::from(rank)) {
                *count += 1;
            }
        }
        seats
    }

    const fn bit(rank: u8) -> u8 {
        1 << rank
    }

    fn count(&mut self, rank: u8) -> Result<&mut u8, ModelError> {
        self.running.get_mut(usize::from(rank)).ok_or(ModelError::Rank(rank))
    }

    /// A commitment of `rank` arrives.
    pub(super) fn arrive(mut self, rank: u8) -> Result<(Option<Meeting>, Self), ModelError> {
        if usize::from(rank) >= RANKS - 1 {
            return Err(ModelError::Rank(rank));
        }
        self.waiting ^= Self::bit(rank);
        if self.waiting & Self::bit(rank) != 0 {
            return Ok((None, self));
        }
        *self.count(rank + 1)? += 1;
        Ok((Some(Meeting { one: rank, two: rank, rank: rank + 1 }), self))
    }

    /// A match whose winner gets `rank` is over.
    pub(super) fn finish(mut self, rank: u8) -> Result<Self, ModelError> {
        *self.count(rank)? -= 1;
        Ok(self)
    }

    /// The two lowest leftovers meet, if they may.
    pub(super) fn merge(mut self) -> Result<(Option<Meeting>, Self), ModelError> {
        let running = (0_u32..)
            .zip(self.running)
            .filter(|&(_, count)| count > 0)
            .map(|(rank, _)| 1 << rank)
            .sum();
        if !Ranks(self.waiting.into()).may_merge(Ranks(running)) {
            return Ok((None, self));
        }
        let mut lowest = || {
            let rank = self.waiting.trailing_zeros() as u8;
            self.waiting &= self.waiting.wrapping_sub(1);
            rank
        };
        let (two, one) = (lowest(), lowest());
        let rank = one + 1;
        *self.count(rank)? += 1;
        Ok((Some(Meeting { one, two, rank }), self))
    }

    /// Whether at least two commitments wait.
    pub(super) const fn several(self) -> bool {
        self.waiting & self.waiting.wrapping_sub(1) != 0
    }
}
