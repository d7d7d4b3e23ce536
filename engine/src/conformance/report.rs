//! What a conformance run has found.

use std::fmt;

use alloy_primitives::B256;

use super::verifier::Rejection;
use crate::machine::{StepInfo, opcode};

/// A step on which engine and verifier do not agree.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The slot.
    pub slot: u32,
    /// The step.
    pub step: StepInfo,
    /// The state before it.
    pub pre: B256,
    /// The engine's successor.
    pub post: B256,
    /// What the verifier says.
    pub rejection: Rejection,
}

/// The steps checked so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    gas: Vec<(u64, StepInfo)>,
    failures: Vec<Failure>,
}

impl Report {
    pub(super) fn pass(&mut self, step: &StepInfo, gas: u64) {
        self.gas.push((gas, *step));
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.failures.push(failure);
    }

    /// Steps on which engine and verifier agree.
    #[must_use]
    pub const fn passed(&self) -> usize {
        self.gas.len()
    }

    /// The steps on which they agree, with their L1 gas.
    pub fn steps(&self) -> impl Iterator<Item = &(u64, StepInfo)> {
        self.gas.iter()
    }

    /// Steps on which they do not.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// The step with the most L1 gas.
    #[must_use]
    pub fn largest(&self) -> Option<(u64, StepInfo)> {
        self.gas.iter().max_by_key(|(gas, _)| *gas).copied()
    }

    /// The step with the median L1 gas.
    #[must_use]
    pub fn median(&self) -> Option<(u64, StepInfo)> {
        let mut gas = self.gas.clone();
        gas.sort_by_key(|(gas, _)| *gas);
        gas.get(gas.len() / 2).copied()
    }
}

/// What a step does: its opcode, or the phase when there is none.
fn name(step: &StepInfo) -> &'static str {
    step.opcode.map_or_else(|| step.phase.name(), opcode::name)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slot, step, pre, post, rejection } = self;
        write!(f, "slot {slot} step {} ({}, phase {:?}", step.index, name(step), step.phase)?;
        if step.phase.has_frame() {
            write!(f, ", pc {} of {} at depth {}", step.pc, step.contract, step.depth)?;
        }
        write!(f, "): the verifier {rejection}; from {pre} the engine goes to {post}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        writeln!(f, "steps verified: {}", self.passed())?;
        for (what, step) in [("largest", self.largest()), ("median", self.median())] {
            if let Some((gas, step)) = step {
                writeln!(f, "{what} step: {gas} L1 gas ({})", name(&step))?;
            }
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failures.len())
    }
}
