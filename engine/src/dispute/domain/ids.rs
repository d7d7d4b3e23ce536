//! What the contracts name by hash. Mirrors `contracts/src/types/{Ids,ClaimKey,MatchKey}.sol`.

use alloy_primitives::{B256, U256, keccak256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub B256);

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

id! {
    /// A tournament: keccak256(parent claim, round), or the id of the slot match that opened it.
    TournamentId
}
id! {
    /// A commitment in a tournament: keccak256(tournament, root, last leaf).
    CommitmentId
}
id! {
    /// A claim: its commitment's id in its root tournament.
    ClaimId
}
id! {
    /// A match: keccak256(tournament, one, two).
    MatchId
}

/// A root bond, numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BondId(pub u64);

/// keccak256 of whole words: `abi.encode` of static values.
fn hash_words<const N: usize>(words: [B256; N]) -> B256 {
    keccak256(words.map(|word| word.0).as_flattened())
}

impl TournamentId {
    /// The root tournament over the children of `parent`.
    #[must_use]
    pub fn root(parent: ClaimId, round: u32) -> Self {
        Self(hash_words([parent.0, U256::from(round).into()]))
    }

    /// The step tournament that a slot match opens.
    #[must_use]
    pub const fn step(slot_match: MatchId) -> Self {
        Self(slot_match.0)
    }

    /// The commitment (`root`, `last`) in this tournament.
    #[must_use]
    pub fn commitment(self, root: B256, last: B256) -> CommitmentId {
        CommitmentId(hash_words([self.0, root, last]))
    }
}

impl CommitmentId {
    /// The claim that a commitment of a root tournament makes.
    #[must_use]
    pub const fn claim(self) -> ClaimId {
        ClaimId(self.0)
    }
}

impl ClaimId {
    /// The commitment of a claim in its root tournament.
    #[must_use]
    pub const fn commitment(self) -> CommitmentId {
        CommitmentId(self.0)
    }
}

/// What a claim's id commits to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClaimKey {
    /// The claim it extends.
    pub parent: ClaimId,
    /// Which contest under that parent it entered.
    pub round: u32,
    /// Root of the slot commitment over its domain.
    pub trace_root: B256,
    /// Hash of the machine at the end of its domain.
    pub boundary: B256,
}

impl ClaimKey {
    /// The round in the key of a claim that nobody proposed: a proof has made it. No contest has it.
    pub const UNPROPOSED: u32 = u32::MAX;

    /// The root tournament it takes part in.
    #[must_use]
    pub fn tournament(&self) -> TournamentId {
        TournamentId::root(self.parent, self.round)
    }

    /// The claim that this key opens.
    #[must_use]
    pub fn id(&self) -> ClaimId {
        self.tournament().commitment(self.trace_root, self.boundary).claim()
    }
}

/// What a match's id commits to. Two commitments meet at most once, so this names one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey {
    /// Where it is played.
    pub tournament: TournamentId,
    /// Side One: it was waiting, and moves first.
    pub one: CommitmentId,
    /// Side Two: its opening is stored at the start.
    pub two: CommitmentId,
}

impl MatchKey {
    /// The match that this key opens.
    #[must_use]
    pub fn id(&self) -> MatchId {
        MatchId(hash_words([self.tournament.0, self.one.0, self.two.0]))
    }
}
