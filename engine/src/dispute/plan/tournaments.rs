//! Tournaments: the honest commitment joins and plays, and whatever holds a tournament up is settled.

use std::sync::Arc;

use super::{End, Intent, OpenedRoot, Planner, Reason, Subject};
use crate::commitment::{Fold, Steps};
use crate::dispute::domain::{
    CommitmentId, Contested, Domain, Match, Phase, Side, Status, Tournament, TournamentId,
};
use crate::dispute::honest::Need;

/// The honest commitment of a tournament.
pub(super) struct Player<'a> {
    /// Its tree.
    pub(super) tree: &'a Fold,
    /// The blocks in contest.
    pub(super) domain: Domain,
    /// The slot in contest, at the step level.
    pub(super) slot: Option<u32>,
}

impl Player<'_> {
    /// Its id in `tournament`.
    pub(super) fn commitment(&self, tournament: TournamentId) -> CommitmentId {
        tournament.commitment(self.tree.root(), self.tree.last_leaf())
    }
}

impl Planner<'_> {
    /// Plays a root tournament in which the honest claim `own` stands. Only a match under way takes its commitment.
    pub(super) fn root_tournament(&mut self, tournament: &Tournament, own: CommitmentId) {
        let plays = |found: &Match| {
            found.side_of(own).is_some() && !matches!(found.phase, Phase::Settled(_))
        };
        if !tournament.matches.values().any(plays) {
            return self.settle_others(tournament, Some(own));
        }
        let subject = Subject::Tournament(tournament.id);
        let slots = self.known(subject, self.honest.slots(tournament.domain));
        let Some(slots) = slots else { return };
        let player = Player { tree: slots.tree(), domain: tournament.domain, slot: None };
        self.play(tournament, &player);
    }

    /// Plays every match of the honest commitment, and settles what else can be settled.
    fn play(&mut self, tournament: &Tournament, player: &Player<'_>) {
        let own = player.commitment(tournament.id);
        for found in tournament.matches.values() {
            let Some(side) = found.side_of(own) else { continue };
            match found.phase {
                Phase::InSteps(contested) => self.step_tournament(found, side, &contested, player),
                Phase::Settled(_) => {}
                _ => self.turn(found, side, player),
            }
        }
        self.settle_others(tournament, Some(own));
    }

    /// Settles what can be settled in a tournament in which the honest side has no commitment.
    pub(super) fn housekeeping(&mut self, tournament: &Tournament) {
        self.settle_others(tournament, None);
    }

    fn settle_others(&mut self, tournament: &Tournament, own: Option<CommitmentId>) {
        for (&id, found) in &tournament.matches {
            if own.is_some_and(|own| found.side_of(own).is_some()) {
                continue;
            }
            if self.is_expired(found) {
                self.act(Subject::Match(id), Intent::Timeout(found.key), None);
            } else if let Phase::InSteps(_) = found.phase
                && let Some(steps) = self.snapshot.tournaments.get(&TournamentId::step(id))
            {
                self.settle_others(steps, None);
                self.conclude(found, steps);
            }
        }
        if tournament.status == Status::Playing && tournament.waiting.may_merge(tournament.running)
        {
            self.act(Subject::Tournament(tournament.id), Intent::Merge(tournament.id), None);
        }
    }

    fn conclude(&mut self, slot_match: &Match, steps: &Tournament) {
        if matches!(steps.status, Status::Won(_) | Status::NoWinner) {
            self.act(Subject::Match(slot_match.key.id()), Intent::Conclude(slot_match.key), None);
        }
    }

    /// Joins and plays the step tournament of a slot match in which the honest claim stands on `side`.
    fn step_tournament(
        &mut self,
        slot_match: &Match,
        side: Side,
        contested: &Contested,
        claim: &Player<'_>,
    ) {
        let id = slot_match.key.id();
        let subject = Subject::Match(id);
        let Some(tournament) = self.snapshot.tournaments.get(&TournamentId::step(id)) else {
            return self.wait(subject, Reason::Inconsistent(id));
        };
        let need = Need::Steps(claim.domain, contested.position);
        if matches!(tournament.status, Status::Won(_) | Status::NoWinner) {
            return self.conclude(slot_match, tournament);
        }
        let steps: Option<Arc<Steps>> =
            self.known(subject, self.honest.steps(claim.domain, contested.position));
        let Some(steps) = steps else { return };
        if steps.start() != contested.agreed || steps.boundary() != contested.leaves.of(side) {
            // Our tree agreed on every node above: then the trace is of other states, and must not be bonded.
            return self.wait(subject, Reason::Unknown(need));
        }
        let player =
            Player { tree: steps.tree(), domain: claim.domain, slot: Some(contested.position) };
        let own = player.commitment(tournament.id);
        match tournament.commitments.get(&own) {
            Some(commitment) if commitment.eliminated => {
                self.settle_others(tournament, None);
                self.end(Subject::Tournament(tournament.id), End::HonestStepsLost(own));
            }
            Some(_) => {
                self.play(tournament, &player);
                self.wait(Subject::Tournament(tournament.id), tournament_reason(tournament));
            }
            None if tournament.joinable(self.next()) => self.join(tournament, &player),
            None => {
                self.settle_others(tournament, None);
                self.end(Subject::Tournament(tournament.id), End::TooLate(tournament.id));
            }
        }
    }

    fn join(&mut self, tournament: &Tournament, player: &Player<'_>) {
        let subject = Subject::Tournament(tournament.id);
        let Some(opened) = self.opened(subject, player.tree, player.domain) else { return };
        let bond = self.snapshot.parameters.step_bond;
        let decision = self.funded(bond, Intent::JoinSteps(tournament.id, opened));
        self.respond(subject, decision, tournament.start, Some(tournament.closing()));
    }

    /// A commitment's root opened, with the proof of its last leaf.
    pub(super) fn opened(
        &mut self,
        subject: Subject,
        tree: &Fold,
        domain: Domain,
    ) -> Option<OpenedRoot> {
        let height = tree.height();
        let opened = tree.open(height.levels(), 0).and_then(|children| {
            let spine = tree.prove(height.leaves() - 1, height.levels() - 4)?;
            Ok(OpenedRoot { root: tree.root(), last: tree.last_leaf(), children, spine })
        });
        self.known(subject, opened.map_err(|_| Need::Slots(domain)))
    }
}

/// Why a tournament that the honest side plays is not over.
fn tournament_reason(tournament: &Tournament) -> Reason {
    match tournament.status {
        Status::Joining => Reason::Joining(tournament.closing()),
        Status::Playing | Status::Won(_) | Status::NoWinner => Reason::OtherMatches,
    }
}
