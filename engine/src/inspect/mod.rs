//! One step of the machine in plain words: what it does with which values, what it reads and changes, which contract proves it
//! and what of the machine its proof reveals.
//!
//! All of it is read off the witnesses of this step and the next one, so that it tells what the verifier sees.

mod changes;
mod listing;
mod opcodes;
mod sentence;
mod watch;

use alloy_primitives::{Address, B256, U256};
use serde::Serialize;
use thiserror::Error;

pub use changes::Change;
pub use listing::{Line, Page, list};

use self::watch::{Seen, Watch};
use crate::{
    conformance::kind::Kind,
    dispute::domain::Domain,
    execute::boundary::Boundary,
    machine::{
        Family, Outcome, Phase, SlotInput, StepInfo, StepProof, TraceError, Witness, prove_step,
        trace_slot_with, witness::WitnessError,
    },
    node::{NodeError, history::History},
    rules::parameters::SLOTS_PER_BLOCK,
};

/// Why a step cannot be told of.
#[derive(Debug, Error)]
pub enum InspectError {
    /// Its block is not executed, or cannot be read.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Its slot cannot be traced.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Its witness cannot be encoded.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The blocks have no such slot.
    #[error("slot {slot} is behind the last of {blocks} blocks")]
    Slot {
        /// The slot.
        slot: u32,
        /// How many blocks.
        blocks: u16,
    },
}

/// A step in plain words.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The L2 block.
    pub block: u64,
    /// The slot of the block.
    pub slot: u32,
    /// The step of the slot.
    pub step: u32,
    /// How many steps the slot takes; later ones change nothing.
    pub steps: u32,
    /// What it does, in a word: an opcode, a precompile or a phase.
    pub name: String,
    /// The machine's phase before it.
    pub phase: &'static str,
    /// How it ends.
    pub outcome: String,
    /// What it does, in a sentence.
    pub words: String,
    /// The transaction; none between transactions.
    pub transaction: Option<B256>,
    /// The frame that runs, if one does.
    pub frame: Option<FrameFacts>,
    /// What it takes from the stack, the top first.
    pub operands: Vec<Operand>,
    /// What it leaves on top of the stack, where it is known at once.
    pub result: Option<U256>,
    /// The bulk operation under way, if one is.
    pub job: Option<JobFacts>,
    /// What of the machine differs after it.
    pub changes: Vec<Change>,
    /// Hash of the machine before it.
    pub pre: B256,
    /// Hash of the machine after it.
    pub post: B256,
    /// The contract that proves it.
    pub family: &'static str,
    /// What its witness reveals.
    pub witness: WitnessFacts,
}

/// A frame of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameFacts {
    /// Whose storage and balance it uses.
    pub account: Address,
    /// Whose code runs.
    pub code: Address,
    /// Who called.
    pub caller: Address,
    /// Wei that came with the call.
    pub value: U256,
    /// 0 for the transaction's own.
    pub depth: u16,
    /// Whether it may change nothing.
    pub is_static: bool,
    /// Program counter.
    pub pc: u32,
    /// Gas before the step.
    pub gas: u64,
    /// Items on the stack before the step.
    pub stack: u16,
    /// Words of memory before the step.
    pub memory: u32,
}

/// A value on the stack with what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operand {
    /// What it means.
    pub name: String,
    /// The value.
    pub value: U256,
}

/// A bulk operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobFacts {
    /// What it does.
    pub kind: &'static str,
    /// How much is done before the step.
    pub done: u32,
    /// How much there is to do: bytes, or for a blob field elements.
    pub total: u32,
}

/// What a witness holds, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WitnessFacts {
    /// Its length, bytes.
    pub bytes: usize,
    /// Trie nodes in it.
    pub nodes: usize,
    /// Their bytes.
    pub node_bytes: usize,
    /// Codes in it.
    pub codes: usize,
    /// Their bytes.
    pub code_bytes: usize,
    /// Words of memory, calldata or batch in it.
    pub words: usize,
}

/// A slot of a claim, with what executing it takes.
pub(super) struct Place {
    pub(super) number: u64,
    pub(super) boundary: Boundary,
    pub(super) input: crate::derive::BlockInput,
}

impl Place {
    fn of<H: History>(history: &H, domain: Domain, slot: u32) -> Result<Self, InspectError> {
        let number = domain.first.saturating_add(u64::from(slot) / SLOTS_PER_BLOCK);
        if number > domain.last() {
            return Err(InspectError::Slot { slot, blocks: domain.blocks });
        }
        let within = u16::try_from(u64::from(slot) % SLOTS_PER_BLOCK).unwrap_or_default();
        let boundary = history.before(number, within)?;
        Ok(Self { number, boundary, input: history.input(number)? })
    }

    fn input<'a, H: History>(&'a self, history: &'a H, slot: u32) -> SlotInput<'a> {
        let limits = history.limits();
        SlotInput { slot, boundary: &self.boundary, block: Some(&self.input), limits }
    }
}

/// Tells of step `step` of slot `slot` of the claim over `domain`, and gives its proof.
///
/// # Errors
/// [`InspectError`].
pub fn inspect<H: History>(
    history: &H,
    domain: Domain,
    slot: u32,
    step: u32,
) -> Result<(Inspection, StepProof), InspectError> {
    let place = Place::of(history, domain, slot)?;
    let input = place.input(history, slot);
    let (mut watch, eye) = Watch::of(step);
    let traced = trace_slot_with(history.source(), &input, &mut watch, eye)?;
    let end = Witness {
        machine: traced.boundary.machine(),
        block: traced.boundary.block.clone(),
        ..Witness::default()
    };
    let after = watch.take_next();
    let seen = match watch.take() {
        Some(seen) => seen,
        // behind the slot's last step nothing moves
        None => {
            let (info, proof) = prove_step(history.source(), &input, step)?;
            Seen { info, proof, top: None }
        }
    };
    let inspection = tell(&place, slot, traced.steps, &seen, after.as_ref().unwrap_or(&end))?;
    Ok((inspection, seen.proof))
}

fn tell(
    place: &Place,
    slot: u32,
    steps: u32,
    seen: &Seen,
    after: &Witness,
) -> Result<Inspection, InspectError> {
    let Seen { info, proof, .. } = seen;
    let before = &proof.witness;
    let operands = operands(info, before);
    let result = seen.result();
    Ok(Inspection {
        block: place.number,
        slot: u32::try_from(u64::from(slot) % SLOTS_PER_BLOCK).unwrap_or_default(),
        step: info.index,
        steps,
        name: Kind::of(info).name(),
        phase: info.phase.name(),
        outcome: info.outcome.to_string(),
        words: sentence::of(info, before, after, &operands, result),
        transaction: (!info.transaction.is_zero()).then_some(info.transaction),
        frame: before.frame.as_ref().map(|it| FrameFacts {
            account: it.call.address,
            code: it.call.code_address,
            caller: it.call.caller,
            value: it.call.value,
            depth: it.call.depth,
            is_static: it.call.is_static,
            pc: it.frame.pc,
            gas: it.frame.gas,
            stack: it.frame.stack_size,
            memory: it.frame.memory_words,
        }),
        operands,
        result,
        job: info.job.zip(before.job.as_ref()).map(|(kind, job)| JobFacts {
            kind: sentence::job(kind),
            done: job.done,
            total: job.total,
        }),
        changes: changes::between(before, after),
        pre: proof.pre,
        post: proof.post,
        family: family(info, proof).name(),
        witness: facts(before)?,
    })
}

fn family(info: &StepInfo, proof: &StepProof) -> Family {
    Family::of(&proof.context, info.phase, info.opcode.unwrap_or_default())
}

/// The operands of an opcode, the top of the stack first.
fn operands(info: &StepInfo, before: &Witness) -> Vec<Operand> {
    let (Some(opcode), Phase::Running, Some(frame)) = (info.opcode, info.phase, &before.frame)
    else {
        return Vec::new();
    };
    let names = opcodes::of(opcode).map(|words| words.operands).unwrap_or_default();
    let items = frame.items.iter().rev().enumerate();
    items
        .map(|(place, value)| Operand {
            name: match names.get(place) {
                Some(name) => (*name).to_owned(),
                None => format!("item {}", place + 1),
            },
            value: *value,
        })
        .collect()
}

fn facts(witness: &Witness) -> Result<WitnessFacts, WitnessError> {
    Ok(WitnessFacts {
        bytes: witness.encode()?.len(),
        nodes: witness.nodes.len(),
        node_bytes: witness.nodes.iter().map(|node| node.len()).sum(),
        codes: witness.codes.len(),
        code_bytes: witness.codes.iter().map(|code| code.len()).sum(),
        words: witness.ranges.iter().map(|range| range.words.len()).sum(),
    })
}

/// Whether a step ends its frame by a failure that takes all gas.
const fn is_halt(outcome: Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Success
            | Outcome::Idle
            | Outcome::Revert
            | Outcome::CallDepth
            | Outcome::Balance
            | Outcome::NonceOverflow
            | Outcome::Skipped(_)
    )
}
