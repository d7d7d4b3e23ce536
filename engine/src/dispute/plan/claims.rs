//! The tree of claims: along the honest path, every contest over children is watched, entered and brought to its end.

use std::collections::VecDeque;

use alloy_primitives::U256;

use super::{Decision, End, Intent, Planner, Reason, Subject};
use crate::dispute::domain::{
    BondId, Claim, ClaimId, ClaimKey, ClaimStatus, Domain, Status, Tournament, TournamentId,
};
use crate::dispute::honest::Answer;

/// Blocks that a claim covers at most.
const MAX_BLOCKS: u64 = 1024;
/// Claims that one transaction makes a bond follow at most: 64 KiB of calldata.
const FOLLOWED_AT_ONCE: usize = 512;
/// Contests below an undecided one that a plan asks about at once.
const LOOK_AHEAD: usize = 256;
/// The part of a step bond that a deposit leaves in the wallet: 400,000 gas at the price cap, for the deposit and the move that
/// it is for.
const FOR_GAS: U256 = U256::from_limbs([100, 0, 0, 0]);

impl Planner<'_> {
    /// Decides about every contest along the honest path from the latest confirmed claim on.
    pub(super) fn claims(&mut self) {
        let mut path = Vec::new();
        let mut next = Some(self.snapshot.latest_confirmed);
        while let Some(id) = next {
            let Some(&claim) = self.snapshot.claims.get(&id) else { break };
            let subject = Subject::Claim(id);
            let Some(boundary) = self.known(subject, self.honest.boundary(claim.end)) else {
                break;
            };
            if boundary.hash() != claim.key.boundary {
                // Only the latest confirmed claim gets here unchecked.
                let proven = self.snapshot.settled.values().any(|settled| *settled == id);
                let end = if proven { End::WrongBoundaryProven } else { End::WrongClaimConfirmed };
                self.end(subject, end(id));
                break;
            }
            path.push(id);
            next = self.children(id, &claim, &path);
        }
    }

    /// Decides about the contest over the children of an honest claim. Returns the honest child, if it lives.
    fn children(&mut self, parent: ClaimId, claim: &Claim, path: &[ClaimId]) -> Option<ClaimId> {
        let subject = Subject::Children(parent);
        let contest = TournamentId::root(parent, claim.round);
        let snapshot = self.snapshot;
        let tournament =
            snapshot.tournaments.get(&contest).filter(|it| it.status != Status::NoWinner);
        let Some(tournament) = tournament else {
            self.first_child(parent, claim, path);
            return None;
        };
        let Some(answer) = self.known(subject, self.honest.answer(tournament.domain)) else {
            self.look_ahead(tournament);
            return None;
        };
        let key = honest_child(parent, claim.round, answer);
        let child = key.id();
        if let Some(own) = snapshot.claims.get(&child) {
            if own.status == ClaimStatus::Lost {
                self.end(subject, End::HonestClaimLost(child));
                return None;
            }
            self.root_tournament(tournament, child.commitment());
            self.confirm(key, claim, tournament);
            return Some(child);
        }
        self.housekeeping(tournament);
        if tournament.joinable(self.next()) {
            self.sibling(claim, tournament, path);
        } else {
            self.end(subject, End::TooLate(contest));
        }
        None
    }

    /// Says what the contests below an undecided one will take, so that a long path is caught up with at once: where it
    /// goes on is not known yet, but what it asks is.
    fn look_ahead(&mut self, tournament: &Tournament) {
        let mut below = VecDeque::from([tournament]);
        let mut needs = 0;
        while let Some(tournament) = below.pop_front()
            && needs < LOOK_AHEAD
        {
            for id in tournament.commitments.keys() {
                let claim = id.claim();
                let round = self.snapshot.claims.get(&claim).map_or(0, |claim| claim.round);
                let contest = self.snapshot.tournaments.get(&TournamentId::root(claim, round));
                let Some(contest) = contest else { continue };
                if self
                    .known(Subject::Children(claim), self.honest.answer(contest.domain))
                    .is_none()
                {
                    needs += 1;
                }
                below.push_back(contest);
            }
        }
    }

    fn first_child(&mut self, parent: ClaimId, claim: &Claim, path: &[ClaimId]) {
        let subject = Subject::Children(parent);
        let Some(enough) = self.policy.propose_after else {
            return self.wait(subject, Reason::NotProposer);
        };
        // A contest that nobody won keeps its domain in the next round.
        let past = self.snapshot.tournaments.get(&TournamentId::root(parent, claim.round));
        let open = self.snapshot.latest_block.saturating_sub(claim.end).min(MAX_BLOCKS);
        let blocks = past.map_or(open, |past| u64::from(past.domain.blocks));
        let Ok(blocks) = u16::try_from(blocks) else { return };
        if blocks == 0 || blocks < enough {
            return self.wait(subject, Reason::NoBatches);
        }
        let domain = Domain { first: claim.end.saturating_add(1), blocks };
        let Some(answer) = self.known(subject, self.honest.answer(domain)) else { return };
        let Some(boundary) = self.known(subject, self.honest.boundary(domain.last())) else {
            return;
        };
        let decision = self.with_bond_at(path, |bond| Intent::Propose {
            bond,
            parent,
            end: domain.last(),
            trace_root: answer.trace_root,
            boundary: Box::new(boundary),
        });
        self.say(subject, decision, None);
    }

    fn sibling(&mut self, claim: &Claim, tournament: &Tournament, path: &[ClaimId]) {
        let parent = claim.key.id();
        let subject = Subject::Children(parent);
        let slots = self.known(subject, self.honest.slots(tournament.domain));
        let Some(slots) = slots else { return };
        let end = tournament.domain.last();
        let Some(boundary) = self.known(subject, self.honest.boundary(end)) else { return };
        let Some(opened) = self.opened(subject, slots.tree(), tournament.domain) else { return };
        let decision = self.with_bond_at(path, |bond| Intent::ProposeSibling {
            bond,
            parent: claim.key,
            end,
            boundary: Box::new(boundary),
            opened,
        });
        self.respond(subject, decision, tournament.start, Some(tournament.closing()));
    }

    fn confirm(&mut self, key: ClaimKey, parent: &Claim, tournament: &Tournament) {
        let id = key.id();
        let subject = Subject::Claim(id);
        match tournament.status {
            Status::Won(winner) if winner == id.commitment() => {
                if parent.status == ClaimStatus::Confirmed {
                    self.act(subject, Intent::Confirm(key), None);
                } else {
                    self.wait(subject, Reason::ParentUndecided);
                }
            }
            Status::Joining => self.wait(subject, Reason::Joining(tournament.closing())),
            Status::Playing | Status::Won(_) | Status::NoWinner => {
                self.wait(subject, Reason::OtherMatches)
            }
        }
    }

    /// What a bond of the account can do at the end of `path`, or what brings one there.
    fn with_bond_at(&self, path: &[ClaimId], intent: impl FnOnce(BondId) -> Intent) -> Decision {
        let place = |tip: ClaimId| {
            let confirmed = |claim: &Claim| claim.status == ClaimStatus::Confirmed;
            if self.snapshot.claims.get(&tip).is_some_and(confirmed) {
                // It backs nothing, and may be used anywhere.
                return Some(path.len());
            }
            path.iter().position(|id| *id == tip).map(|at| at + 1)
        };
        let nearest = self
            .snapshot
            .own_bonds()
            .filter_map(|bond| place(bond.tip).map(|at| (at, bond.id)))
            .max_by_key(|&(at, bond)| (at, std::cmp::Reverse(bond)));
        let Some((at, bond)) = nearest else {
            if let Some(walk) = self.snapshot.own_held_bonds().find_map(|bond| self.freeing(bond)) {
                return Decision::act(walk);
            }
            return self.funded(self.snapshot.parameters.root_bond, Intent::LockBond);
        };
        let way = path.get(at..).unwrap_or_default().iter().take(FOLLOWED_AT_ONCE);
        let way: Vec<_> =
            way.filter_map(|id| self.snapshot.claims.get(id)).map(|step| step.key).collect();
        Decision::act(if way.is_empty() { intent(bond) } else { Intent::Follow(bond, way) })
    }

    /// `intent` when the account has `amount` free in Bonds, else the deposit that it takes.
    pub(super) fn funded(&self, amount: U256, intent: Intent) -> Decision {
        let account = &self.snapshot.account;
        let missing = amount.saturating_sub(account.free);
        if missing.is_zero() {
            return Decision::act(intent);
        }
        let needed = missing.saturating_add(self.snapshot.parameters.step_bond / FOR_GAS);
        if needed <= account.wallet {
            Decision::act(Intent::Deposit(missing))
        } else {
            Decision::Wait(Reason::Funds(needed - account.wallet))
        }
    }
}

/// The child of `parent` that our execution gives.
fn honest_child(parent: ClaimId, round: u32, answer: Answer) -> ClaimKey {
    ClaimKey { parent, round, trace_root: answer.trace_root, boundary: answer.boundary }
}
