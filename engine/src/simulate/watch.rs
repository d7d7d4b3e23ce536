//! The inspector around every other: it ends what runs too long or records too much.

use std::time::{Duration, Instant};

use alloy_primitives::{
    Address, Log, U256,
    map::{AddressMap, HashSet},
};
use revm::{
    Inspector,
    bytecode::opcode,
    context_interface::{ContextTr, context::ContextError},
    inspector::JournalExt,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter_types::{
            InputsTr as _, Jumps as _, LoopControl as _, MemoryTr as _, ReturnData as _,
        },
    },
};

use super::{Quota, SimulateError};

/// Steps between looks at the clock.
const STEPS_A_LOOK: u32 = 1 << 10;
/// What a recorded step, call or log takes beyond its data, bytes.
const RECORD: usize = 512;
/// What a slot takes in a recorded storage, bytes.
const SLOT: usize = 96;

/// What the inner inspector keeps, and is charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    /// Each step, up to so many.
    pub(super) steps: u64,
    /// The stack at each step.
    pub(super) stack: bool,
    /// The memory at each step.
    pub(super) memory: bool,
    /// The return data at each step.
    pub(super) returndata: bool,
    /// The storage known so far, at each step that uses it.
    pub(super) storage: bool,
    /// The data of calls and logs.
    pub(super) calls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Time,
    Size,
}

/// An inspector within a [`Quota`].
#[derive(Debug)]
pub(super) struct Watch<I> {
    pub(super) inner: I,
    records: Records,
    quota: Quota,
    started: Instant,
    looks: u32,
    steps: u64,
    recorded: usize,
    slots: AddressMap<HashSet<U256>>,
    stop: Option<Stop>,
}

impl<I> Watch<I> {
    pub(super) fn new(inner: I, records: Records, quota: Quota) -> Self {
        Self {
            inner,
            records,
            quota,
            started: Instant::now(),
            looks: 0,
            steps: 0,
            recorded: 0,
            slots: AddressMap::default(),
            stop: None,
        }
    }

    /// Why it was stopped, if it was.
    pub(super) fn check(&self) -> Result<(), SimulateError> {
        match self.stop {
            None => Ok(()),
            Some(Stop::Time) => Err(SimulateError::Time(self.quota.time)),
            Some(Stop::Size) => Err(SimulateError::TraceSize(self.quota.recorded)),
        }
    }

    fn look(&mut self) {
        if self.started.elapsed() > self.quota.time.max(Duration::from_millis(1)) {
            self.stop.get_or_insert(Stop::Time);
        }
    }

    fn charge(&mut self, bytes: usize) {
        self.recorded = self.recorded.saturating_add(bytes);
        if self.recorded > self.quota.recorded {
            self.stop.get_or_insert(Stop::Size);
        }
    }

    fn charge_step(&mut self, interpreter: &Interpreter) {
        self.steps = self.steps.saturating_add(1);
        if self.steps > self.records.steps {
            return;
        }
        let mut bytes = RECORD;
        if self.records.stack {
            bytes += 32 * interpreter.stack.len();
        }
        if self.records.memory {
            bytes += interpreter.memory.size();
        }
        if self.records.returndata {
            bytes += interpreter.return_data.buffer().len();
        }
        if self.records.storage
            && matches!(interpreter.bytecode.opcode(), opcode::SLOAD | opcode::SSTORE)
            && let Ok(key) = interpreter.stack.peek(0)
        {
            let slots = self.slots.entry(interpreter.input.target_address()).or_default();
            slots.insert(key);
            bytes += SLOT * slots.len();
        }
        self.charge(bytes);
    }

    fn charge_data(&mut self, length: usize) {
        if self.records.calls {
            self.charge(RECORD.saturating_add(length));
        }
    }

    fn end(&mut self, interpreter: &mut Interpreter, context: &mut impl ContextTr) {
        if context.error().is_ok() {
            *context.error() = Err(ContextError::Custom("stopped".into()));
        }
        // takes the place of a call or a return that is about to happen
        interpreter.bytecode.action().take();
        interpreter.bytecode.reset_action();
        interpreter.halt_fatal();
    }
}

impl<CTX, I> Inspector<CTX> for Watch<I>
where
    CTX: ContextTr<Journal: JournalExt>,
    I: Inspector<CTX>,
{
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        self.inner.initialize_interp(interpreter, context);
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(STEPS_A_LOOK) {
            self.look();
        }
        if self.records.steps > 0 {
            self.charge_step(interpreter);
        }
        if self.stop.is_some() {
            self.end(interpreter, context);
        } else {
            self.inner.step(interpreter, context);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if self.stop.is_none() {
            self.inner.step_end(interpreter, context);
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut CTX, log: Log) {
        self.charge_data(log.data.data.len());
        if self.stop.is_none() {
            self.inner.log_full(interpreter, context, log);
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.look();
        self.charge_data(inputs.input.len());
        if self.stop.is_some() { None } else { self.inner.call(context, inputs) }
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.charge_data(outcome.result.output.len());
        if self.stop.is_none() {
            self.inner.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.look();
        self.charge_data(inputs.init_code().len());
        if self.stop.is_some() { None } else { self.inner.create(context, inputs) }
    }

    fn create_end(
        &mut self,
        context: &mut CTX,
        inputs: &CreateInputs,
        outcome: &mut CreateOutcome,
    ) {
        self.charge_data(outcome.result.output.len());
        if self.stop.is_none() {
            self.inner.create_end(context, inputs, outcome);
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        self.inner.selfdestruct(contract, target, value);
    }
}
