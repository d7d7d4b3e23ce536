//! What an opcode does to the machine, once revm has executed it.

use alloy_primitives::{Address, U256, keccak256};
use revm::{
    Database,
    bytecode::opcode as op,
    handler::MainnetContext,
    interpreter::{
        CallInputs, FrameInput, InstructionResult, Interpreter, InterpreterAction,
        interpreter_types::{Jumps, LoopControl, MemoryTr},
    },
};

use super::{
    Tracer,
    end::Ending,
    entry::{Pending, PendingCall},
    reads::Reads,
};
use crate::{
    authenticated::{
        account::Account,
        scratch::Key,
        source::{CodeSource, NodeSource},
    },
    machine::{
        error::{Divergence, TraceError},
        job_kind::JobKind,
        opcode,
        step::StepSink,
        view::{View, word_range},
    },
    rules::limits::DATA_BYTES,
};

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// revm is about to execute an opcode.
    pub(super) fn opcode_begins(&mut self, interpreter: &Interpreter) -> Result<(), TraceError> {
        let error = self.diverged(Divergence::Frame);
        let frame = self.frame()?;
        frame.opcode = interpreter.bytecode.opcode();
        let mut agrees = frame.group.pc as usize == interpreter.bytecode.pc();
        if std::mem::take(&mut frame.unchecked) {
            agrees &= frame.group.gas == interpreter.gas.remaining()
                && frame.stack.items() == interpreter.stack.data()
                && frame.memory_bytes() == interpreter.memory.size();
        }
        if agrees { Ok(()) } else { Err(error) }
    }

    /// revm has executed the opcode.
    pub(super) fn opcode_ends<DB: Database>(
        &mut self,
        interpreter: &mut Interpreter,
        context: &MainnetContext<DB>,
    ) -> Result<(), TraceError> {
        let frame = self.frame()?;
        let opcode = frame.opcode;
        let (stack, is_static) = (frame.stack.len(), frame.call.is_static);
        let has_value = !frame.stack.peek(2).is_zero();
        self.begin(Some(opcode))?;
        if self.recorder.is_some() {
            let code = self.frame()?.code.clone();
            self.show_code_bytes(code);
        }
        let halts = opcode::halts_at_once(opcode, stack, is_static, has_value);
        let reads = if halts { Reads::default() } else { self.read(opcode)? };
        match interpreter.bytecode.action() {
            Some(InterpreterAction::Return(result)) => {
                let returned = result.result;
                self.stop(opcode, &reads, returned, interpreter)
            }
            _ if halts => Err(self.diverged(Divergence::Control)),
            Some(InterpreterAction::NewFrame(FrameInput::Call(inputs))) => {
                let size = interpreter.memory.size();
                self.frame()?.grow_memory(size)?;
                self.pending = Some(Pending::Call(self.ask(opcode, &reads, inputs)?));
                self.follow(interpreter)?;
                self.frame()?.set_returndata(View::default());
                Ok(())
            }
            Some(InterpreterAction::NewFrame(FrameInput::Create(inputs))) => {
                let inputs = inputs.clone();
                self.pay_creation(opcode, &inputs, interpreter)
            }
            Some(InterpreterAction::NewFrame(FrameInput::Empty)) => {
                Err(self.diverged(Divergence::Control))
            }
            None => self.advance(opcode, &reads, interpreter, context),
        }
    }

    /// The opcode is done and the frame goes on.
    fn advance<DB: Database>(
        &mut self,
        opcode: u8,
        reads: &Reads,
        interpreter: &Interpreter,
        context: &MainnetContext<DB>,
    ) -> Result<(), TraceError> {
        self.frame()?.grow_memory(interpreter.memory.size())?;
        self.warm(reads.cold)?;
        let address = self.frame()?.call.address;
        let (mut copied, mut long) = (None, None);
        match opcode {
            op::KECCAK256 => {
                let digest = interpreter.stack.data().last().copied().unwrap_or_default();
                long = self.hash_memory()?.map(|data| (JobKind::Keccak, data, digest.into()));
            }
            op::MLOAD => self.show_memory(32)?,
            op::MSTORE => self.store_memory(32, interpreter)?,
            op::MSTORE8 => self.store_memory(1, interpreter)?,
            op::CALLDATALOAD => {
                let frame = self.frame()?;
                let word = frame.calldata.part(frame.argument(0), 32);
                self.show_range(&word)?;
            }
            op::SSTORE => {
                let key = self.frame()?.stack.peek(0);
                let value = self.stored(address, key, context)?;
                if value != reads.slot {
                    self.tries.set_slot(address, &reads.running, key, value)?;
                }
            }
            op::TSTORE => {
                let stack = &self.frame()?.stack;
                let (key, value) = (stack.peek(0), stack.peek(1));
                self.tries.set_scratch(Key::Transient(address, key), value)?;
            }
            op::LOG0..=op::LOG4 => {
                let error = self.diverged(Divergence::Logs);
                let log = context.journaled_state.logs.last().ok_or(error)?;
                let data_hash = keccak256(&log.data.data);
                self.tx()?.add_log_head(log);
                match self.hash_memory()? {
                    None => self.tx()?.add_log_data(data_hash),
                    Some(data) => long = Some((JobKind::Log, data, data_hash)),
                }
            }
            op::CALLDATACOPY | op::CODECOPY | op::EXTCODECOPY | op::RETURNDATACOPY | op::MCOPY => {
                copied = Some(self.copy_source(opcode)?);
            }
            _ => {}
        }
        self.follow(interpreter)?;
        if let Some((kind, data, digest)) = long {
            return self.absorb_memory(kind, data, digest);
        }
        let Some((source, destination, total)) = copied else { return self.finish() };
        self.start_copy(source, destination, total);
        self.finish()?;
        let bytes =
            interpreter.memory.slice(destination as usize..destination as usize + total as usize);
        self.run_copy(&bytes)
    }

    /// The frame takes revm's program counter, gas, refunds, stack and memory size.
    pub(super) fn follow(&mut self, interpreter: &Interpreter) -> Result<(), TraceError> {
        let error = self.diverged(Divergence::Frame);
        let frame = self.frame()?;
        frame.group.pc = u32::try_from(interpreter.bytecode.pc()).map_err(|_| error)?;
        frame.group.gas = interpreter.gas.remaining();
        frame.grow_memory(interpreter.memory.size())?;
        frame.stack.set(interpreter.stack.data());
        let refunded = interpreter.gas.refunded();
        let refund = refunded - std::mem::replace(&mut frame.refunded, refunded);
        self.tx()?.add_refund(refund);
        Ok(())
    }

    /// The opcode ends the frame; what becomes of its output is not known yet.
    fn stop(
        &mut self,
        opcode: u8,
        reads: &Reads,
        returned: InstructionResult,
        interpreter: &Interpreter,
    ) -> Result<(), TraceError> {
        let mut output = View::default();
        if returned.is_ok_or_revert() {
            let frame = self.frame()?;
            match opcode {
                op::RETURN | op::REVERT => {
                    frame.grow_memory(interpreter.memory.size())?;
                    output = frame.memory(frame.argument(0), frame.argument(1));
                }
                op::SELFDESTRUCT => self.destruct(reads)?,
                _ => {}
            }
        }
        self.ending = Some(Ending { returned, output });
        Ok(())
    }

    fn destruct(&mut self, reads: &Reads) -> Result<(), TraceError> {
        let frame = self.frame()?;
        let (address, beneficiary) = (frame.call.address, frame.address_argument(0));
        self.warm(reads.cold)?;
        let account = reads.running;
        if beneficiary != address {
            self.tries.transfer(address, beneficiary, account.balance)?;
        } else if reads.created && !account.balance.is_zero() {
            self.tries.set_account(address, &Account { balance: U256::ZERO, ..account })?;
        }
        if reads.created {
            self.tx()?.push_destruct(address);
        }
        Ok(())
    }

    /// The call that revm asks for, as far as revm knows it.
    fn ask(
        &mut self,
        opcode: u8,
        reads: &Reads,
        inputs: &CallInputs,
    ) -> Result<PendingCall, TraceError> {
        let error = self.diverged(Divergence::Control);
        let callee = reads.callee.ok_or(error)?;
        self.warm(reads.cold)?;
        let frame = self.frame()?;
        // only CALL and CALLCODE have a value before the memory ranges
        let first = if matches!(opcode, op::CALL | op::CALLCODE) { 3 } else { 2 };
        let [offset, length, output, output_length] =
            [0, 1, 2, 3].map(|index| frame.argument(first + index));
        let calldata = frame.memory(offset, length);
        let output =
            if output_length == 0 { (0, 0) } else { (output as u32, output_length as u32) };
        Ok(PendingCall {
            callee,
            target: inputs.target_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            transfers: opcode == op::CALL,
            is_static: inputs.is_static,
            gas: inputs.gas_limit,
            calldata,
            output,
            snapshot: None,
        })
    }

    /// The memory between the first two arguments is hashed: the witness shows it, unless it is too long for one step,
    /// which then gets it.
    fn hash_memory(&mut self) -> Result<Option<View>, TraceError> {
        let frame = self.frame()?;
        let data = frame.memory(frame.argument(0), frame.argument(1));
        if data.len() > DATA_BYTES {
            return Ok(Some(data));
        }
        self.show_range(&data)?;
        Ok(None)
    }

    fn stored<DB: Database>(
        &self,
        address: Address,
        key: U256,
        context: &MainnetContext<DB>,
    ) -> Result<U256, TraceError> {
        let account = context.journaled_state.state.get(&address);
        let slot = account.and_then(|account| account.storage.get(&key));
        slot.map(|slot| slot.present_value).ok_or(self.diverged(Divergence::Control))
    }

    /// The witness shows `length` bytes of memory at the first argument.
    fn show_memory(&mut self, length: u64) -> Result<(), TraceError> {
        let frame = self.frame()?;
        let view = frame.memory(frame.argument(0), length);
        self.show_range(&view)
    }

    /// Takes the words that hold the `length` bytes at the first argument from revm's memory.
    fn store_memory(&mut self, length: u64, interpreter: &Interpreter) -> Result<(), TraceError> {
        self.show_memory(length)?;
        let frame = self.frame()?;
        let Some((first, count)) = word_range(frame.argument(0), length) else { return Ok(()) };
        let start = first as usize * 32;
        let words = interpreter.memory.slice(start..start + count as usize * 32);
        Ok(frame.write_memory(start as u64, &words)?)
    }

    /// Source, destination and length of a copy opcode.
    fn copy_source(&mut self, opcode: u8) -> Result<(View, u32, u32), TraceError> {
        let error = self.diverged(Divergence::Control);
        let frame = self.frame()?;
        // EXTCODECOPY has the address first
        let first = usize::from(opcode == op::EXTCODECOPY);
        let (destination, offset, length) =
            (frame.argument(first), frame.argument(first + 1), frame.argument(first + 2));
        if length == 0 {
            return Ok(Default::default());
        }
        let source = match opcode {
            op::CALLDATACOPY => frame.calldata.part(offset, length),
            op::RETURNDATACOPY => frame.returndata().part(offset, length),
            op::MCOPY => frame.memory(offset, length),
            op::CODECOPY => {
                let code_hash = frame.call.code_hash;
                self.codes.view(code_hash)?.part(offset, length)
            }
            _ => {
                let address = frame.address_argument(0);
                let code_hash = self.tries.account(address)?.code_hash;
                self.codes.view(code_hash)?.part(offset, length)
            }
        };
        match (u32::try_from(destination), u32::try_from(length)) {
            (Ok(destination), Ok(length)) => Ok((source, destination, length)),
            _ => Err(error),
        }
    }
}
