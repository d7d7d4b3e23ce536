//! The disputes as policy sees them: ids, time, and one type for each phase, so that an impossible state cannot be built.
//!
//! Mirrors `contracts/src/types` and `contracts/src/tournament`; no wire type enters here.

mod balances;
mod chronicle;
mod claim;
mod clock;
mod ids;
mod matches;
mod pairing;
mod snapshot;
mod time;
mod tournament;

pub use balances::{Balance, Balances};
pub use chronicle::{Chronicle, Ground, Happening, SettledMatch, What};
pub use claim::{Account, BondStatus, Claim, ClaimStatus, RootBond};
pub use clock::Clocks;
pub use ids::{BondId, ClaimId, ClaimKey, CommitmentId, MatchId, MatchKey, TournamentId};
pub use matches::{
    Agreed, Contested, Level, Match, MatchError, Move, Outcome, Phase, Side, Sides, Turn,
};
pub use pairing::Ranks;
pub use snapshot::{Parameters, Snapshot};
pub use time::{Duration, Instant, Timing};
pub use tournament::{Commitment, Contest, Domain, Status, Tournament};
