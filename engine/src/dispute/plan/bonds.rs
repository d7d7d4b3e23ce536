//! Money: bonds of losers are split, our own come home. Nothing here is urgent, and nothing waits for it.

use alloy_primitives::U256;

use super::{Intent, Planner, Subject};
use crate::dispute::domain::{
    BondStatus, Claim, ClaimId, ClaimStatus, Commitment, CommitmentId, Contest, Match, MatchKey,
    Outcome, Phase, RootBond, Side, Status, Tournament,
};

/// Claims that one transaction walks along at most: about a million gas.
const WALKED_AT_ONCE: usize = 100;
/// The part of a step bond that is not worth a withdrawal. A step bond is three times what the longest line of a dispute costs
/// at the highest gas price that is refunded, and a withdrawal takes a hundredth of that gas: at that price it costs a
/// sixteenth of what it brings, at the least. Anybody can put less than that into Bonds for us, again and again.
const DUST_DIVISOR: u64 = 16;

impl Planner<'_> {
    /// Decides about bonds.
    pub(super) fn money(&mut self) {
        for (&id, claim) in &self.snapshot.claims {
            if claim.status == ClaimStatus::Lost {
                self.split(id, claim);
            }
        }
        for bond in self.snapshot.bonds.values() {
            self.burn(bond);
        }
        for tournament in self.snapshot.tournaments.values() {
            self.step_bonds(tournament);
        }
        self.own_bonds();
    }

    fn is_confirmed(&self, id: ClaimId) -> bool {
        self.snapshot.claims.get(&id).is_some_and(|claim| claim.status == ClaimStatus::Confirmed)
    }

    /// The bond that created a lost claim, once its parent is confirmed.
    fn split(&mut self, id: ClaimId, claim: &Claim) {
        let Some(bond) = claim.bond.and_then(|bond| self.snapshot.bonds.get(&bond)) else { return };
        if !bond.status.is_held() || !self.is_confirmed(claim.key.parent) {
            return;
        }
        let contest = self.snapshot.tournaments.get(&claim.key.tournament());
        let lost = contest.and_then(|contest| {
            contest.matches.values().find(|found| {
                matches!((found.phase, found.side_of(id.commitment())),
                    (Phase::Settled(outcome), Some(side)) if !outcome.is_won_by(side))
            })
        });
        if let Some(lost) = lost {
            let intent = Intent::SplitBond(claim.key, lost.key, lost.moves.clone());
            self.act(Subject::Bond(bond.id), intent, None);
        }
    }

    /// A bond of somebody else behind a lost claim that no split takes it for: a walk to that claim burns it. Until its parent
    /// is confirmed a walk would only freeze the bond, which cannot get away anyhow.
    fn burn(&mut self, bond: &RootBond) {
        if !bond.status.is_held() || bond.owner == self.snapshot.account.address {
            return;
        }
        let path = self.snapshot.path(bond.tip);
        let Some(top) = path.last() else { return };
        let splits = top.bond == Some(bond.id) && !self.lost_by_proof_alone(top);
        if top.status == ClaimStatus::Lost && !splits && self.is_confirmed(top.key.parent) {
            self.act(Subject::Bond(bond.id), walk(bond, &path), None);
        }
    }

    /// Whether a lost claim was never eliminated: then it lost no match.
    fn lost_by_proof_alone(&self, claim: &Claim) -> bool {
        let id = claim.key.tournament();
        let commitment = || {
            let contest = self.snapshot.tournaments.get(&id)?;
            contest.commitments.get(&claim.key.id().commitment())
        };
        self.snapshot.settled.contains_key(&id) && commitment().is_some_and(|it| !it.eliminated)
    }

    /// A walk that frees a bond: all that it backs descends from a claim which a proof has made void.
    pub(super) fn freeing(&self, bond: &RootBond) -> Option<Intent> {
        let path = self.snapshot.path(bond.tip);
        let top = path.last()?;
        (top.status == ClaimStatus::Void && self.is_confirmed(top.key.parent))
            .then(|| walk(bond, &path))
    }

    fn step_bonds(&mut self, tournament: &Tournament) {
        let Contest::Steps { slot_match, .. } = tournament.contest else { return };
        if self.snapshot.settled.contains_key(&slot_match.tournament) {
            return self.free_step_bonds(tournament, slot_match);
        }
        let unsettled =
            |id| tournament.commitments.get(&id).filter(|commitment| !commitment.bond_settled);
        if let Status::Won(winner) = tournament.status
            && let Some(commitment) = unsettled(winner)
            && commitment.owner == self.snapshot.account.address
        {
            let intent = Intent::ReleaseStepBond {
                slot_match,
                root: commitment.root,
                last: commitment.last,
            };
            self.act(Subject::Tournament(tournament.id), intent, None);
        }
        let root = self.snapshot.tournaments.get(&slot_match.tournament);
        let Some(Contest::Root { parent, .. }) = root.map(|root| root.contest) else { return };
        if !self.is_confirmed(parent) {
            return;
        }
        for found in tournament.matches.values() {
            if losers(found).any(|loser| unsettled(loser).is_some()) {
                let intent = Intent::SplitStepBonds {
                    slot_match,
                    step_match: found.key,
                    moves: found.moves.clone(),
                };
                self.act(Subject::Match(found.key.id()), intent, None);
            }
        }
    }

    /// In a contest that a proof has settled nobody's step bond is at stake any more.
    fn free_step_bonds(&mut self, tournament: &Tournament, slot_match: MatchKey) {
        let own = self.snapshot.account.address;
        for commitment in tournament.commitments.values() {
            if commitment.owner == own && !commitment.bond_settled {
                let Commitment { root, last, .. } = *commitment;
                let intent = Intent::ReleaseStepBond { slot_match, root, last };
                self.act(Subject::Tournament(tournament.id), intent, None);
            }
        }
    }

    fn own_bonds(&mut self) {
        if self.policy.keeps_bonds {
            return;
        }
        let idle = !self.planned.iter().any(super::Planned::needs_money);
        let mut locked = false;
        for bond in self.snapshot.own_held_bonds() {
            locked |= bond.status == BondStatus::Locked;
            if let Some(walk) = self.freeing(bond) {
                self.act(Subject::Bond(bond.id), walk, None);
            } else if idle && bond.status == BondStatus::Locked && self.is_confirmed(bond.tip) {
                self.act(Subject::Bond(bond.id), Intent::ReleaseBond(bond.id), None);
            }
        }
        let free = self.snapshot.account.free;
        let dust = self.snapshot.parameters.step_bond / U256::from(DUST_DIVISOR);
        if idle && !locked && free > dust {
            self.act(Subject::Account, Intent::Withdraw(free), None);
        }
    }
}

/// A walk along what `bond` backs. The contract goes on where an earlier one came to, unless that has been confirmed since.
fn walk(bond: &RootBond, path: &[&Claim]) -> Intent {
    let walked = path.iter().position(|claim| bond.walked == Some(claim.key.id()));
    let rest = path.iter().skip(walked.unwrap_or(0)).take(WALKED_AT_ONCE);
    Intent::Walk(bond.id, rest.map(|claim| claim.key).collect())
}

/// Who lost a settled match.
fn losers(found: &Match) -> impl Iterator<Item = CommitmentId> {
    let outcome: Option<Outcome> = match found.phase {
        Phase::Settled(outcome) => Some(outcome),
        _ => None,
    };
    let key = found.key;
    [(Side::One, key.one), (Side::Two, key.two)]
        .into_iter()
        .filter(move |(side, _)| outcome.is_some_and(|outcome| !outcome.is_won_by(*side)))
        .map(|(_, commitment)| commitment)
}
