//! Traces one slot: its steps to a sink, or the proof of one of them.

use alloy_primitives::{Bytes, map::B256Map};
use revm::{Inspector, handler::MainnetContext, inspector::NoOpInspector};

use super::{Tracer, drive::Driver};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::BlockInput,
    execute::{
        block::{FIRST_SLOT, LAST_SLOT},
        boundary::Boundary,
        database::TrieDatabase,
        pending::Pending,
    },
    machine::{
        error::TraceError,
        outcome::Outcome,
        step::{Capture, StepContext, StepInfo, StepProof, StepSink},
        witness::Witness,
    },
    rules::{limits::Limits, parameters::SLOTS_PER_BLOCK},
};

/// What a slot is traced from.
#[derive(Clone, Copy, Debug)]
pub struct SlotInput<'a> {
    /// Position of the slot in the claim.
    pub slot: u32,
    /// The boundary before it.
    pub boundary: &'a Boundary,
    /// The slot's block; `None` outside the claim's domain.
    pub block: Option<&'a BlockInput>,
    /// The deployment's limits.
    pub limits: &'a Limits,
}

/// What tracing a slot gives besides the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// The boundary after the slot.
    pub boundary: Boundary,
    /// Steps taken; every later one is a fixed point. At least 1, since step 0 of an idle slot is one, too.
    pub steps: u32,
    /// Trie nodes made on the way to that boundary, by hash.
    pub nodes: B256Map<Bytes>,
    /// Codes deployed, by hash.
    pub codes: B256Map<Bytes>,
}

impl SlotInput<'_> {
    fn context(&self) -> StepContext {
        StepContext {
            slot: self.slot,
            step: 0,
            in_domain: self.block.is_some(),
            record_hash: self.block.map(|block| block.record().hash()).unwrap_or_default(),
        }
    }
}

/// Traces a slot over the state that `source` holds.
///
/// # Errors
/// [`TraceError`]; what the sink has been given then is of no use.
pub fn trace_slot<S, K>(source: S, input: &SlotInput<'_>, sink: K) -> Result<Traced, TraceError>
where
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
{
    trace_slot_with(source, input, sink, NoOpInspector)
}

/// Traces a slot of an execution that `first` sees, and may change, before the machine is derived from it.
///
/// # Errors
/// [`TraceError`], as [`trace_slot`].
pub fn trace_slot_with<S, K, I>(
    source: S,
    input: &SlotInput<'_>,
    sink: K,
    first: I,
) -> Result<Traced, TraceError>
where
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
    I: for<'a> Inspector<MainnetContext<TrieDatabase<&'a Pending<S>>>>,
{
    let Boundary { state_root, block } = input.boundary.clone();
    let tracer = Tracer::new(source.clone(), block, state_root, input.context(), sink);
    let mut driver = Driver { tracer, reference: Pending::new(source), first };
    match (input.block, u64::from(input.slot) % SLOTS_PER_BLOCK) {
        (None, _) => driver.stand_still()?,
        (Some(block), slot) if slot == u64::from(FIRST_SLOT) => driver.begin_block(block)?,
        (Some(block), slot) if slot == u64::from(LAST_SLOT) => driver.end_block(block)?,
        (Some(block), _) => driver.take_entry(block, input.limits)?,
    }
    let (nodes, codes) = driver.reference.take();
    let Tracer { block, tries, context, .. } = driver.tracer;
    let boundary = Boundary { state_root: tries.state_root, block };
    Ok(Traced { boundary, steps: context.step, nodes, codes })
}

/// The proof of step `step` of a slot, fixed points included.
///
/// # Errors
/// [`TraceError`].
pub fn prove_step<S>(
    source: S,
    input: &SlotInput<'_>,
    step: u32,
) -> Result<(StepInfo, StepProof), TraceError>
where
    S: NodeSource + CodeSource + Clone,
{
    let mut capture = Capture::new(step);
    let traced = trace_slot(source, input, &mut capture)?;
    if let Some(proof) = capture.into_proof() {
        return Ok(proof);
    }
    let machine = traced.boundary.machine();
    let (pre, block) = (machine.hash(), traced.boundary.block);
    let witness = Witness { machine, block, ..Witness::default() };
    let context = StepContext { step, ..input.context() };
    let info = StepInfo { index: step, outcome: Outcome::Idle, ..StepInfo::default() };
    Ok((info, StepProof { context, pre, witness, post: pre }))
}
