//! Runs blocks of our own and lets the verifier repeat the steps of interest: what they are and how they end.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, B256};
use revm::bytecode::opcode as op;
use surety_engine::{
    conformance::Verifier,
    execute::block::{BlockOutcome, execute_block},
    machine::{
        JobKind, Outcome, Phase, SlotInput, StepInfo, StepProof, StepSink, Witness, opcode,
        trace_slot,
    },
};

use crate::{
    cells::{Cell, PRECOMPILES, UNDEFINED, is_defined},
    scenario::{Scenario, verifier},
};

/// Proven steps by what they are.
pub type Reached = BTreeMap<Cell, u64>;

/// Repeats a step that was asked for.
pub struct Proven {
    pub info: StepInfo,
    /// Gas of the frame before the step.
    pub gas: u64,
}

/// What the steps of a slot are.
#[derive(Default)]
struct Infos(Vec<StepInfo>);

impl StepSink for Infos {
    fn step(&mut self, info: &StepInfo, _: B256) {
        self.0.push(*info);
    }
}

struct Proving<'a> {
    verifier: &'a mut Verifier,
    /// Which steps of the slot are proven.
    wanted: Vec<bool>,
    reached: &'a mut Reached,
    proven: Vec<Proven>,
}

impl StepSink for Proving<'_> {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        self.wanted.get(index as usize).copied().unwrap_or_default()
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        if let Err(rejection) = self.verifier.check(&proof) {
            panic!(
                "{} at {} of {}: {rejection}",
                name(info, &proof.witness),
                info.pc,
                info.contract
            );
        }
        let gas = proof.witness.frame.as_ref().map_or(0, |frame| frame.frame.gas);
        self.proven.push(Proven { info: *info, gas });
        let cell = Cell::new(name(info, &proof.witness), info.outcome.to_string());
        *self.reached.entry(cell).or_default() += 1;
    }
}

/// What a step is.
fn name(info: &StepInfo, witness: &Witness) -> String {
    let job = || witness.job.as_ref().unwrap();
    match (info.phase, info.opcode) {
        (Phase::Running, Some(opcode)) if is_defined(opcode) => opcode::name(opcode).to_owned(),
        (Phase::Running, _) => UNDEFINED.to_owned(),
        (Phase::Precompile, _) => precompile(info.contract).to_owned(),
        (Phase::Create, _) => {
            let opcode = u8::try_from(job().destination).unwrap();
            format!("Create of {}", opcode::name(opcode))
        }
        (Phase::Absorb, _) => {
            let absorbing = match job().kind {
                kind if kind == JobKind::Keccak as u8 => "KECCAK256",
                kind if kind == JobKind::Log as u8 => "LOG",
                _ => precompile(info.contract),
            };
            format!("Absorb of {absorbing}")
        }
        _ => info.phase.name().to_owned(),
    }
}

fn precompile(address: Address) -> &'static str {
    let is = |number: u16| address == Address::left_padding_from(&number.to_be_bytes());
    PRECOMPILES.iter().find(|(number, ..)| is(*number)).map(|(_, name, _)| *name).unwrap()
}

/// Whether a step does more than prepare others.
pub fn is_telling(info: &StepInfo) -> bool {
    let is_common = matches!(info.opcode, Some(op::PUSH0..=op::PUSH32 | op::MSTORE));
    !is_common || info.outcome != Outcome::Success
}

/// Executes the block and proves the steps that are `wanted`. Their cells, and how the transactions end, go into
/// `reached`; the result holds the proven steps in order.
pub fn prove(
    scenario: Scenario,
    reached: &mut Reached,
    wanted: impl Fn(&StepInfo) -> bool,
) -> Vec<Proven> {
    let limits = scenario.limits;
    let (parent, input, mut pending) = scenario.into_block();
    let outcome = execute_block(&mut pending, &parent, &input, &limits).unwrap();
    let mut verifier = verifier(&limits);
    let mut proven = Vec::new();
    let mut lasts = HashMap::new();
    let mut boundary = &parent;
    let mut slots: Vec<_> = outcome.slots.iter().map(|slot| u32::from(slot.slot)).collect();
    // one that does nothing, before the last
    let idle = slots.len() as u32 - 1;
    slots.insert(slots.len() - 1, idle);
    for slot in slots {
        let input = SlotInput { slot, boundary, block: Some(&input), limits: &limits };
        let mut infos = Infos::default();
        trace_slot(&pending, &input, &mut infos).unwrap();
        let of_frames = infos.0.iter().filter(|step| step.phase.has_frame());
        lasts.extend(of_frames.map(|step| (step.transaction, step.outcome)));
        let wanted = infos.0.iter().map(&wanted).collect();
        let mut proving = Proving { verifier: &mut verifier, wanted, reached, proven: Vec::new() };
        trace_slot(&pending, &input, &mut proving).unwrap();
        proven.append(&mut proving.proven);
        if let Some(after) = outcome.slots.iter().find(|it| u32::from(it.slot) == slot) {
            boundary = &after.boundary;
        }
    }
    ends(&outcome, &lasts, reached);
    proven
}

/// How the transactions end, by the last steps of their frames.
fn ends(outcome: &BlockOutcome, lasts: &HashMap<B256, Outcome>, reached: &mut Reached) {
    for executed in outcome.executed() {
        let transaction = &executed.transaction;
        let kind = format!("type {}", transaction.kind as u8);
        let end = match lasts.get(&transaction.hash) {
            _ if executed.status => "success",
            Some(Outcome::Revert) => "revert",
            _ => "halt",
        };
        let to = if transaction.to.is_create() { "creation" } else { "call" };
        *reached.entry(Cell::new(kind, format!("{to}: {end}"))).or_default() += 1;
    }
}
