//! `contracts/src/tournament/Delay.sol` against every state: it is never too short, and no block makes it longer.

use super::{
    ModelError,
    explore::{Explorer, Worst},
    matches::{Match, Matches},
    parameters::Blocks,
    process::{NodeId, Process},
    rules::{Question, Rules},
    seats::RANKS,
    tournament::{Honest, Tournament, Tournaments},
};

/// What the comparison found; it was never wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// States compared.
    pub states: usize,
    /// The bound at the start.
    pub first: u32,
    /// Fewest blocks by which the bound was above the worst.
    pub slack: u32,
}

impl Matches {
    /// In how many blocks the match at a node of one state is over at the latest, as the contract bounds it.
    fn end(&mut self, node: NodeId, rules: &mut Rules) -> Result<Blocks, ModelError> {
        let states = &self.node(node)?.states;
        let mut latest = 0;
        for state in states {
            latest = latest.max(self.end_of(state, rules)?);
        }
        Ok(latest)
    }

    fn end_of(&mut self, state: &Match, rules: &mut Rules) -> Result<Blocks, ModelError> {
        if let Some(node) = state.in_steps() {
            let steps = self.steps()?;
            let mut latest = 0;
            for state in &steps.node(node)?.states {
                latest = latest.max(steps.end(state, rules)?);
            }
            return Ok(latest);
        }
        let joiners = self.step_joiners();
        let Some((clocks, turns, elapsed)) = state.running() else { return Ok(0) };
        let response = rules.parameters().response;
        let level = self.level();
        let question = Question::EndOfMatch { level, turns, clocks, response, joiners };
        Ok(rules.blocks(question)?.saturating_sub(elapsed))
    }
}

impl Tournaments {
    fn end(&mut self, state: &Tournament, rules: &mut Rules) -> Result<Blocks, ModelError> {
        let mut ends = [0; RANKS];
        for (rank, node) in state.running() {
            let end = self.matches().end(node, rules)?;
            if let Some(latest) = ends.get_mut(usize::from(rank)) {
                *latest = end.max(*latest);
            }
        }
        let missing = matches!(state.honest(), Honest::Building(_) | Honest::Due(_));
        let question = Question::EndOfTournament {
            level: self.matches().level(),
            budget: state.budget(),
            closing: state.closing(),
            seats: state.seats(),
            ends,
            response: rules.parameters().response,
            here: state.rivals() + u8::from(missing),
            joiners: self.matches().step_joiners(),
        };
        rules.blocks(question)
    }
}

impl Explorer<'_> {
    /// Compares the contract's bound with what was explored, one by one.
    ///
    /// # Errors
    /// [`ModelError::Delay`] when a state can take longer than its bound; [`ModelError::DelayGrows`] when the bound moves away.
    pub fn delays(&mut self) -> Result<Delays, ModelError> {
        let mut found = Delays { states: 0, first: 0, slack: u32::MAX };
        for (state, left, worst) in self.explored() {
            let Worst::Won(worst) = worst else { continue };
            let bound = self.bound(&state)?;
            if worst > bound {
                return Err(ModelError::Delay { state: format!("{state:?}"), worst, bound });
            }
            for next in self.successors(&state, left)? {
                let later = self.bound(&next)? + 1;
                if later > bound {
                    let (state, next) = (format!("{state:?}"), format!("{next:?}"));
                    return Err(ModelError::DelayGrows { state, next, bound, later });
                }
            }
            found.states += 1;
            found.first = found.first.max(bound);
            found.slack = found.slack.min(bound - worst);
        }
        Ok(found)
    }

    fn bound(&mut self, state: &Tournament) -> Result<u32, ModelError> {
        let (tournaments, rules) = self.parts();
        tournaments.end(state, rules).map(u32::from)
    }
}
