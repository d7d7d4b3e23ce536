//! One match: two clocks on the way down to the first difference, and what settles it.
//!
//! Nodes and openings do not appear: a commitment has one right move at every place, so a match is how many turns are left, whose
//! the next is, and the clocks. What the two rivals of a match without the honest commitment do to each other is the adversary's
//! choice entirely, proofs included.

use super::{
    ModelError,
    event::{Event, What},
    parameters::{Blocks, Mutation, Parameters},
    process::{Following, Next, NodeId, Nodes, Process, Told},
    rules::{Pair, Rules},
    tournament::{End, Player, Tournaments},
};
use crate::dispute::domain::{Level, Outcome, Side};

/// A match between two choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Match {
    clocks: Pair,
    /// On which side the honest commitment is.
    honest: Option<Side>,
    phase: Phase,
    /// Blocks since the clocks were charged.
    elapsed: Blocks,
    /// Uncensored blocks for which the honest player has owed a response.
    owed: Blocks,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Phase {
    /// A turn is to be made, of so many.
    Turning { to_move: Side, turns: u8 },
    /// Down to one step; both clocks run.
    Sealed,
    /// Its step tournament decides it.
    InSteps(NodeId),
    /// Its step tournament is over; what the winner has left in it.
    Concluding(Option<Blocks>),
}

/// What a match comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Settled {
    /// One goes on.
    Won(Player),
    /// Both are out.
    Nobody,
    /// The honest commitment is out, here or in the step tournament.
    HonestLost,
}

impl Match {
    /// Its step tournament, while that decides it.
    pub(super) const fn in_steps(&self) -> Option<NodeId> {
        match self.phase {
            Phase::InSteps(node) => Some(node),
            _ => None,
        }
    }

    /// Clocks, turns to come, none when sealed, and blocks since the clocks were charged, while they run.
    pub(super) const fn running(&self) -> Option<(Pair, u8, Blocks)> {
        match self.phase {
            Phase::Turning { turns, .. } => Some((self.clocks, turns, self.elapsed)),
            Phase::Sealed => Some((self.clocks, 0, self.elapsed)),
            Phase::InSteps(_) | Phase::Concluding(_) => None,
        }
    }
}

/// The matches of one level.
pub(super) struct Matches {
    level: Level,
    turns: u8,
    nodes: Nodes<Match, Settled>,
    /// The tournaments that decide them, at the slot level.
    steps: Option<Box<Tournaments>>,
}

type Choice = Told<Next<Match, Settled>>;

impl Matches {
    pub(super) fn new(
        level: Level,
        turns: u8,
        following: Following,
        steps: Option<Box<Tournaments>>,
    ) -> Self {
        Self { level, turns, nodes: Nodes::new(following), steps }
    }

    pub(super) const fn level(&self) -> Level {
        self.level
    }

    /// How many can join the step tournament of a match.
    pub(super) fn step_joiners(&self) -> u8 {
        self.steps.as_ref().map_or(0, |steps| steps.rivals() + 1)
    }

    /// Nodes and states of this level's matches and of everything below.
    pub(super) fn size(&self) -> (usize, usize) {
        let below = self.steps.as_ref().map_or((0, 0), |steps| steps.size());
        (self.nodes.len() + below.0, self.nodes.states() + below.1)
    }

    /// Two commitments meet: side One was waiting, or has the higher rank.
    pub(super) fn meet(
        &mut self,
        clocks: Pair,
        honest: Option<Side>,
        rules: &mut Rules,
    ) -> Result<Vec<Told<NodeId>>, ModelError> {
        let phase = Phase::Turning { to_move: Side::One, turns: self.turns };
        self.enter(Match { clocks, honest, phase, elapsed: 0, owed: 0 }, rules)
    }

    fn tell(&self, what: What) -> Vec<Event> {
        if self.traced() { vec![Event { level: self.level, what }] } else { Vec::new() }
    }

    pub(super) fn steps(&mut self) -> Result<&mut Tournaments, ModelError> {
        self.steps.as_deref_mut().ok_or(ModelError::NoNode)
    }

    fn turn(
        &mut self,
        state: &Match,
        to_move: Side,
        turns: u8,
        rules: &mut Rules,
    ) -> Result<Vec<Choice>, ModelError> {
        let clocks = rules.after_turn(state.clocks, to_move, state.elapsed)?;
        let next = |phase| Next::State(Match { clocks, phase, elapsed: 0, owed: 0, ..*state });
        let honest = state.honest == Some(to_move);
        let told = self.tell(What::Turn { side: to_move, honest, left: clocks.of(to_move) });
        if turns > 1 {
            return Ok(vec![(
                told,
                next(Phase::Turning { to_move: to_move.other(), turns: turns - 1 }),
            )]);
        }
        if self.level == Level::Steps {
            return Ok(vec![(told, next(Phase::Sealed))]);
        }
        let budget = rules.of_steps(clocks)?;
        let told = [told, self.tell(What::Steps { budget })].concat();
        let below = self.steps()?.begin(budget, state.honest.is_some(), rules)?;
        Ok(below
            .into_iter()
            .map(|(more, node)| ([&*told, &*more].concat(), next(Phase::InSteps(node))))
            .collect())
    }

    fn settled(state: &Match, clocks: Pair, outcome: Outcome) -> Settled {
        let winner = match outcome {
            Outcome::One => Some(Side::One),
            Outcome::Two => Some(Side::Two),
            Outcome::Neither => None,
        };
        if state.honest.is_some() && state.honest != winner {
            return Settled::HonestLost;
        }
        winner.map_or(Settled::Nobody, |side| {
            Settled::Won(Player { honest: state.honest.is_some(), left: clocks.of(side) })
        })
    }

    /// Settled by time, if a clock has run out.
    fn timeout(&self, state: &Match, rules: &mut Rules) -> Result<Option<Choice>, ModelError> {
        let Match { clocks, elapsed, .. } = *state;
        let (outcome, clocks) = match state.phase {
            Phase::Turning { to_move, .. } => {
                (rules.turning_outcome(clocks, to_move, elapsed)?, clocks)
            }
            Phase::Sealed => {
                (rules.sealed_outcome(clocks, elapsed)?, rules.after_sealed(clocks, elapsed)?)
            }
            Phase::InSteps(_) | Phase::Concluding(_) if rules.breaks(Mutation::NoFreeze) => {
                (rules.sealed_outcome(clocks, elapsed)?, rules.after_sealed(clocks, elapsed)?)
            }
            Phase::InSteps(_) | Phase::Concluding(_) => return Ok(None),
        };
        Ok(outcome.map(|outcome| {
            let told = self.tell(What::Timeout(outcome));
            (told, Next::Ending(Self::settled(state, clocks, outcome)))
        }))
    }

    fn proofs(&self, state: &Match, rules: &mut Rules) -> Result<Vec<Choice>, ModelError> {
        let clocks = rules.after_sealed(state.clocks, state.elapsed)?;
        let outcomes: &[Outcome] = match state.honest {
            Some(Side::One) => &[Outcome::One],
            Some(Side::Two) => &[Outcome::Two],
            None => &[Outcome::One, Outcome::Two, Outcome::Neither],
        };
        let proof = |&outcome| {
            let told = self.tell(What::Proof(outcome));
            (told, Next::Ending(Self::settled(state, clocks, outcome)))
        };
        Ok(outcomes.iter().map(proof).collect())
    }

    fn below(&mut self, state: &Match, node: NodeId) -> Result<Vec<Choice>, ModelError> {
        let endings = &self.steps()?.node(node)?.endings;
        let after = |ending: &End| match ending {
            End::HonestLost => Next::Ending(Settled::HonestLost),
            End::Decided(winner) => {
                let phase = Phase::Concluding(winner.map(|winner| winner.left));
                Next::State(Match { phase, owed: 0, ..*state })
            }
        };
        Ok(endings.iter().map(|ending| (Vec::new(), after(ending))).collect())
    }

    fn conclude(
        &self,
        state: &Match,
        rest: Option<Blocks>,
        rules: &mut Rules,
    ) -> Result<Choice, ModelError> {
        let left = match rest {
            None => None,
            Some(_) if rules.breaks(Mutation::NoFreeze) => {
                let clocks = rules.after_sealed(state.clocks, state.elapsed)?;
                Some(state.honest.map_or(clocks.one.max(clocks.two), |side| clocks.of(side)))
            }
            Some(rest) => {
                let budget = rules.of_steps(state.clocks)?;
                Some(rules.after_steps(budget, rest)?)
            }
        };
        let honest = state.honest.is_some();
        let settled = match left {
            Some(left) => Settled::Won(Player { honest, left }),
            None if honest => Settled::HonestLost,
            None => Settled::Nobody,
        };
        Ok((self.tell(What::Concluded(left)), Next::Ending(settled)))
    }

    /// Within how many blocks a response of the honest player is due, if one is: its own move, or settling what anybody can
    /// settle.
    fn due(&self, state: &Match, rules: &mut Rules) -> Result<Option<Blocks>, ModelError> {
        let Parameters { latency, settling, .. } = *rules.parameters();
        if matches!(state.phase, Phase::Concluding(_)) || self.timeout(state, rules)?.is_some() {
            return Ok(Some(settling));
        }
        let moves = match state.phase {
            Phase::Turning { to_move, .. } => state.honest == Some(to_move),
            Phase::Sealed => state.honest.is_some(),
            Phase::InSteps(_) | Phase::Concluding(_) => false,
        };
        Ok(moves.then_some(latency))
    }
}

impl Process for Matches {
    type State = Match;
    type Ending = Settled;

    fn moves(&mut self, state: &Match, rules: &mut Rules) -> Result<Vec<Choice>, ModelError> {
        let timeout = self.timeout(state, rules)?;
        let mut choices = match state.phase {
            Phase::Turning { to_move, turns } if timeout.is_none() => {
                self.turn(state, to_move, turns, rules)?
            }
            Phase::Turning { .. } => Vec::new(),
            Phase::Sealed => self.proofs(state, rules)?,
            Phase::InSteps(node) => self.below(state, node)?,
            Phase::Concluding(rest) => vec![self.conclude(state, rest, rules)?],
        };
        choices.extend(timeout);
        Ok(choices)
    }

    fn may_pass(&mut self, state: &Match, rules: &mut Rules) -> Result<bool, ModelError> {
        if let Phase::InSteps(node) = state.phase
            && self.steps()?.node(node)?.states.is_empty()
        {
            return Ok(false);
        }
        Ok(self.due(state, rules)?.is_none_or(|within| state.owed < within))
    }

    fn pass(
        &mut self,
        state: &Match,
        censored: bool,
        rules: &mut Rules,
    ) -> Result<Vec<Told<Match>>, ModelError> {
        let due = self.due(state, rules)?.is_some();
        let owed = if due && !censored { state.owed + 1 } else { state.owed };
        let frozen = matches!(state.phase, Phase::InSteps(_) | Phase::Concluding(_))
            && !rules.breaks(Mutation::NoFreeze);
        let elapsed = if frozen { 0 } else { state.elapsed + 1 };
        let next = Match { owed, elapsed, ..*state };
        let Phase::InSteps(node) = state.phase else { return Ok(vec![(Vec::new(), next)]) };
        let below = self.steps()?.tick(node, censored, rules)?;
        Ok(below
            .iter()
            .map(|(told, node)| (told.clone(), Match { phase: Phase::InSteps(*node), ..next }))
            .collect())
    }

    fn nodes(&mut self) -> &mut Nodes<Match, Settled> {
        &mut self.nodes
    }

    fn traced(&self) -> bool {
        self.nodes.traced()
    }
}
