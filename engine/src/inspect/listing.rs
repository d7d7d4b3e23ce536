//! The steps of a slot, a page at a time.

use std::ops::Range;

use alloy_primitives::{Address, B256};
use serde::Serialize;

use super::{InspectError, Place};
use crate::{
    conformance::kind::Kind,
    dispute::domain::Domain,
    machine::{Family, Outcome, StepContext, StepInfo, StepProof, StepSink, trace_slot},
    node::history::History,
};

/// Some steps of a slot.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The L2 block.
    pub block: u64,
    /// The slot of the claim.
    pub slot: u32,
    /// How many steps the slot has.
    pub steps: u32,
    /// Those that were asked for.
    pub lines: Vec<Line>,
}

/// A step in a line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its index in the slot.
    pub step: u32,
    /// What it does: an opcode, a precompile or a phase.
    pub name: String,
    /// Program counter; none without a frame.
    pub pc: Option<u32>,
    /// Depth of the frame; none without one.
    pub depth: Option<u16>,
    /// Whose code runs.
    pub contract: Option<Address>,
    /// Gas of the frame before it.
    pub gas: Option<u64>,
    /// How it ends, unless as it should.
    pub failure: Option<String>,
    /// The contract that proves it.
    pub family: &'static str,
}

/// The steps `range` of slot `slot` of the claim over `domain`.
///
/// # Errors
/// [`InspectError`].
pub fn list<H: History>(
    history: &H,
    domain: Domain,
    slot: u32,
    range: Range<u32>,
) -> Result<Page, InspectError> {
    let place = Place::of(history, domain, slot)?;
    let mut lines = Lines { range, lines: Vec::new() };
    let traced = trace_slot(history.source(), &place.input(history, slot), &mut lines)?;
    Ok(Page { block: place.number, slot, steps: traced.steps, lines: lines.lines })
}

struct Lines {
    range: Range<u32>,
    lines: Vec<Line>,
}

impl StepSink for Lines {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        self.range.contains(&index)
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        let in_frame = info.phase.has_frame();
        let context: &StepContext = &proof.context;
        self.lines.push(Line {
            step: info.index,
            name: Kind::of(info).name(),
            pc: in_frame.then_some(info.pc),
            depth: in_frame.then_some(info.depth),
            contract: in_frame.then_some(info.contract),
            gas: proof.witness.frame.as_ref().map(|frame| frame.frame.gas),
            failure: match info.outcome {
                Outcome::Success => None,
                failure => Some(failure.to_string()),
            },
            family: Family::of(context, info.phase, info.opcode.unwrap_or_default()).name(),
        });
    }
}
