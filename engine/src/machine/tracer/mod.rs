//! Makes the machine's states and witnesses of one slot from what revm does: an inspector sees each opcode, takes revm's
//! stack, gas and values, and applies the opcode's reads and writes to the tries in the protocol's order. It knows no
//! gas rule and no arithmetic: it is not a second EVM.
//!
//! [`slot`], [`block`], [`entries`] and [`drive`] lead a slot; [`inspector`] receives revm's hooks; [`opcodes`], [`reads`],
//! [`authorize`], [`entry`], [`create`], [`precompile`], [`end`], [`copy`] and [`absorb`] are what happens to the machine
//! then; [`blob`] fills a batch from a blob.

mod absorb;
mod authorize;
mod blob;
mod block;
mod copy;
mod create;
mod drive;
mod end;
mod entries;
mod entry;
mod frame;
mod inspector;
mod opcodes;
mod precompile;
mod reads;
mod recorder;
mod slot;
mod transaction;

use alloy_primitives::{Address, B256, Bytes};

pub use slot::{SlotInput, Traced, prove_step, trace_slot, trace_slot_with};

use self::{entry::Pending, frame::ActiveFrame, recorder::Recorder, transaction::ActiveTx};
use super::{
    codes::Codes,
    error::{Divergence, TraceError},
    groups::{Block, Job, Machine},
    job_kind::JobKind,
    outcome::Outcome,
    phase::Phase,
    step::{StepContext, StepInfo, StepProof, StepSink},
    tries::Tries,
    view::View,
};
use crate::authenticated::{
    scratch::Key,
    source::{CodeSource, NodeSource},
};

/// A slot takes fewer steps: its step commitment has so many leaves.
const STEP_LIMIT: u32 = 1 << 24;

/// The machine under way, and the sink its steps go to.
#[derive(Debug)]
struct Tracer<S, K> {
    sink: K,
    context: StepContext,
    tries: Tries<S>,
    codes: Codes<S>,
    phase: Phase,
    block: Block,
    block_hash: B256,
    tx: Option<ActiveTx>,
    frames: Vec<ActiveFrame>,
    job: Option<ActiveJob>,
    /// The state after the last step.
    machine: Machine,
    /// Hash of its cold fields.
    cold_hash: B256,
    machine_hash: B256,
    recorder: Option<Recorder>,
    info: Option<StepInfo>,
    /// The call or creation that revm was asked for and has not begun yet.
    pending: Option<Pending>,
    /// How the running frame was told to end.
    ending: Option<end::Ending>,
    error: Option<TraceError>,
}

/// A Job with the tree of its source.
#[derive(Debug)]
struct ActiveJob {
    kind: JobKind,
    group: Job,
    source: View,
}

impl ActiveJob {
    /// A job over all of `source`.
    fn new(kind: JobKind, source: View) -> Self {
        let (slice, total) = (source.slice(), source.len());
        let group = Job { kind: kind as u8, source: slice, total, ..Job::default() };
        Self { kind, group, source }
    }
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// The machine at a boundary.
    fn new(source: S, block: Block, state_root: B256, context: StepContext, sink: K) -> Self {
        let block_hash = block.hash();
        let mut tracer = Self {
            sink,
            context,
            tries: Tries::new(source.clone(), state_root),
            codes: Codes::new(source),
            phase: Phase::Boundary,
            block,
            block_hash,
            tx: None,
            frames: Vec::new(),
            job: None,
            machine: Machine::default(),
            cold_hash: Machine::default().cold_hash(),
            machine_hash: B256::ZERO,
            recorder: None,
            info: None,
            pending: None,
            ending: None,
            error: None,
        };
        tracer.commit();
        tracer
    }

    /// Begins a step; what is read from here on belongs to its witness.
    fn begin(&mut self, opcode: Option<u8>) -> Result<(), TraceError> {
        if self.info.is_some() {
            return Err(self.diverged(Divergence::Control));
        }
        let frame = self.frames.last();
        self.info = Some(StepInfo {
            index: self.context.step,
            phase: self.phase,
            opcode,
            job: self.job.as_ref().map(|job| job.kind),
            pc: frame.map_or(0, |frame| frame.group.pc),
            contract: frame.map_or(Address::ZERO, |frame| frame.call.code_address),
            depth: frame.map_or(0, |frame| frame.call.depth),
            transaction: self.tx.as_ref().map_or(B256::ZERO, |tx| tx.group().hash),
            outcome: Outcome::Success,
        });
        if self.sink.wants_witness(self.context.step) {
            self.tries.start_recording()?;
            self.recorder = Some(Recorder::new(self, opcode));
        }
        Ok(())
    }

    /// The step under way ends so; without this it is a success.
    const fn ends(&mut self, outcome: Outcome) {
        if let Some(info) = &mut self.info {
            info.outcome = outcome;
        }
    }

    /// Ends the step that [`Tracer::begin`] began.
    fn finish(&mut self) -> Result<(), TraceError> {
        let Some(info) = self.info.take() else {
            return Err(self.diverged(Divergence::Control));
        };
        let pre = self.machine_hash;
        self.commit();
        if let Some(recorder) = self.recorder.take() {
            let witness = recorder.into_witness(self.tries.finish_recording()?);
            let proof = StepProof { context: self.context, pre, witness, post: self.machine_hash };
            self.sink.witness(&info, proof);
        }
        self.sink.step(&info, self.machine_hash);
        self.context.step += 1;
        if self.context.step < STEP_LIMIT { Ok(()) } else { Err(TraceError::Steps) }
    }

    /// Brings the Machine group up to date and hashes it.
    fn commit(&mut self) {
        let (has_frame, has_job) = (self.phase.has_frame(), self.job.is_some());
        let frame_hash = match self.frames.last_mut() {
            Some(frame) if has_frame => frame.commit(),
            _ => B256::ZERO,
        };
        let machine = Machine {
            phase: self.phase as u8,
            block_hash: self.block_hash,
            tx_hash: self.tx.as_mut().map_or(B256::ZERO, ActiveTx::hash),
            frame_hash,
            job_hash: if has_job { self.job_hash() } else { B256::ZERO },
            state_root: self.tries.state_root,
            scratch_root: self.tries.scratch_root,
        };
        if cold(&machine) != cold(&self.machine) {
            self.cold_hash = machine.cold_hash();
        }
        self.machine_hash = machine.hash_with(&self.cold_hash);
        self.machine = machine;
    }

    fn job_hash(&self) -> B256 {
        self.job.as_ref().map_or(B256::ZERO, |job| job.group.hash())
    }

    /// Changes the Block group.
    fn edit_block(&mut self, edit: impl FnOnce(&mut Block)) {
        edit(&mut self.block);
        self.block_hash = self.block.hash();
    }

    fn tx(&mut self) -> Result<&mut ActiveTx, TraceError> {
        let (step, about) = (self.context.step, Divergence::Control);
        self.tx.as_mut().ok_or_else(|| TraceError::Diverged { step, about })
    }

    fn frame(&mut self) -> Result<&mut ActiveFrame, TraceError> {
        let (step, about) = (self.context.step, Divergence::Control);
        self.frames.last_mut().ok_or_else(|| TraceError::Diverged { step, about })
    }

    const fn diverged(&self, about: Divergence) -> TraceError {
        TraceError::Diverged { step: self.context.step, about }
    }

    /// The witness shows the words that hold `view`.
    fn show_range(&mut self, view: &View) -> Result<(), TraceError> {
        if let Some(recorder) = &mut self.recorder
            && let Some(range) = view.range()?
        {
            recorder.range(range);
        }
        Ok(())
    }

    /// The witness shows the code with `hash`, unless it is empty.
    fn show_code(&mut self, hash: B256) -> Result<(), TraceError> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let code = self.codes.get(hash)?;
        self.show_code_bytes(code);
        Ok(())
    }

    fn show_code_bytes(&mut self, code: Bytes) {
        if let Some(recorder) = &mut self.recorder {
            recorder.code(code);
        }
    }

    /// The mark to be set when `address` is cold: it is looked up unless it is warm implicitly.
    fn cold_address(&self, address: Address) -> Result<Option<Key>, TraceError> {
        if self.is_implicitly_warm(address) {
            Ok(None)
        } else {
            self.cold(Key::WarmAddress(address))
        }
    }

    fn cold(&self, key: Key) -> Result<Option<Key>, TraceError> {
        Ok(if self.tries.is_marked(key)? { None } else { Some(key) })
    }

    fn is_implicitly_warm(&self, address: Address) -> bool {
        let of_tx = self
            .tx
            .as_ref()
            .is_some_and(|tx| address == tx.group().sender || address == tx.group().to);
        of_tx || address == self.block.fee_recipient || is_precompile(address)
    }
}

/// The fields of the Machine group that [`Machine::cold_hash`] commits to.
fn cold(machine: &Machine) -> [&B256; 4] {
    [&machine.block_hash, &machine.tx_hash, &machine.state_root, &machine.scratch_root]
}

/// Osaka's precompiles: 0x01 to 0x11 and 0x100.
fn is_precompile(address: Address) -> bool {
    match address.0.0 {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low] => {
            matches!((high, low), (0, 1..=0x11) | (1, 0))
        }
        _ => false,
    }
}
