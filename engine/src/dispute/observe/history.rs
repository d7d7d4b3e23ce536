//! What happened so far: the contracts' events, folded.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolEventInterface;

use super::chronicle;
use super::error::ObserveError;
use super::observer::Deployment;
use super::reader::Event;
use crate::commitment::Opening;
use crate::dispute::domain::{
    BondId, BondStatus, Chronicle, ClaimId, ClaimKey, CommitmentId, Contested, Domain, Instant,
    Level, MatchId, MatchKey, Move, Outcome, RootBond, Side, Sides, TournamentId,
};
use crate::l1::bindings::IBonds::IBondsEvents;
use crate::l1::bindings::IRollup::IRollupEvents;
use crate::l1::bindings::ITournament::ITournamentEvents;

/// A claim as it was proposed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proposed {
    pub(super) key: ClaimKey,
    pub(super) end: u64,
    /// `None` when a proof has made it.
    pub(super) bond: Option<BondId>,
}

/// A commitment as it joined a step tournament.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined {
    pub(super) root: B256,
    pub(super) last: B256,
    pub(super) owner: Address,
}

/// A tournament as it started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started {
    pub(super) at: Instant,
    pub(super) level: Level,
    pub(super) domain: Domain,
}

/// A match and its moves.
#[derive(Clone, Debug)]
pub(super) struct Played {
    pub(super) key: MatchKey,
    /// The opening that the last turn revealed.
    pub(super) opening: Option<Opening>,
    pub(super) narrowed: Option<Contested>,
    pub(super) outcome: Option<Outcome>,
    pub(super) moves: Vec<Move>,
}

/// Everything the events say.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) claims: BTreeMap<ClaimId, Proposed>,
    /// The claims in the order in which they were proposed: parents before children.
    pub(super) order: Vec<ClaimId>,
    pub(super) confirmed: BTreeSet<ClaimId>,
    /// By contest, the claim that a proof has confirmed.
    pub(super) settled: BTreeMap<TournamentId, ClaimId>,
    pub(super) voided: BTreeSet<ClaimId>,
    pub(super) eliminated: BTreeSet<CommitmentId>,
    pub(super) bonds: BTreeMap<BondId, RootBond>,
    pub(super) tournaments: BTreeMap<TournamentId, Started>,
    pub(super) joined: BTreeMap<CommitmentId, Joined>,
    pub(super) openings: BTreeMap<CommitmentId, Opening>,
    pub(super) settled_bonds: BTreeSet<CommitmentId>,
    pub(super) matches: BTreeMap<MatchId, Played>,
    pub(super) chronicle: Chronicle,
    /// Who is in a tournament, in order of joining.
    members: BTreeMap<TournamentId, Vec<CommitmentId>>,
    /// What is played in a tournament.
    fixtures: BTreeMap<TournamentId, Vec<MatchId>>,
}

pub(super) fn side(value: u8) -> Result<Side, ObserveError> {
    match value {
        0 => Ok(Side::One),
        1 => Ok(Side::Two),
        value => Err(ObserveError::Enum { what: "Side", value }),
    }
}

pub(super) fn outcome(value: u8) -> Result<Outcome, ObserveError> {
    match value {
        1 => Ok(Outcome::One),
        2 => Ok(Outcome::Two),
        3 => Ok(Outcome::Neither),
        value => Err(ObserveError::Enum { what: "Outcome", value }),
    }
}

impl History {
    /// Who is in tournament `id`.
    pub(super) fn members(&self, id: TournamentId) -> &[CommitmentId] {
        self.members.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The matches of tournament `id`.
    pub(super) fn matches_of(&self, id: TournamentId) -> impl Iterator<Item = (MatchId, &Played)> {
        let fixtures = self.fixtures.get(&id).map_or(&[][..], Vec::as_slice);
        fixtures.iter().filter_map(|id| self.matches.get(id).map(|played| (*id, played)))
    }

    /// Adds the next event of the Rollup, the Tournament or Bonds. One that no interface names tells nothing.
    pub(super) fn apply(
        &mut self,
        contracts: &Deployment,
        event: &Event,
    ) -> Result<(), ObserveError> {
        let (topics, data) = (event.log.topics(), &event.log.data.data);
        let Some(topic) = topics.first() else { return Ok(()) };
        let fail = |what| move |source| ObserveError::Decode { what, source };
        let (at, from) = (Instant(event.block), event.log.address);
        if from == contracts.rollup && IRollupEvents::SELECTORS.contains(&topic.0) {
            let found =
                IRollupEvents::decode_raw_log(topics, data).map_err(fail("event of the Rollup"))?;
            chronicle::rollup(&mut self.chronicle, at, &found);
            self.rollup(at, found)?;
        } else if from == contracts.tournament && ITournamentEvents::SELECTORS.contains(&topic.0) {
            let found = ITournamentEvents::decode_raw_log(topics, data)
                .map_err(fail("event of the Tournament"))?;
            chronicle::tournament(self, at, &found)?;
            self.tournament(at, found)?;
        } else if from == contracts.bonds && IBondsEvents::SELECTORS.contains(&topic.0) {
            let found =
                IBondsEvents::decode_raw_log(topics, data).map_err(fail("event of Bonds"))?;
            chronicle::bonds(&mut self.chronicle, at, &found);
        }
        Ok(())
    }

    fn rollup(&mut self, at: Instant, event: IRollupEvents) -> Result<(), ObserveError> {
        match event {
            IRollupEvents::ClaimProposed(it) => {
                let key = ClaimKey {
                    parent: ClaimId(it.parent),
                    round: it.round,
                    trace_root: it.traceRoot,
                    boundary: it.boundary,
                };
                if key.id().0 != it.claim {
                    return Err(ObserveError::UnknownClaim(ClaimId(it.claim)));
                }
                // The first claim of a round starts its tournament.
                let blocks = it.end.saturating_sub(it.first).saturating_add(1);
                let blocks = u16::try_from(blocks)
                    .map_err(|_| ObserveError::UnknownClaim(ClaimId(it.claim)))?;
                let domain = Domain { first: it.first, blocks };
                let started = Started { at, level: Level::Slots, domain };
                self.tournaments.entry(key.tournament()).or_insert(started);
                self.bond(it.bond, |bond| bond.tip = key.id());
                self.members.entry(key.tournament()).or_default().push(key.id().commitment());
                self.order.push(key.id());
                let bond = Some(BondId(it.bond));
                self.claims.insert(key.id(), Proposed { key, end: it.end, bond });
            }
            IRollupEvents::ClaimConfirmed(it) => {
                self.confirmed.insert(ClaimId(it.claim));
            }
            IRollupEvents::ClaimSettled(it) => {
                let (claim, parent) = (ClaimId(it.claim), ClaimId(it.parent));
                self.settled.insert(TournamentId::root(parent, it.round), claim);
                if !self.claims.contains_key(&claim) {
                    self.unproposed(claim, parent, it.end, it.boundary)?;
                }
            }
            IRollupEvents::ClaimVoided(it) => {
                self.voided.insert(ClaimId(it.claim));
            }
            IRollupEvents::BondLocked(it) => {
                let id = BondId(it.bond);
                let (owner, tip) = (it.owner, ClaimId(it.tip));
                let status = BondStatus::Locked;
                self.bonds.insert(id, RootBond { id, owner, status, tip, walked: None });
            }
            IRollupEvents::BondMoved(it) => self.bond(it.bond, |bond| bond.tip = ClaimId(it.tip)),
            IRollupEvents::BondFrozen(it) => {
                self.bond(it.bond, |bond| bond.status = BondStatus::Frozen)
            }
            IRollupEvents::BondFreed(it) => self.bond(it.bond, |bond| {
                (bond.status, bond.tip) = (BondStatus::Locked, ClaimId(it.tip));
            }),
            IRollupEvents::BondReleased(it) => {
                self.bond(it.bond, |bond| bond.status = BondStatus::Released)
            }
            IRollupEvents::BondForfeited(it) => {
                self.bond(it.bond, |bond| bond.status = BondStatus::Forfeited)
            }
        }
        Ok(())
    }

    /// A claim that a proof has made.
    fn unproposed(
        &mut self,
        claim: ClaimId,
        parent: ClaimId,
        end: u64,
        boundary: B256,
    ) -> Result<(), ObserveError> {
        let round = ClaimKey::UNPROPOSED;
        let key = ClaimKey { parent, round, trace_root: B256::ZERO, boundary };
        if key.id() != claim {
            return Err(ObserveError::UnknownClaim(claim));
        }
        self.order.push(claim);
        self.claims.insert(claim, Proposed { key, end, bond: None });
        Ok(())
    }

    fn bond(&mut self, id: u64, change: impl FnOnce(&mut RootBond)) {
        if let Some(bond) = self.bonds.get_mut(&BondId(id)) {
            change(bond);
        }
    }

    fn played(&mut self, id: B256) -> Result<&mut Played, ObserveError> {
        self.matches.get_mut(&MatchId(id)).ok_or(ObserveError::UnknownMatch(MatchId(id)))
    }

    fn tournament(&mut self, at: Instant, event: ITournamentEvents) -> Result<(), ObserveError> {
        match event {
            ITournamentEvents::StepsStarted(it) => {
                let domain = Domain { first: it.firstBlock, blocks: it.blocks };
                let started = Started { at, level: Level::Steps, domain };
                self.tournaments.insert(TournamentId(it.tournament), started);
            }
            ITournamentEvents::Joined(it) => {
                let id = CommitmentId(it.commitment);
                let tournament = TournamentId(it.tournament);
                // At the root the claim names it, first or not.
                if self.tournaments.get(&tournament).is_some_and(|it| it.level == Level::Steps) {
                    self.members.entry(tournament).or_default().push(id);
                    self.joined
                        .insert(id, Joined { root: it.root, last: it.last, owner: it.owner });
                }
                self.openings.insert(id, Opening(it.children));
            }
            ITournamentEvents::RootOpened(it) => {
                self.openings.insert(CommitmentId(it.commitment), Opening(it.children));
            }
            ITournamentEvents::MatchStarted(it) => {
                let tournament = TournamentId(it.tournament);
                let key =
                    MatchKey { tournament, one: CommitmentId(it.one), two: CommitmentId(it.two) };
                let played =
                    Played { key, opening: None, narrowed: None, outcome: None, moves: Vec::new() };
                self.fixtures.entry(tournament).or_default().push(MatchId(it.matchId));
                self.matches.insert(MatchId(it.matchId), played);
            }
            ITournamentEvents::Turned(it) => {
                self.played(it.matchId)?.opening = Some(Opening(it.children));
            }
            ITournamentEvents::Narrowed(it) => {
                let leaves = Sides { one: it.leafOne, two: it.leafTwo };
                self.played(it.matchId)?.narrowed =
                    Some(Contested { position: it.position, agreed: it.agreed, leaves });
            }
            ITournamentEvents::Moved(it) => {
                let made = Move { side: side(it.side)?, mover: it.mover, refund: it.refund };
                self.played(it.matchId)?.moves.push(made);
            }
            ITournamentEvents::MatchSettled(it) => {
                self.played(it.matchId)?.outcome = Some(outcome(it.outcome)?);
            }
            ITournamentEvents::Eliminated(it) => {
                self.eliminated.insert(CommitmentId(it.commitment));
            }
            ITournamentEvents::StepBondReleased(it) => {
                self.settled_bonds.insert(CommitmentId(it.commitment));
            }
            ITournamentEvents::StepBondSplit(it) => {
                self.settled_bonds.insert(CommitmentId(it.commitment));
            }
        }
        Ok(())
    }
}
