//! Sees one step as it is made: its witness, the next one's, and what is on top of the stack in between.

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{B256, U256};
use revm::{
    Inspector,
    bytecode::opcode::OpCode,
    interpreter::{Interpreter, interpreter::EthInterpreter},
};

use crate::machine::{Outcome, Phase, StepInfo, StepProof, StepSink, Witness};

/// A step that was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) info: StepInfo,
    pub(super) proof: StepProof,
    /// What is on top of the stack after revm's opcode.
    pub(super) top: Option<U256>,
}

impl Seen {
    /// What an opcode has put on top of the stack. Calls and creations put something there only when they end.
    pub(super) fn result(&self) -> Option<U256> {
        let info = &self.info;
        let opcode = info
            .opcode
            .filter(|_| info.phase == Phase::Running && info.outcome == Outcome::Success)?;
        let gives = OpCode::new(opcode)?.outputs() > 0 && !matches!(opcode, 0xf0..=0xff);
        self.top.filter(|_| gives)
    }
}

/// Waits for a step.
#[derive(Debug)]
pub(super) struct Watch {
    step: u32,
    top: Rc<Cell<Option<U256>>>,
    seen: Option<Seen>,
    next: Option<Witness>,
}

/// revm's hooks, called before the tracer's.
#[derive(Debug)]
pub(super) struct Eye(Rc<Cell<Option<U256>>>);

impl Watch {
    pub(super) fn of(step: u32) -> (Self, Eye) {
        let top = Rc::new(Cell::new(None));
        (Self { step, top: Rc::clone(&top), seen: None, next: None }, Eye(top))
    }

    pub(super) fn take(&mut self) -> Option<Seen> {
        self.seen.take()
    }

    pub(super) fn take_next(&mut self) -> Option<Witness> {
        self.next.take()
    }
}

impl StepSink for Watch {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, index: u32) -> bool {
        index == self.step || Some(index) == self.step.checked_add(1)
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        if info.index == self.step {
            self.seen = Some(Seen { info: *info, proof, top: self.top.get() });
        } else {
            self.next = Some(proof.witness);
        }
    }
}

impl<C> Inspector<C, EthInterpreter> for Eye {
    fn step_end(&mut self, interpreter: &mut Interpreter, _: &mut C) {
        self.0.set(interpreter.stack.data().last().copied());
    }
}
