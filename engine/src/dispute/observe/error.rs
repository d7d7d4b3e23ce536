//! Why there is no snapshot. Every variant means *unknown*: retry and alert, never act.

use super::reader::ReadError;
use crate::dispute::domain::{ClaimId, MatchError, MatchId, TournamentId};

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The node could not be read, or the block is not canonical any more.
    #[error("L1: {0}")]
    Read(#[from] ReadError),
    /// An event or a view does not decode as the contracts encode it.
    #[error("{what}: {source}")]
    Decode {
        /// Which one.
        what: &'static str,
        /// The cause.
        source: alloy_sol_types::Error,
    },
    /// A number is none of those the contracts' enum has.
    #[error("{what} is {value}")]
    Enum {
        /// Which one.
        what: &'static str,
        /// What was read.
        value: u8,
    },
    /// The deployment is not the one configured.
    #[error("the genesis claim is {actual}, configured {configured}")]
    Genesis {
        /// What the Rollup says.
        actual: ClaimId,
        /// What the configured boundary gives.
        configured: ClaimId,
    },
    /// Events speak of a claim that was never proposed.
    #[error("claim {0} was never proposed")]
    UnknownClaim(ClaimId),
    /// Events speak of a tournament that never started.
    #[error("tournament {0} never started")]
    UnknownTournament(TournamentId),
    /// Events speak of a match that never started.
    #[error("match {0} never started")]
    UnknownMatch(MatchId),
    /// A match's view and its events tell different stories.
    #[error("match {id}: {problem}")]
    Match {
        /// The match.
        id: MatchId,
        /// What does not fit.
        problem: MatchProblem,
    },
}

impl ObserveError {
    /// Whether a view says something else than the events.
    pub(super) const fn is_contradiction(&self) -> bool {
        matches!(self, Self::UnknownTournament(_) | Self::Match { .. })
    }
}

/// What does not fit in a match.
#[derive(Debug, thiserror::Error)]
pub enum MatchProblem {
    /// Its facts make no match.
    #[error(transparent)]
    State(#[from] MatchError),
    /// No event revealed the stored opening.
    #[error("the stored opening was never revealed")]
    Opening,
    /// A side is no commitment of the tournament.
    #[error("a side never joined")]
    Side,
    /// The view says another phase than the events.
    #[error("phase {0} is not what the events say")]
    Phase(u8),
}
