//! Steps as the tracer reports them.

use alloy_primitives::{Address, B256};

use super::{job_kind::JobKind, outcome::Outcome, phase::Phase, witness::Witness};

/// Where in a claim a transition stands. It comes from the tournament's storage, never from a prover. Mirrors
/// `StepContext` of `contracts/src/interfaces/IStepVerifier.sol`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepContext {
    /// Position of the slot in the claim, 0 .. 2^20 - 1.
    pub slot: u32,
    /// Position of the step in the slot, 0 .. 2^24 - 1.
    pub step: u32,
    /// Whether the slot's block lies inside the claim's domain.
    pub in_domain: bool,
    /// Hash of that block's Inbox record; zero outside the domain.
    pub record_hash: B256,
}

/// What a step does, for reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepInfo {
    /// Index of the step in the slot.
    pub index: u32,
    /// The phase before it.
    pub phase: Phase,
    /// The opcode that it executes; CREATE and CREATE2 take two steps, the second in phase Create.
    pub opcode: Option<u8>,
    /// The job under way before it.
    pub job: Option<JobKind>,
    /// Program counter before it; 0 without a frame.
    pub pc: u32,
    /// The contract whose code runs; zero without a frame.
    pub contract: Address,
    /// Depth of the frame; 0 without one.
    pub depth: u16,
    /// The transaction; zero without one.
    pub transaction: B256,
    /// How it ended.
    pub outcome: Outcome,
}

/// A step with all that the verifier needs to repeat it.
#[derive(Clone, Debug)]
pub struct StepProof {
    /// Where the step stands.
    pub context: StepContext,
    /// Hash of the machine state before it.
    pub pre: B256,
    /// The witness.
    pub witness: Witness,
    /// Hash of the machine state after it.
    pub post: B256,
}

/// Takes the steps of a slot as they are made.
pub trait StepSink {
    /// Step `info.index` leads to the machine state with hash `post`.
    fn step(&mut self, info: &StepInfo, post: B256);

    /// Whether the witness of step `index` is wanted.
    fn wants_witness(&self, index: u32) -> bool {
        let _ = index;
        false
    }

    /// The witness of a step that was wanted; called before [`StepSink::step`].
    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        let _ = (info, proof);
    }
}

impl<K: StepSink> StepSink for &mut K {
    fn step(&mut self, info: &StepInfo, post: B256) {
        (**self).step(info, post);
    }

    fn wants_witness(&self, index: u32) -> bool {
        (**self).wants_witness(index)
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        (**self).witness(info, proof);
    }
}

/// Keeps the hash of the machine state after each step: the leaves of the slot's trace commitment.
#[derive(Clone, Debug, Default)]
pub struct Leaves(pub Vec<B256>);

impl StepSink for Leaves {
    fn step(&mut self, _: &StepInfo, post: B256) {
        self.0.push(post);
    }
}

/// Keeps the proof of one step.
#[derive(Clone, Debug)]
pub struct Capture {
    index: u32,
    proof: Option<(StepInfo, StepProof)>,
}

impl Capture {
    /// Waits for step `index`.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self { index, proof: None }
    }

    /// The step and its proof, if the slot had it.
    #[must_use]
    pub fn into_proof(self) -> Option<(StepInfo, StepProof)> {
        self.proof
    }
}

impl StepSink for Capture {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        index == self.index
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        self.proof = Some((*info, proof));
    }
}
