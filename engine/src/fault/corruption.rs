//! One wrong result in revm's own execution: the machine is derived from it as from a right one, so all that follows is
//! consistent, and only the one step has no proof.

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use revm::{
    Database, Inspector,
    bytecode::opcode as op,
    handler::MainnetContext,
    interpreter::{
        CallInputs, CallOutcome, CallValue, FrameInput, Gas, InstructionResult, Interpreter,
        InterpreterAction, InterpreterResult,
        interpreter::EthInterpreter,
        interpreter_types::{InputsTr, Jumps, LoopControl},
    },
};

use super::{Lie, LieKind};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    machine::{
        Divergence, Leaves, SlotInput, StepInfo, StepSink, TraceError, Traced, trace_slot_with,
    },
};

/// A slot in which one step is a lie.
#[derive(Clone, Debug)]
pub struct Corrupted {
    /// The claimed states after each step.
    pub leaves: Vec<B256>,
    /// What the slot led to.
    pub traced: Traced,
}

impl LieKind {
    /// Whether revm can be made to tell it; the states of other lies are forged.
    #[must_use]
    pub const fn is_executed(self) -> bool {
        matches!(
            self,
            Self::Arithmetic
                | Self::Storage
                | Self::Gas
                | Self::StackDepth
                | Self::Memory
                | Self::CallSuccess
                | Self::Balance
                | Self::Log
        )
    }
}

/// Traces a slot in which step `lie.step` is wrong; `None` when that step leaves nothing of the kind to lie about. The
/// result of long data is nothing of the kind: the steps that absorb it are made from the data, not from revm's answer.
///
/// # Errors
/// [`TraceError`] as honest tracing has.
pub fn trace_lie<S>(
    source: S,
    input: &SlotInput<'_>,
    lie: Lie,
) -> Result<Option<Corrupted>, TraceError>
where
    S: NodeSource + CodeSource + Clone,
{
    let next = Rc::new(Cell::new(0));
    let mut sink = Counted { leaves: Leaves::default(), next: Rc::clone(&next) };
    let mut corruption = Corruption { lie, next, place: None, refuses: false, told: false };
    let traced = match trace_slot_with(source, input, &mut sink, &mut corruption) {
        Err(TraceError::Diverged { about: Divergence::LongData, .. }) if corruption.told => {
            return Ok(None);
        }
        result => result?,
    };
    Ok(corruption.told.then_some(Corrupted { leaves: sink.leaves.0, traced }))
}

/// Keeps the leaves, and tells the corruption which step comes next.
struct Counted {
    leaves: Leaves,
    next: Rc<Cell<u32>>,
}

impl StepSink for Counted {
    fn step(&mut self, info: &StepInfo, post: B256) {
        self.next.set(info.index + 1);
        self.leaves.step(info, post);
    }
}

/// The opcode under way at the lie's step.
#[derive(Clone, Copy)]
struct Place {
    opcode: u8,
    /// Its first argument.
    argument: U256,
    contract: Address,
}

/// Changes what one opcode leaves, before the tracer looks.
struct Corruption {
    lie: Lie,
    next: Rc<Cell<u32>>,
    place: Option<Place>,
    /// Whether the call that the opcode asked for is to be refused.
    refuses: bool,
    told: bool,
}

impl Corruption {
    /// Changes what the opcode at `place` leaves. Returns whether there was anything to change.
    fn tell<DB: Database>(
        &mut self,
        place: Place,
        interpreter: &mut Interpreter,
        context: &mut MainnetContext<DB>,
    ) -> bool {
        match interpreter.bytecode.action() {
            None => self.change(place, interpreter, context).is_some(),
            Some(InterpreterAction::NewFrame(FrameInput::Call(inputs))) => self.divert(inputs),
            Some(_) => false,
        }
    }

    fn change<DB: Database>(
        &self,
        place: Place,
        interpreter: &mut Interpreter,
        context: &mut MainnetContext<DB>,
    ) -> Option<()> {
        match (self.lie.kind, place.opcode) {
            (LieKind::Gas, _) => interpreter.gas.record_regular_cost(1).then_some(()),
            (LieKind::StackDepth, _) => interpreter.stack.push(U256::ZERO).then_some(()),
            (LieKind::Arithmetic, _) => interpreter.stack.top().map(|top| *top ^= U256::ONE),
            (LieKind::Memory, op::MSTORE | op::MSTORE8) => {
                let offset = usize::try_from(place.argument).ok()?;
                let byte = *interpreter.memory.slice_len(offset, 1).first()?;
                interpreter.memory.set(offset, &[byte ^ 1]);
                Some(())
            }
            (LieKind::Storage, op::SSTORE) => {
                let account = context.journaled_state.inner.state.get_mut(&place.contract)?;
                let slot = account.storage.get_mut(&place.argument)?;
                slot.present_value ^= U256::ONE;
                Some(())
            }
            (LieKind::Log, op::LOG0..=op::LOG4) => {
                let log = context.journaled_state.inner.logs.last_mut()?;
                let data = [&log.data.data[..], &[1]].concat();
                log.data = LogData::new_unchecked(log.data.topics().to_vec(), data.into());
                Some(())
            }
            _ => None,
        }
    }

    /// Changes the call that the opcode asks for.
    fn divert(&mut self, inputs: &mut CallInputs) -> bool {
        match (self.lie.kind, &mut inputs.value) {
            (LieKind::CallSuccess, _) => {
                self.refuses = true;
                true
            }
            (LieKind::Balance, CallValue::Transfer(value)) if !value.is_zero() => {
                *value -= U256::ONE;
                true
            }
            _ => false,
        }
    }
}

impl<DB: Database> Inspector<MainnetContext<DB>, EthInterpreter> for Corruption {
    fn step(&mut self, interpreter: &mut Interpreter, _: &mut MainnetContext<DB>) {
        let here = !self.told && self.next.get() == self.lie.step;
        self.place = here.then(|| Place {
            opcode: interpreter.bytecode.opcode(),
            argument: interpreter.stack.peek(0).unwrap_or_default(),
            contract: interpreter.input.target_address(),
        });
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut MainnetContext<DB>) {
        if let Some(place) = self.place.take() {
            self.told = self.tell(place, interpreter, context);
        }
    }

    fn call(&mut self, _: &mut MainnetContext<DB>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let gas = Gas::new(inputs.gas_limit);
        let refused = InterpreterResult::new(InstructionResult::OutOfFunds, Bytes::new(), gas);
        std::mem::take(&mut self.refuses)
            .then(|| CallOutcome::new(refused, inputs.return_memory_offset.clone()))
    }
}
