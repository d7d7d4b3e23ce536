//! What the cases have reached.

use std::{collections::BTreeMap, fmt};

use crate::{conformance::kind::Kind, machine::StepInfo};

/// How many steps of each kind there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<Kind, u64>);

impl Coverage {
    /// Counts a step.
    pub fn add(&mut self, step: &StepInfo) {
        *self.0.entry(Kind::of(step)).or_default() += 1;
    }

    /// Counts the steps of another coverage, too.
    pub fn merge(&mut self, other: Self) {
        for (kind, count) in other.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }

    /// Kinds of steps reached: opcode, precompile or phase, and how it ended.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(kind, count)| writeln!(f, "{kind}: {count}"))
    }
}
