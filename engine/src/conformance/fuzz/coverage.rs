//! What the cases have reached.

use std::{collections::BTreeMap, fmt};

use alloy_primitives::U256;

use crate::machine::{Outcome, Phase, StepInfo, opcode};

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Opcode(u8),
    /// Phase, and the precompile that runs in it.
    Phase(&'static str, Option<u16>),
}

/// A kind of step: what it is about, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    subject: Subject,
    outcome: Outcome,
}

impl Kind {
    /// That of `step`.
    #[must_use]
    pub fn of(step: &StepInfo) -> Self {
        let subject = match step.opcode {
            Some(opcode) => Subject::Opcode(opcode),
            None => {
                let number = U256::from_be_bytes(step.contract.into_word().0).try_into().ok();
                let precompile = number.filter(|_| step.phase == Phase::Precompile);
                Subject::Phase(step.phase.name(), precompile)
            }
        };
        Self { subject, outcome: step.outcome }
    }
}

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

    /// Kinds of steps reached: opcode or phase, and how it ended.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut previous = None;
        for (Kind { subject, outcome }, count) in &self.0 {
            if previous != Some(subject) {
                let end = if previous.is_some() { "\n" } else { "" };
                match subject {
                    Subject::Opcode(byte) => write!(f, "{end}{byte:#04x} {}", opcode::name(*byte))?,
                    Subject::Phase(name, None) => write!(f, "{end}{name}")?,
                    Subject::Phase(name, Some(number)) => write!(f, "{end}{name} {number:#x}")?,
                }
            }
            let comma = if previous == Some(subject) { "," } else { ":" };
            write!(f, "{comma} {outcome} {count}")?;
            previous = Some(subject);
        }
        writeln!(f)
    }
}
