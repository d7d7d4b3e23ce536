//! How frames end (`docs/protocol.md` section 7).

use alloy_primitives::{U256, keccak256};
use revm::interpreter::{InstructionResult, InterpreterResult};

use super::{
    Tracer,
    entry::{CALL, CREATION},
    frame::ActiveFrame,
};
use crate::{
    authenticated::{
        account::Account,
        source::{CodeSource, NodeSource},
    },
    machine::{
        error::{Divergence, TraceError},
        opcode::STACK_LIMIT,
        outcome::Outcome,
        phase::Phase,
        step::StepSink,
        view::View,
    },
    rules::{gas::CODE_BYTE, limits::CODE_BYTES},
};

/// What the frame's last opcode said.
#[derive(Debug)]
pub(super) struct Ending {
    /// How it ended, before a creation's output was looked at.
    pub(super) returned: InstructionResult,
    /// Its output.
    pub(super) output: View,
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// Ends the running frame, and with it the step: `result` is what revm made of it.
    pub(super) fn end_frame(&mut self, result: &InterpreterResult) -> Result<(), TraceError> {
        let (Some(Ending { returned, output }), Some(frame)) =
            (self.ending.take(), self.frames.pop())
        else {
            return Err(self.diverged(Divergence::Control));
        };
        self.ends(match Outcome::of_frame(result.result) {
            // revm's word for a DUP of an item that is not there
            Outcome::StackOverflow if frame.stack.len() < STACK_LIMIT => Outcome::StackUnderflow,
            outcome => outcome,
        });
        let success = result.result.is_ok();
        if frame.call.kind == CREATION && returned.is_ok() {
            self.deposit_code(&frame, &output, result)?;
        }
        if !success {
            self.tries.state_root = frame.call.state_root;
            self.tries.scratch_root = frame.call.scratch_root;
            self.tx()?.restore(&frame.call);
        }
        let halted = !result.result.is_ok_or_revert();
        let gas_left = if halted { 0 } else { result.gas.remaining() };
        if self.frames.is_empty() {
            let tx = self.tx()?.edit();
            tx.status = success;
            tx.gas_left = gas_left;
            self.phase = Phase::Settle;
            return self.finish();
        }
        self.resume(&frame, gas_left, output, result)
    }

    fn deposit_code(
        &mut self,
        frame: &ActiveFrame,
        output: &View,
        result: &InterpreterResult,
    ) -> Result<(), TraceError> {
        let length = output.len() as usize;
        let cost = CODE_BYTE * u64::from(output.len());
        // revm looks at the first byte before it charges, the protocol after
        let is_read = result.result.is_ok()
            || (result.result == InstructionResult::CreateContractStartingWithEF
                && result.gas.remaining() >= cost);
        if is_read && length <= CODE_BYTES {
            self.show_range(output)?;
        }
        if result.result.is_ok() && length > 0 {
            let code_hash = keccak256(&result.output);
            let address = frame.call.address;
            let account = self.tries.account(address)?;
            self.tries.set_account(address, &Account { code_hash, ..account })?;
            self.codes.insert(code_hash, result.output.clone());
        }
        Ok(())
    }

    /// The suspended caller goes on.
    fn resume(
        &mut self,
        ended: &ActiveFrame,
        gas_left: u64,
        output: View,
        result: &InterpreterResult,
    ) -> Result<(), TraceError> {
        let success = result.result.is_ok();
        let is_call = ended.call.kind == CALL;
        let item = match (success, is_call) {
            (false, _) => U256::ZERO,
            (true, true) => U256::from(1),
            (true, false) => ended.call.address.into_word().into(),
        };
        let caller = self.frame()?;
        let suspended = caller.group.clone();
        caller.group.gas += gas_left;
        caller.stack.push(item);
        caller.unchecked = true;
        if success {
            caller.refunded += result.gas.refunded();
        }
        let copied =
            if is_call { output.part(0, ended.call.output_length.into()) } else { View::default() };
        if is_call || result.result == InstructionResult::Revert {
            caller.set_returndata(output);
        }
        self.phase = Phase::Running;
        if let Some(recorder) = &mut self.recorder {
            recorder.resumed(suspended);
        }
        let length = copied.len();
        self.start_copy(copied, ended.call.output_offset, length);
        self.finish()?;
        self.run_copy(result.output.get(..length as usize).unwrap_or_default())
    }
}
