//! Traces the slots of a block and lets the verifier repeat their steps.

use super::{
    report::{Failure, Report},
    verifier::Verifier,
};
use crate::{
    authenticated::{
        blob::ELEMENTS,
        source::{CodeSource, NodeSource},
    },
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, FIRST_SLOT, LAST_SLOT},
        boundary::Boundary,
    },
    machine::{
        Leaves, SlotInput, StepInfo, StepProof, StepSink, TraceError, prove_step, trace_slot,
    },
    rules::limits::Limits,
};

/// Which steps are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every step, but of a blob only spots: proving an element takes tens of milliseconds.
    All,
    /// So many of them, evenly spread.
    Sample(usize),
}

/// The block could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A slot could not be traced.
    #[error("slot {slot}")]
    Trace {
        /// The slot.
        slot: u32,
        /// Why.
        source: TraceError,
    },
    /// The steps of a slot do not lead to the boundary that execution made.
    #[error("the steps of slot {0} lead to another boundary than its execution")]
    Boundary(u32),
}

/// Checks the steps of an executed block: those of the slots that did something, of one idle slot, and a fixed point
/// behind a slot's last step. `source` holds the state before and after each slot.
///
/// # Errors
/// [`CheckError`]; disagreements of the verifier are in the report.
pub fn check_block<S>(
    source: S,
    parent: &Boundary,
    (input, outcome): (&BlockInput, &BlockOutcome),
    limits: &Limits,
    selection: Selection,
    verifier: &mut Verifier,
) -> Result<Report, CheckError>
where
    S: NodeSource + CodeSource + Clone,
{
    let mut slots = Vec::new();
    let mut boundary = parent;
    let mut idle = None;
    for slot in &outcome.slots {
        if slot.slot == LAST_SLOT && slots.len() < usize::from(LAST_SLOT) {
            idle = Some((slots.len() as u32, boundary, boundary));
            slots.extend(idle);
        }
        slots.push((slot.slot.into(), boundary, &slot.boundary));
        boundary = &slot.boundary;
    }
    let total = match selection {
        Selection::All => 0,
        Selection::Sample(_) => {
            let mut leaves = Leaves::default();
            for (slot, before, _) in &slots {
                let input = SlotInput { slot: *slot, boundary: before, block: Some(input), limits };
                trace_slot(source.clone(), &input, &mut leaves)
                    .map_err(|source| CheckError::Trace { slot: *slot, source })?;
            }
            leaves.0.len()
        }
    };
    let mut check = Check {
        verifier,
        report: Report::default(),
        selection,
        total,
        seen: 0,
        slot: 0,
        in_blob: false,
    };
    for (slot, before, after) in slots {
        check.slot = slot;
        check.in_blob = slot == u32::from(FIRST_SLOT) && input.blob().is_some();
        let input = SlotInput { slot, boundary: before, block: Some(input), limits };
        let trace_error = |source| CheckError::Trace { slot, source };
        let traced = trace_slot(source.clone(), &input, &mut check).map_err(trace_error)?;
        if traced.boundary != *after {
            return Err(CheckError::Boundary(slot));
        }
        if Some((slot, before, after)) == idle {
            for input in [input, SlotInput { block: None, ..input }] {
                let step = u32::from(input.block.is_some());
                let (info, proof) =
                    prove_step(source.clone(), &input, step).map_err(trace_error)?;
                check.witness(&info, proof);
            }
        }
    }
    Ok(check.report)
}

/// Lets the verifier repeat each step as it is made.
struct Check<'a> {
    verifier: &'a mut Verifier,
    report: Report,
    selection: Selection,
    total: usize,
    seen: usize,
    slot: u32,
    in_blob: bool,
}

/// Whether step `index` of a slot that copies a blob is one of those that are proven for all of them: the first and the
/// last elements, some between, and what follows the blob.
pub(super) const fn is_spot(index: u32) -> bool {
    index < 4 || index % 512 == 33 || index >= ELEMENTS - 1
}

impl StepSink for Check<'_> {
    fn step(&mut self, _: &StepInfo, _: alloy_primitives::B256) {
        self.seen += 1;
    }

    fn wants_witness(&self, index: u32) -> bool {
        match self.selection {
            Selection::All => !self.in_blob || is_spot(index),
            Selection::Sample(0) => false,
            Selection::Sample(count) => {
                let place = |seen: usize| seen * count / self.total.max(1);
                self.seen == 0 || place(self.seen) > place(self.seen - 1)
            }
        }
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        match self.verifier.check(&proof) {
            Ok(gas) => self.report.pass(info, gas),
            Err(rejection) => self.report.fail(Failure {
                slot: self.slot,
                step: *info,
                pre: proof.pre,
                post: proof.post,
                rejection,
            }),
        }
    }
}
