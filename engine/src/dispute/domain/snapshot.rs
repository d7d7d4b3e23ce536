//! Everything policy knows of the chain, as of one L1 block.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, U256};

use super::chronicle::Chronicle;
use super::claim::{Account, BondStatus, Claim, ClaimStatus, RootBond};
use super::ids::{BondId, ClaimId, MatchId, TournamentId};
use super::matches::Match;
use super::time::{Instant, Timing};
use super::tournament::{Domain, Tournament};

/// What is fixed at deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The clocks' parameters.
    pub timing: Timing,
    /// What a proposer is bonded with, wei.
    pub root_bond: U256,
    /// What a step commitment is bonded with, wei.
    pub step_bond: U256,
}

/// The chain as of one L1 block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The block's number.
    pub now: Instant,
    /// The block's hash.
    pub block: B256,
    /// What is fixed.
    pub parameters: Parameters,
    /// The latest L2 block that has a batch.
    pub latest_block: u64,
    /// The latest confirmed claim.
    pub latest_confirmed: ClaimId,
    /// All claims.
    pub claims: BTreeMap<ClaimId, Claim>,
    /// Tournaments that are undecided or have money left to settle.
    pub tournaments: BTreeMap<TournamentId, Tournament>,
    /// The contests that a proof has settled, each with the claim that it has confirmed. Their tournaments are without effect.
    pub settled: BTreeMap<TournamentId, ClaimId>,
    /// All root bonds.
    pub bonds: BTreeMap<BondId, RootBond>,
    /// The account that acts.
    pub account: Account,
    /// What happened so far, for people: a plan does not depend on it.
    pub chronicle: Chronicle,
}

impl Snapshot {
    /// The account's root bonds that back something or can.
    pub fn own_bonds(&self) -> impl Iterator<Item = &RootBond> {
        self.own_held_bonds().filter(|bond| bond.status == BondStatus::Locked)
    }

    /// The account's root bonds that are neither released nor lost.
    pub fn own_held_bonds(&self) -> impl Iterator<Item = &RootBond> {
        let owner = self.account.address;
        self.bonds.values().filter(move |bond| bond.owner == owner && bond.status.is_held())
    }

    /// The unconfirmed claims from `tip` up: what a bond that stands there backs.
    #[must_use]
    pub fn path(&self, tip: ClaimId) -> Vec<&Claim> {
        let open = |claim: &&Claim| claim.status != ClaimStatus::Confirmed;
        let find = |id: ClaimId| self.claims.get(&id).filter(open);
        std::iter::successors(find(tip), |claim| find(claim.key.parent)).collect()
    }

    /// The blocks over which claims contest one another.
    #[must_use]
    pub fn contested(&self) -> BTreeSet<Domain> {
        let contests = self.tournaments.values().filter(|it| it.commitments.len() > 1);
        contests.map(|contest| contest.domain).collect()
    }

    /// The match `id`, wherever it is played.
    #[must_use]
    pub fn find_match(&self, id: MatchId) -> Option<&Match> {
        self.tournaments.values().find_map(|tournament| tournament.matches.get(&id))
    }
}
