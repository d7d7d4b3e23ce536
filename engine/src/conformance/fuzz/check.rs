//! Checks a case: the engine's execution against a plain run, its traces against the execution, and every step against the
//! verifier.

use alloy_primitives::B256;

use super::{
    case::{Built, Case, CaseError, LIMITS},
    coverage::Coverage,
    reference::Reference,
};
use crate::{
    conformance::{
        check::is_spot,
        verifier::{Rejection, Verifier},
    },
    derive::{BlockInput, batch::entry_at},
    execute::{
        block::{Effect, FIRST_SLOT, SlotOutcome, execute_block},
        error::ExecuteError,
    },
    machine::{SlotInput, StepInfo, StepProof, StepSink, TraceError, opcode, trace_slot},
};

/// What the engine, the plain run and the verifier disagree about.
#[derive(Debug, thiserror::Error)]
pub enum Difference {
    /// The case itself cannot be.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The engine cannot execute the block.
    #[error("the block cannot be executed: {0}")]
    Execute(#[from] ExecuteError),
    /// The plain run and the engine disagree about a slot.
    #[error("slot {slot}: {about}")]
    Execution {
        /// The slot.
        slot: u16,
        /// What it is, and what both say.
        about: String,
    },
    /// A slot cannot be traced.
    #[error("slot {slot} cannot be traced: {source}")]
    Trace {
        /// The slot.
        slot: u16,
        /// Why.
        source: TraceError,
    },
    /// The steps lead elsewhere than the execution.
    #[error("the steps of slot {0} lead to another boundary than its execution")]
    Boundary(u16),
    /// The verifier makes no or another successor.
    #[error("slot {slot} step {} ({}): the verifier {rejection}", step.index, name(step))]
    Step {
        /// The slot.
        slot: u16,
        /// The step.
        step: Box<StepInfo>,
        /// What the verifier says.
        rejection: Rejection,
    },
    /// Something panicked.
    #[error("panic: {0}")]
    Panic(String),
}

fn name(step: &StepInfo) -> &'static str {
    step.opcode.map_or_else(|| step.phase.name(), opcode::name)
}

impl Difference {
    /// Whether `other` is probably the same bug.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Step { step, rejection, .. },
                Self::Step { step: other, rejection: another, .. },
            ) => {
                name(step) == name(other)
                    && std::mem::discriminant(rejection) == std::mem::discriminant(another)
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// How much a case had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Transactions executed.
    pub executed: u64,
    /// Entries skipped.
    pub skipped: u64,
    /// Steps that the verifier repeated.
    pub steps: u64,
}

/// Checks `case`.
///
/// # Errors
/// The first [`Difference`].
pub fn check_case(
    case: &Case,
    verifier: &mut Verifier,
    coverage: &mut Coverage,
) -> Result<Size, Difference> {
    let Built { mut state, parent, input } = case.build()?;
    let outcome = execute_block(&mut state, &parent, &input, &LIMITS)?;
    let mut size = compare(case, &input, &outcome.slots)?;
    let mut boundary = &parent;
    for slot in &outcome.slots {
        let number = slot.slot;
        let traced =
            SlotInput { slot: number.into(), boundary, block: Some(&input), limits: &LIMITS };
        let in_blob = number == FIRST_SLOT && input.blob().is_some();
        let mut check =
            Check { verifier, coverage, in_blob, last: B256::ZERO, steps: 0, rejected: None };
        let traced = trace_slot(&state, &traced, &mut check);
        if let Some((step, rejection)) = check.rejected {
            return Err(Difference::Step { slot: number, step: Box::new(step), rejection });
        }
        size.steps += check.steps;
        let last = check.last;
        let traced = traced.map_err(|source| Difference::Trace { slot: number, source })?;
        if traced.boundary != slot.boundary || last != slot.boundary.hash() {
            return Err(Difference::Boundary(number));
        }
        boundary = &slot.boundary;
    }
    Ok(size)
}

/// Compares what the engine made of the block with the plain run.
fn compare(case: &Case, input: &BlockInput, slots: &[SlotOutcome]) -> Result<Size, Difference> {
    let mut size = Size::default();
    let mut reference = Reference::begin(case)?;
    let mut cursor = 0;
    for slot in slots {
        let differ = |about: String| Err(Difference::Execution { slot: slot.slot, about });
        let entry = entry_at(input.batch(), cursor).map_or(&[][..], |entry| entry.bytes);
        match &slot.effect {
            Effect::Begun | Effect::Idle => {}
            Effect::Executed(executed) => {
                size.executed += 1;
                match reference.execute(entry) {
                    Err(reason) => {
                        return differ(format!("executed, but plainly skipped: {reason}"));
                    }
                    Ok(plain) => {
                        let ours = (executed.status, executed.gas_used, &executed.logs);
                        if ours != (plain.status, plain.gas_used, &plain.logs) {
                            return differ(format!("{ours:?}, but plainly {plain:?}"));
                        }
                    }
                }
            }
            Effect::Skipped(reason) => {
                size.skipped += 1;
                if let Ok(plain) = reference.execute(entry) {
                    return differ(format!("skipped ({reason}), but plainly {plain:?}"));
                }
            }
            Effect::Sealed(_) => reference.credit(input.deposits()),
        }
        cursor = slot.boundary.block.cursor;
        if reference.state_root() != slot.boundary.state_root {
            return differ(format!("state root {}", slot.boundary.state_root));
        }
    }
    Ok(size)
}

/// Lets the verifier repeat each step, but of a blob only some, until it rejects one.
struct Check<'a> {
    verifier: &'a mut Verifier,
    coverage: &'a mut Coverage,
    in_blob: bool,
    last: B256,
    steps: u64,
    rejected: Option<(StepInfo, Rejection)>,
}

impl StepSink for Check<'_> {
    fn step(&mut self, _: &StepInfo, post: B256) {
        self.last = post;
    }

    fn wants_witness(&self, index: u32) -> bool {
        self.rejected.is_none() && (!self.in_blob || is_spot(index))
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        self.coverage.add(info);
        self.steps += 1;
        if let Err(rejection) = self.verifier.check(&proof) {
            self.rejected = Some((*info, rejection));
        }
    }
}
