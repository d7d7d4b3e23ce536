//! Blocks traced step by step, of which steps are then picked and proved.

use alloy_primitives::B256;
use surety_engine::{
    authenticated::source::{CodeSource, NodeSource},
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::Boundary,
        pending::Pending,
    },
    machine::{Phase, SlotInput, StepInfo, StepProof, StepSink, opcode, prove_step, trace_slot},
    rules::limits::Limits,
};

/// A block that has been executed.
struct Block {
    parent: Boundary,
    input: BlockInput,
    outcome: BlockOutcome,
}

/// Where a step is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Place of the block in the run.
    pub block: usize,
    pub slot: u16,
    pub step: u32,
}

/// A step that was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub place: Place,
    pub info: StepInfo,
    /// Bytes of its witness.
    pub size: usize,
    /// What L1 counts of these bytes (EIP-7623): a zero byte once, others four times.
    pub tokens: u64,
    /// The part of `tokens` that is code.
    pub code_tokens: u64,
    /// Whether it ends its frame, neither by STOP, RETURN or SELFDESTRUCT nor as a precompile does.
    pub fails: bool,
    /// Whether the slot has other steps.
    pub has_company: bool,
}

/// Blocks one after another, and the state they leave behind.
pub struct Run<S> {
    state: Pending<S>,
    limits: Limits,
    boundary: Boundary,
    blocks: Vec<Block>,
    pub steps: Vec<Made>,
}

impl<S: NodeSource + CodeSource + Clone> Run<S> {
    pub fn new(source: S, boundary: Boundary, limits: Limits) -> Self {
        Self {
            state: Pending::new(source),
            limits,
            boundary,
            blocks: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Executes a block, of whose steps none is picked by what it is.
    pub fn execute(&mut self, input: BlockInput) {
        let parent = self.boundary.clone();
        let outcome = execute_block(&mut self.state, &parent, &input, &self.limits).unwrap();
        self.boundary = outcome.boundary.clone();
        self.blocks.push(Block { parent, input, outcome });
    }

    pub fn append(&mut self, input: BlockInput) {
        self.execute(input);
        let slots = self.blocks.last().map(|block| &block.outcome.slots);
        let slots: Vec<u16> = slots.into_iter().flatten().map(|slot| slot.slot).collect();
        for slot in slots {
            let place = Place { block: self.blocks.len() - 1, slot, step: 0 };
            let mut made = Steps { place, made: Vec::new() };
            trace_slot(&self.state, &self.slot(place), &mut made).unwrap();
            self.steps.extend(made.finished());
        }
    }

    /// The step at `place`, fixed points behind a slot's last step included.
    pub fn prove(&self, place: Place) -> (StepInfo, StepProof) {
        prove_step(&self.state, &self.slot(place), place.step).unwrap()
    }

    fn slot(&self, place: Place) -> SlotInput<'_> {
        let Block { parent, input, outcome } = &self.blocks[place.block];
        let before = outcome.slots.iter().take_while(|slot| slot.slot < place.slot).last();
        SlotInput {
            slot: place.slot.into(),
            boundary: before.map_or(parent, |slot| &slot.boundary),
            block: Some(input),
            limits: &self.limits,
        }
    }
}

/// The steps of one slot.
struct Steps {
    place: Place,
    made: Vec<Made>,
}

impl Steps {
    fn finished(mut self) -> Vec<Made> {
        let has_company = self.made.len() > 1;
        for at in 1..self.made.len() {
            let after = self.made[at].info;
            let made = &mut self.made[at - 1];
            let leaves = after.phase == Phase::Settle || after.depth < made.info.depth;
            made.fails = leaves
                && made.info.opcode.is_some_and(|code| {
                    !matches!(opcode::name(code), "STOP" | "RETURN" | "SELFDESTRUCT")
                });
        }
        for made in &mut self.made {
            made.has_company = has_company;
        }
        self.made
    }
}

impl StepSink for Steps {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, _: u32) -> bool {
        true
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        let place = Place { step: info.index, ..self.place };
        let encoding = proof.witness.encode().unwrap();
        self.made.push(Made {
            place,
            info: *info,
            size: encoding.len(),
            tokens: tokens(&encoding),
            code_tokens: proof.witness.codes.iter().map(|code| tokens(code)).sum(),
            fails: false,
            has_company: false,
        });
    }
}

/// What a step executes: its opcode's name in phase Running, else its phase's.
pub fn kind(info: &StepInfo) -> &'static str {
    match info.opcode {
        Some(opcode) if info.phase == Phase::Running => opcode::name(opcode),
        _ => info.phase.name(),
    }
}

fn tokens(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| if *byte == 0 { 1 } else { 4 }).sum()
}
