//! Collects the witness of the step under way.

use alloy_primitives::Bytes;

use super::Tracer;
use crate::{
    authenticated::word_tree::Range,
    machine::{
        groups::Frame,
        opcode,
        witness::{FrameWitness, Witness},
    },
};

/// The state before the step, and what the step has read so far.
#[derive(Debug)]
pub(super) struct Recorder {
    witness: Witness,
}

impl Recorder {
    /// The machine as it is now; `opcode` is what the step executes.
    pub(super) fn new<S, K>(machine: &Tracer<S, K>, opcode: Option<u8>) -> Self {
        let frame = machine.frames.last().filter(|_| machine.phase.has_frame()).map(|frame| {
            let items = opcode.map_or(0, opcode::items_read);
            let (stack_rest, items) = frame.stack.split(items);
            FrameWitness { frame: frame.group.clone(), call: frame.call.clone(), stack_rest, items }
        });
        Self {
            witness: Witness {
                machine: machine.machine.clone(),
                block: machine.block.clone(),
                tx: machine.tx.as_ref().map(|tx| tx.group().clone()),
                frame,
                job: machine.job.as_ref().map(|job| job.group.clone()),
                ..Witness::default()
            },
        }
    }

    pub(super) fn range(&mut self, range: Range) {
        self.witness.ranges.push(range);
    }

    /// A code; the empty one is never given, and each one once.
    pub(super) fn code(&mut self, code: Bytes) {
        if !code.is_empty() && !self.witness.codes.contains(&code) {
            self.witness.codes.push(code);
        }
    }

    pub(super) fn resumed(&mut self, frame: Frame) {
        self.witness.resumed = Some(frame);
    }

    pub(super) fn record(&mut self, record: Bytes) {
        self.witness.record = record;
    }

    pub(super) fn into_witness(self, nodes: Vec<Bytes>) -> Witness {
        Witness { nodes, ..self.witness }
    }
}
