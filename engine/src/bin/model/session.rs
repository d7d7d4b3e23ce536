//! What a run of the program has explored, and what went wrong.

use std::{fmt::Display, time::Instant};

use eyre::Result;
use surety_engine::model::{
    Contract, Explorer, Finding, Following, Mutation, Parameters, Rules, Scope, Shape, Worst,
};

/// A configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// Which levels.
    pub(super) scope: Scope,
    /// Clocks.
    pub(super) parameters: Parameters,
    /// Commitments and turns.
    pub(super) shape: Shape,
}

/// One run of the program.
pub(super) struct Session {
    rules: Rules,
    states: usize,
    below: usize,
    start: Instant,
    failures: Vec<String>,
}

impl Session {
    pub(super) fn new(contract: Contract) -> Self {
        let rules = Rules::new(contract, Parameters::least(1, 2, 1));
        Self { rules, states: 0, below: 0, start: Instant::now(), failures: Vec::new() }
    }

    /// The rules, of a case.
    pub(super) const fn rules(&mut self, parameters: Parameters) -> &mut Rules {
        self.rules.configure(parameters, None);
        &mut self.rules
    }

    /// An explorer of a case, perhaps with a broken rule.
    pub(super) fn explorer(
        &mut self,
        case: Case,
        following: Following,
        mutation: Option<Mutation>,
    ) -> Explorer<'_> {
        self.rules.configure(case.parameters, mutation);
        Explorer::new(case.scope, case.shape, following, &mut self.rules)
    }

    /// Explores a case.
    pub(super) fn explore(&mut self, case: Case, following: Following) -> Result<Finding> {
        let finding = self.explorer(case, following, None).explore()?;
        self.count(&finding);
        Ok(finding)
    }

    /// Explores a case that must stay within a bound; the blocks of its longest run.
    pub(super) fn bounded(&mut self, case: Case, bound: u32) -> Result<(u32, Finding)> {
        let finding = self.explore(case, Following::Sets)?;
        let blocks = match finding.worst {
            Worst::Won(blocks) => blocks,
            Worst::Lost | Worst::Endless => u32::MAX,
        };
        if blocks > bound {
            self.fail(format!("{case:?}: {}, not within {bound}", finding.worst));
        }
        Ok((blocks, finding))
    }

    /// States that were explored.
    pub(super) const fn count(&mut self, finding: &Finding) {
        self.states += finding.states;
        self.below += finding.below;
    }

    /// Something is not as it should be.
    pub(super) fn fail(&mut self, what: impl Display) {
        self.failures.push(what.to_string());
    }

    /// What was not as it should be.
    pub(super) fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "{} states of tournaments over {} of matches and tournaments below them, {} different questions answered by the \
             contract, {} failures, {} s",
            self.states,
            self.below,
            self.rules.asked(),
            self.failures.len(),
            self.start.elapsed().as_secs(),
        )
    }
}
