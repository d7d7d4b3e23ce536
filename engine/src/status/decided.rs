//! Matches that are over, with what decided them.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use super::{
    contests::{DescentView, LevelName, Viewer, Winner, descent},
    place::Board,
    verdict::Verdict,
};
use crate::dispute::domain::{ClaimId, CommitmentId, Ground, Level, Outcome, SettledMatch, Sides};

/// Why a match was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// A clock, or both, ran out.
    Timeout,
    /// A step was proven.
    Proof,
    /// Its step tournament is over.
    StepTournament,
}

/// A match that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecidedView {
    /// Its id.
    pub id: B256,
    /// Where it was played.
    pub tournament: B256,
    /// What was contested.
    pub level: LevelName,
    /// Side One's commitment; at the slot level a claim.
    pub one: B256,
    /// Side Two's.
    pub two: B256,
    /// Who won.
    pub winner: Winner,
    /// Whether the right side won; none while that is unknown, or when nobody won.
    pub right_won: Option<bool>,
    /// Why.
    pub decision: Decision,
    /// In which L1 block.
    pub l1_block: u64,
    /// Refundable moves that were made.
    pub moves: usize,
    /// What it came down to, unless a clock ran out before.
    pub descent: Option<DescentView>,
    /// All that in words.
    pub text: String,
}

impl Viewer<'_> {
    /// The matches settled latest, the newest first.
    pub(super) fn decided(&self) -> Vec<DecidedView> {
        self.snapshot.chronicle.settled.iter().rev().map(|it| self.one_decided(it)).collect()
    }

    fn one_decided(&self, settled: &SettledMatch) -> DecidedView {
        let SettledMatch { key, level, domain, slot, contested, outcome, ground, at, moves } =
            *settled;
        let board = Board { level, domain, slot };
        let leaf = contested.map(|contested| (contested, board.leaf(&contested, self.places)));
        let sides = match (level, &leaf) {
            (Level::Slots, _) => {
                Sides { one: self.claim_is_right(key.one), two: self.claim_is_right(key.two) }
            }
            (Level::Steps, Some((contested, (_, Some(fact))))) => Sides {
                one: Some(contested.leaves.one == fact.post),
                two: Some(contested.leaves.two == fact.post),
            },
            (Level::Steps, _) => Sides { one: None, two: None },
        };
        let right_won = match outcome {
            Outcome::One => sides.one,
            Outcome::Two => sides.two,
            Outcome::Neither => None,
        };
        let who = match (outcome, right_won) {
            (Outcome::Neither, _) => "Both sides lost",
            (_, Some(true)) => "The right side won",
            (_, Some(false)) => "The wrong side won",
            (Outcome::One, None) => "Side one won",
            (Outcome::Two, None) => "Side two won",
        };
        let descent = leaf.map(|(contested, (place, _))| DescentView {
            place,
            ..descent(&board, 0, contested.position, self.places)
        });
        let place = descent.as_ref().map(|descent| descent.place.text.as_str());
        let text = match (ground, place) {
            (Ground::Proof, Some(place)) => format!("{who} by a proof of {place}."),
            (Ground::Proof, None) => format!("{who} by a proof."),
            (Ground::StepTournament, Some(place)) => format!("{who} by the steps of {place}."),
            (Ground::StepTournament, None) => format!("{who} by its step tournament."),
            (Ground::Timeout, _) => format!("{who} by time."),
        };
        DecidedView {
            id: key.id().0,
            tournament: key.tournament.0,
            level: level.into(),
            one: key.one.0,
            two: key.two.0,
            winner: outcome.into(),
            right_won,
            decision: match ground {
                Ground::Timeout => Decision::Timeout,
                Ground::Proof => Decision::Proof,
                Ground::StepTournament => Decision::StepTournament,
            },
            l1_block: at.0,
            moves,
            descent,
            text,
        }
    }

    fn claim_is_right(&self, commitment: CommitmentId) -> Option<bool> {
        let claim: ClaimId = commitment.claim();
        match self.verdicts.get(&claim)? {
            Verdict::Right => Some(true),
            Verdict::Wrong | Verdict::OnWrong(_) => Some(false),
            Verdict::Unknown(_) => None,
        }
    }
}
