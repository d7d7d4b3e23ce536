//! Contests under way: who plays whom, whose move it is, and what is still in question.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::{
    place::{Board, PlaceView, Places, SlotView, slot_view},
    units::Until,
    verdict::Verdict,
};
use crate::{
    commitment::Height,
    dispute::{
        domain::{
            ClaimId, Commitment, CommitmentId, Contest, Level, Match, Outcome, Phase, Side,
            Snapshot, Status as Standing, Tournament, TournamentId, Turn,
        },
        honest::Honest,
    },
};

/// Levels that one opening goes down.
const LEVELS_A_MOVE: u8 = 4;

/// What is contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LevelName {
    /// The boundaries of a claim's slots.
    Slots,
    /// The steps of one slot.
    Steps,
}

impl From<Level> for LevelName {
    fn from(level: Level) -> Self {
        match level {
            Level::Slots => Self::Slots,
            Level::Steps => Self::Steps,
        }
    }
}

/// Whether a tournament is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TournamentStanding {
    /// Commitments may join.
    Joining,
    /// Joining has closed; two or more are left.
    Playing,
    /// One is left.
    Won,
    /// None is left.
    NoWinner,
}

/// What a match waits for; the words of the contract `Lens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Due {
    /// It is over.
    Nothing,
    /// The opening that the contest's first commitment owes.
    OpenRoot,
    /// Four levels more.
    Turn,
    /// The turn down to one leaf.
    LastTurn,
    /// A proof, or that a clock runs out.
    Proof,
    /// The end of its step tournament.
    Steps,
    /// `conclude`: the step tournament is decided.
    Conclude,
    /// `timeout`: a clock has run out.
    Timeout,
}

/// For whom what is due is done; anybody may send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mover {
    /// Nothing is to be moved.
    Nobody,
    /// Side One.
    One,
    /// Side Two.
    Two,
    /// The side that is right.
    Either,
    /// For the sake of all.
    Anyone,
}

impl From<Side> for Mover {
    fn from(side: Side) -> Self {
        match side {
            Side::One => Self::One,
            Side::Two => Self::Two,
        }
    }
}

/// A clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockView {
    /// Whether it runs.
    pub running: bool,
    /// L1 blocks left of the budget, as of now.
    pub left_blocks: u64,
    /// L1 blocks of the budget with which the tournament's first commitment began.
    pub budget_blocks: u64,
    /// L1 blocks for which this response is still free.
    pub free_blocks: u64,
    /// When it runs out, if it runs.
    pub until: Option<Until>,
}

/// One of two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SideView {
    /// The commitment.
    pub commitment: B256,
    /// At the slot level, the claim: the same id.
    pub claim: Option<B256>,
    /// Whose bond stands behind it.
    pub owner: Option<Address>,
    /// Whether our own execution gives this commitment; none while that is unknown.
    pub right: Option<bool>,
    /// Its clock.
    pub clock: ClockView,
}

/// A range of leaves on the way down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    /// Levels above the leaves: it has two to this power of them.
    pub height: u8,
    /// The first leaf.
    pub first: u32,
    /// The last leaf.
    pub last: u32,
}

/// How far a match has come down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescentView {
    /// Height of the whole tree.
    pub tree_height: u8,
    /// The ranges in which both sides agreed to differ, from the whole tree down to the one still in question.
    pub ranges: Vec<Range>,
    /// Turns made, and how many there are in all.
    pub turns: u8,
    /// Turns from the whole tree to one leaf.
    pub turns_in_all: u8,
    /// What is still in question.
    pub place: PlaceView,
}

/// A running match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchView {
    /// Its id.
    pub id: B256,
    /// Where it is played.
    pub tournament: B256,
    /// What is contested.
    pub level: LevelName,
    /// What it waits for.
    pub due: Due,
    /// For whom.
    pub mover: Mover,
    /// Side One.
    pub one: SideView,
    /// Side Two.
    pub two: SideView,
    /// The first L1 block in which a timeout settles it, if a clock runs.
    pub until: Option<Until>,
    /// The L1 block of the last charge of its clocks: of the last move.
    pub since_l1_block: u64,
    /// Refundable moves made so far.
    pub moves: usize,
    /// How far it has come.
    pub descent: DescentView,
    /// The step tournament that decides it, once it is open.
    pub step_tournament: Option<B256>,
    /// Where it stands, in words.
    pub text: String,
}

/// A commitment in a tournament.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitmentView {
    /// Its id; at the slot level a claim's.
    pub id: B256,
    /// Whose bond stands behind it.
    pub owner: Address,
    /// Whether our own execution gives it; none while that is unknown.
    pub right: Option<bool>,
    /// Whether it has lost.
    pub eliminated: bool,
}

/// A tournament with more than one commitment, or about steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TournamentView {
    /// Its id; at the step level that of the slot match which it decides.
    pub id: B256,
    /// What is contested.
    pub level: LevelName,
    /// The claim whose children are in contest, at the slot level.
    pub parent: Option<B256>,
    /// Which contest under that claim.
    pub round: Option<u32>,
    /// The first L2 block.
    pub first_block: u64,
    /// The last L2 block.
    pub last_block: u64,
    /// The slot in contest, at the step level.
    pub slot: Option<SlotView>,
    /// Whether it is decided.
    pub standing: TournamentStanding,
    /// Who is left, once it is won.
    pub winner: Option<B256>,
    /// When it started.
    pub since_l1_block: u64,
    /// When joining closes.
    pub closing: Until,
    /// Who joined.
    pub commitments: Vec<CommitmentView>,
    /// Its running matches.
    pub matches: Vec<MatchView>,
}

/// What views of contests are made from.
pub(super) struct Viewer<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) honest: &'a dyn Honest,
    pub(super) places: &'a dyn Places,
    pub(super) verdicts: &'a BTreeMap<ClaimId, Verdict>,
}

impl Viewer<'_> {
    /// The tournaments in which something is contested; slot level before the step level that decides it.
    pub(super) fn tournaments(&self) -> Vec<TournamentView> {
        let contested = |it: &&Tournament| {
            it.commitments.len() > 1 || !it.matches.is_empty() || it.level() == Level::Steps
        };
        let mut found: Vec<_> = self.snapshot.tournaments.values().filter(contested).collect();
        found.sort_by_key(|it| (it.domain, it.level(), it.start, it.id));
        found.into_iter().map(|it| self.tournament(it)).collect()
    }

    fn board(tournament: &Tournament) -> Board {
        let slot = match tournament.contest {
            Contest::Root { .. } => None,
            Contest::Steps { contested, .. } => Some(contested.position),
        };
        Board { level: tournament.level(), domain: tournament.domain, slot }
    }

    fn tournament(&self, tournament: &Tournament) -> TournamentView {
        let now = self.snapshot.now;
        let board = Self::board(tournament);
        let (parent, round) = match tournament.contest {
            Contest::Root { parent, round } => (Some(parent.0), Some(round)),
            Contest::Steps { .. } => (None, None),
        };
        let commitment = |(id, it): (&CommitmentId, &Commitment)| CommitmentView {
            id: id.0,
            owner: it.owner,
            right: self.is_right(tournament, *id),
            eliminated: it.eliminated,
        };
        let running = tournament.matches.values();
        let running = running.filter(|it| !matches!(it.phase, Phase::Settled(_)));
        TournamentView {
            id: tournament.id.0,
            level: tournament.level().into(),
            parent,
            round,
            first_block: tournament.domain.first,
            last_block: tournament.domain.last(),
            slot: board.slot.map(|slot| slot_view(tournament.domain, slot, self.places)),
            standing: match tournament.status {
                Standing::Joining => TournamentStanding::Joining,
                Standing::Playing => TournamentStanding::Playing,
                Standing::Won(_) => TournamentStanding::Won,
                Standing::NoWinner => TournamentStanding::NoWinner,
            },
            winner: match tournament.status {
                Standing::Won(winner) => Some(winner.0),
                _ => None,
            },
            since_l1_block: tournament.start.0,
            closing: Until::new(tournament.closing(), now),
            commitments: tournament.commitments.iter().map(commitment).collect(),
            matches: running.map(|found| self.running(tournament, found)).collect(),
        }
    }

    /// Whether our own execution gives a commitment.
    fn is_right(&self, tournament: &Tournament, id: CommitmentId) -> Option<bool> {
        match tournament.contest {
            Contest::Root { .. } => match self.verdicts.get(&id.claim())? {
                Verdict::Right => Some(true),
                Verdict::Wrong | Verdict::OnWrong(_) => Some(false),
                Verdict::Unknown(_) => None,
            },
            Contest::Steps { contested, .. } => {
                let commitment = tournament.commitments.get(&id)?;
                let (domain, slot) = (tournament.domain, contested.position);
                if let Ok(steps) = self.honest.steps(domain, slot)
                    && steps.start() == contested.agreed
                {
                    let ours = tournament.id.commitment(steps.tree().root(), steps.boundary());
                    return Some(ours == id);
                }
                let slots = self.honest.slots(domain).ok()?;
                // another boundary is wrong whatever leads there; the right one may be reached by wrong steps
                let leaf = slots.tree().leaf(slot).ok()?;
                (leaf != commitment.last).then_some(false)
            }
        }
    }

    fn running(&self, tournament: &Tournament, found: &Match) -> MatchView {
        let Snapshot { now, parameters, tournaments, .. } = self.snapshot;
        let allowance = parameters.timing.response;
        let id = found.key.id();
        let steps = tournaments.get(&TournamentId::step(id));
        let (due, mover) = self.due(found, steps);
        let side = |side, commitment: CommitmentId| SideView {
            commitment: commitment.0,
            claim: (found.level == Level::Slots).then_some(commitment.0),
            owner: tournament.commitments.get(&commitment).map(|it| it.owner),
            right: self.is_right(tournament, commitment),
            clock: self.clock(tournament, found, side),
        };
        let (one, two) = (side(Side::One, found.key.one), side(Side::Two, found.key.two));
        let descent = self.descent(tournament, found);
        let text = match due {
            Due::Nothing => "It is over.".to_owned(),
            Due::OpenRoot => format!("{} owes the opening of its root.", name(mover, &one, &two)),
            Due::Turn => format!("{} is to open four levels more.", name(mover, &one, &two)),
            Due::LastTurn => {
                format!("{} is to come down to one leaf.", name(mover, &one, &two))
            }
            Due::Proof => "Down to one step: whoever proves it ends the match.".to_owned(),
            Due::Steps => "Down to one slot: its step tournament decides.".to_owned(),
            Due::Conclude => "Its step tournament is decided: anybody can conclude.".to_owned(),
            Due::Timeout => "A clock has run out: anybody can say so.".to_owned(),
        };
        MatchView {
            id: id.0,
            tournament: tournament.id.0,
            level: found.level.into(),
            due,
            mover,
            one,
            two,
            until: found.deadline(allowance).map(|at| Until::new(at, *now)),
            since_l1_block: found.clocks.since.0,
            moves: found.moves.len(),
            descent,
            step_tournament: steps.map(|steps| steps.id.0),
            text,
        }
    }

    fn due(&self, found: &Match, steps: Option<&Tournament>) -> (Due, Mover) {
        let Snapshot { now, parameters, .. } = self.snapshot;
        let expired = found.by_time(parameters.timing.response, *now).is_some();
        match found.phase {
            Phase::Settled(_) => (Due::Nothing, Mover::Nobody),
            _ if expired => (Due::Timeout, Mover::Anyone),
            Phase::Debt(turn) => (Due::OpenRoot, turn.to_move.into()),
            Phase::Middle(turn) => (Due::Turn, turn.to_move.into()),
            Phase::Last(turn) => (Due::LastTurn, turn.to_move.into()),
            Phase::Sealed(_) => (Due::Proof, Mover::Either),
            Phase::InSteps(_) => match steps.map(|steps| steps.status) {
                Some(Standing::Won(_) | Standing::NoWinner) => (Due::Conclude, Mover::Anyone),
                _ => (Due::Steps, Mover::Nobody),
            },
        }
    }

    fn clock(&self, tournament: &Tournament, found: &Match, side: Side) -> ClockView {
        let Snapshot { now, parameters, .. } = self.snapshot;
        let allowance = parameters.timing.response;
        let running = match found.phase {
            Phase::Debt(turn) | Phase::Middle(turn) | Phase::Last(turn) => turn.to_move == side,
            Phase::Sealed(_) => true,
            Phase::InSteps(_) | Phase::Settled(_) => false,
        };
        let left = found.clocks.remaining(side);
        let gone = now.since(found.clocks.since);
        let charged = if running { gone.minus(allowance) } else { Default::default() };
        ClockView {
            running,
            left_blocks: left.minus(charged).0,
            budget_blocks: tournament.budget.0,
            free_blocks: if running { allowance.minus(gone).0 } else { allowance.0 },
            until: running.then(|| Until::new(found.clocks.deadline(side, allowance), *now)),
        }
    }

    fn descent(&self, tournament: &Tournament, found: &Match) -> DescentView {
        let board = Self::board(tournament);
        match found.phase {
            Phase::Debt(turn) | Phase::Middle(turn) | Phase::Last(turn) => {
                let Turn { height, position, .. } = turn;
                descent(&board, height, position, self.places)
            }
            Phase::InSteps(contested) | Phase::Sealed(contested) => {
                let descent = descent(&board, 0, contested.position, self.places);
                let (place, _) = board.leaf(&contested, self.places);
                DescentView { place, ..descent }
            }
            Phase::Settled(_) => descent(&board, found.level.height().levels(), 0, self.places),
        }
    }
}

/// The way down to the node of this height at this position.
pub(super) fn descent(
    board: &Board,
    height: u8,
    position: u32,
    places: &dyn Places,
) -> DescentView {
    let tree: Height = board.level.height();
    let tree_height = tree.levels();
    let leaf = position.checked_shl(height.into()).unwrap_or_default();
    let range = |at: u8| {
        let first = leaf >> at << at;
        Range { height: at, first, last: first | ((1 << at) - 1) }
    };
    let mut at = tree_height;
    let mut ranges = vec![range(at)];
    while at > height {
        at = at.saturating_sub(LEVELS_A_MOVE);
        ranges.push(range(at));
    }
    let Range { first, last, .. } = range(height);
    DescentView {
        tree_height,
        ranges,
        turns: tree_height.saturating_sub(height) / LEVELS_A_MOVE,
        turns_in_all: tree_height / LEVELS_A_MOVE,
        place: board.range(first, last, places),
    }
}

/// Who is to move, in words.
const fn name(mover: Mover, one: &SideView, two: &SideView) -> &'static str {
    let right = match mover {
        Mover::One => one.right,
        Mover::Two => two.right,
        Mover::Nobody | Mover::Either | Mover::Anyone => return "Anybody",
    };
    match right {
        Some(true) => "The right side",
        Some(false) => "The wrong side",
        None => "A side",
    }
}

/// Who won a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Winner {
    /// Side One.
    One,
    /// Side Two.
    Two,
    /// Nobody.
    Neither,
}

impl From<Outcome> for Winner {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::One => Self::One,
            Outcome::Two => Self::Two,
            Outcome::Neither => Self::Neither,
        }
    }
}
