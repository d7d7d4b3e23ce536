//! All runs of a dispute: the longest one, or one in which the honest commitment loses.

use std::fmt;

use alloy_primitives::map::HashMap;

use super::{
    ModelError,
    matches::Matches,
    parameters::{Blocks, Shape},
    process::{Closed, Following, Process, Told},
    rules::Rules,
    tournament::{End, Tournament, Tournaments},
};
use crate::dispute::domain::Level;

/// Where the runs begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A root tournament, with the step tournaments of its matches.
    Both,
    /// A step tournament by itself, of the whole budget.
    Steps,
}

/// The worst that can come of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worst {
    /// The honest commitment wins, after at most so many blocks.
    Won(u32),
    /// It can be eliminated.
    Lost,
    /// Nothing ends the tournament.
    Endless,
}

impl Worst {
    const fn a_block_earlier(self) -> Self {
        match self {
            Self::Won(blocks) => Self::Won(blocks + 1),
            other => other,
        }
    }
}

impl fmt::Display for Worst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Won(blocks) => write!(f, "{blocks}"),
            Self::Lost => f.write_str("honest loss"),
            Self::Endless => f.write_str("endless"),
        }
    }
}

/// What an exploration found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The worst run.
    pub worst: Worst,
    /// States of the tournament at the ends of blocks.
    pub states: usize,
    /// States of matches and tournaments below it.
    pub below: usize,
}

/// A block of a run.
#[derive(Clone, Debug)]
pub struct RunBlock {
    /// Its number from the start.
    pub number: u32,
    /// Whether the honest player is kept out of it.
    pub censored: bool,
    /// What happens in it, in this order.
    pub events: Vec<String>,
}

impl fmt::Display for RunBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.censored { " (censored)" } else { "" };
        write!(f, "block {}{mark}: {}", self.number, self.events.join("; "))
    }
}

/// Whether a block is censored, and what it can come to.
type Possible = (bool, Closed<Tournament, End>);

/// Depth-first search over the blocks, which remembers the worst of each state.
pub struct Explorer<'a> {
    scope: Scope,
    tournaments: Tournaments,
    rules: &'a mut Rules,
    /// `None` while the state's runs are under way.
    worst: HashMap<(Tournament, Blocks), Option<Worst>>,
}

impl<'a> Explorer<'a> {
    /// Explores `shape` under `rules`.
    #[must_use]
    pub fn new(scope: Scope, shape: Shape, following: Following, rules: &'a mut Rules) -> Self {
        let Shape { rivals, step_rivals, slot_turns, step_turns } = shape;
        let steps = |rivals| {
            let matches = Matches::new(Level::Steps, step_turns, following, None);
            Tournaments::new(rivals, matches, following)
        };
        let tournaments = match scope {
            Scope::Steps => steps(rivals),
            Scope::Both => {
                let below = Some(Box::new(steps(step_rivals)));
                let matches = Matches::new(Level::Slots, slot_turns, following, below);
                Tournaments::new(rivals, matches, following)
            }
        };
        Self { scope, tournaments, rules, worst: HashMap::default() }
    }

    /// The worst of all runs.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn explore(&mut self) -> Result<Finding, ModelError> {
        let (censorship, first) = (self.rules.parameters().censorship, self.first()?);
        let worst = self.worst_of(&first, censorship)?;
        Ok(Finding { worst, states: self.worst.len(), below: self.tournaments.size().1 })
    }

    /// A worst run, block by block. Needs [`Self::explore`] first.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn run(&mut self) -> Result<Vec<RunBlock>, ModelError> {
        self.tournaments.trace(true);
        let mut left = self.rules.parameters().censorship;
        let mut blocks = Vec::new();
        let mut options = vec![(false, self.first()?)];
        loop {
            let number = blocks.len() as u32;
            let mut best: Option<(Worst, bool, Told<Option<Tournament>>)> = None;
            for (censored, closed) in options {
                let after = left - u8::from(censored);
                let ends = closed.endings.into_iter().map(|(told, ending)| {
                    let lost = ending == End::HonestLost;
                    (if lost { Worst::Lost } else { Worst::Won(0) }, (told, None))
                });
                let mut found: Vec<_> = ends.collect();
                for (told, state) in closed.states {
                    let worst = self.worst.get(&(state.clone(), after)).copied().flatten();
                    if let Some(worst) = worst {
                        found.push((worst, (told, Some(state))));
                    }
                }
                for (worst, choice) in found {
                    if best.as_ref().is_none_or(|(known, ..)| worst > *known) {
                        best = Some((worst, censored, choice));
                    }
                }
            }
            let Some((worst, censored, (events, next))) = best else { return Ok(blocks) };
            left -= u8::from(censored);
            let events = events.iter().map(ToString::to_string).collect();
            blocks.push(RunBlock { number, censored, events });
            let Some(state) = next else { return Ok(blocks) };
            if worst == Worst::Endless && number > 200 {
                return Ok(blocks);
            }
            options = self.next(&state, left)?;
        }
    }

    /// Every state that was explored, with the censorship left.
    pub(super) fn explored(&self) -> Vec<(Tournament, Blocks, Worst)> {
        let known = |((state, left), worst): (&(Tournament, Blocks), &Option<Worst>)| {
            worst.map(|worst| (state.clone(), *left, worst))
        };
        self.worst.iter().filter_map(known).collect()
    }

    /// The states in which the next block can end.
    pub(super) fn successors(
        &mut self,
        state: &Tournament,
        left: Blocks,
    ) -> Result<Vec<Tournament>, ModelError> {
        let closed = self.next(state, left)?;
        Ok(closed.into_iter().flat_map(|(_, closed)| closed.states).map(|(_, next)| next).collect())
    }

    pub(super) const fn parts(&mut self) -> (&mut Tournaments, &mut Rules) {
        (&mut self.tournaments, self.rules)
    }

    fn first(&mut self) -> Result<Closed<Tournament, End>, ModelError> {
        let first = match self.scope {
            Scope::Both => self.tournaments.root(self.rules)?,
            Scope::Steps => {
                let budget = self.rules.parameters().budget;
                vec![(Vec::new(), self.tournaments.steps(budget, true, self.rules))]
            }
        };
        self.tournaments.close(first, self.rules)
    }

    /// What the next block can come to: censored or not.
    fn next(&mut self, state: &Tournament, left: Blocks) -> Result<Vec<Possible>, ModelError> {
        let mut options = Vec::new();
        for censored in [false, true] {
            if censored && left == 0 {
                continue;
            }
            let first = self.tournaments.pass(state, censored, self.rules)?;
            options.push((censored, self.tournaments.close(first, self.rules)?));
        }
        Ok(options)
    }

    fn worst_of(
        &mut self,
        closed: &Closed<Tournament, End>,
        left: Blocks,
    ) -> Result<Worst, ModelError> {
        let mut worst = Worst::Won(0);
        for (_, ending) in &closed.endings {
            if *ending == End::HonestLost {
                return Ok(Worst::Lost);
            }
        }
        for (_, state) in &closed.states {
            worst = worst.max(self.worst(state, left)?);
            if worst > Worst::Won(u32::MAX) {
                break;
            }
        }
        Ok(worst)
    }

    fn worst(&mut self, state: &Tournament, left: Blocks) -> Result<Worst, ModelError> {
        let key = (state.clone(), left);
        match self.worst.get(&key) {
            Some(Some(worst)) => return Ok(*worst),
            Some(None) => return Ok(Worst::Endless),
            None => {}
        }
        self.worst.insert(key.clone(), None);
        let mut worst = Worst::Won(0);
        for (censored, closed) in self.next(state, left)? {
            worst = worst.max(self.worst_of(&closed, left - u8::from(censored))?);
            if worst > Worst::Won(u32::MAX) {
                break;
            }
        }
        let worst = worst.a_block_earlier();
        self.worst.insert(key, Some(worst));
        Ok(worst)
    }
}
