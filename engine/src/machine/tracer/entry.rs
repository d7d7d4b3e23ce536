//! How frames begin, those of message calls above all. revm is asked for a call or a creation first and says only later
//! what became of it, so the step stays open in between: a frame that runs, a precompile, an account without code, or no
//! frame at all.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use revm::{
    bytecode::opcode as op,
    interpreter::{CallInputs, CallOutcome, InstructionResult},
};

use super::{Tracer, create::PendingCreation, end::Ending, frame::ActiveFrame, is_precompile};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::validate::delegate,
    machine::{
        error::{Divergence, TraceError},
        groups::Call,
        outcome::Outcome,
        phase::Phase,
        step::StepSink,
        view::View,
    },
};

/// `Call.kind` of a message call.
pub(super) const CALL: u8 = 0;
/// `Call.kind` of a creation.
pub(super) const CREATION: u8 = 1;

/// What a call runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callee {
    /// Whose code runs, after delegation.
    pub(super) code_address: Address,
    /// That code's hash.
    pub(super) code_hash: B256,
    /// Whether the called address is a precompile.
    pub(super) is_precompile: bool,
}

/// A call or creation that revm has been asked for.
#[derive(Debug)]
pub(super) enum Pending {
    Call(PendingCall),
    Creation(PendingCreation),
}

/// A message call.
#[derive(Debug)]
pub(super) struct PendingCall {
    pub(super) callee: Callee,
    pub(super) target: Address,
    pub(super) caller: Address,
    pub(super) value: U256,
    /// Whether `value` moves from `caller` to `target`.
    pub(super) transfers: bool,
    pub(super) is_static: bool,
    pub(super) gas: u64,
    pub(super) calldata: View,
    /// Where in the caller's memory output goes, and how much.
    pub(super) output: (u32, u32),
    /// Taken before anything of this step is written, in the top frame.
    pub(super) snapshot: Option<Snapshot>,
}

/// What a failing frame restores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot {
    state_root: B256,
    scratch_root: B256,
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// The transaction's or system call's top frame is asked for.
    pub(super) fn enter_top_call(&mut self, inputs: &CallInputs) -> Result<(), TraceError> {
        self.begin(None)?;
        let snapshot = self.snapshot();
        let tx = self.tx()?;
        let (address, gas, is_system_call) = (
            tx.group().to,
            tx.group().gas_left,
            tx.group().kind >= super::block::BEACON_ROOTS_CALL,
        );
        tx.edit().gas_left = 0;
        let calldata = tx.data().clone();
        let account = self.tries.account(address)?;
        let own = Callee {
            code_address: address,
            code_hash: account.code_hash,
            is_precompile: is_precompile(address),
        };
        let callee = if own.is_precompile {
            Callee { code_hash: KECCAK256_EMPTY, ..own }
        } else {
            let code = self.codes.get(account.code_hash)?;
            self.show_code(account.code_hash)?;
            match delegate(&code).filter(|_| !is_system_call) {
                None => own,
                Some(delegate) => {
                    let (code_hash, cold) = self.read_delegate(delegate)?;
                    self.warm([cold, None])?;
                    Callee { code_address: delegate, code_hash, ..own }
                }
            }
        };
        self.pending = Some(Pending::Call(PendingCall {
            callee,
            target: address,
            caller: inputs.caller,
            value: inputs.value.get(),
            transfers: true,
            is_static: false,
            gas,
            calldata,
            output: (0, 0),
            snapshot: Some(snapshot),
        }));
        Ok(())
    }

    /// revm has begun the frame that was asked for; `code` is what it runs.
    pub(super) fn frame_begins(&mut self, code: Bytes) -> Result<(), TraceError> {
        match self.pending.take() {
            Some(Pending::Call(call)) => self.enter_call(call, Phase::Running, code),
            Some(Pending::Creation(creation)) => self.enter_creation(creation),
            None => Err(self.diverged(Divergence::Control)),
        }
    }

    /// revm has answered a call without running a frame.
    pub(super) fn call_without_frame(
        &mut self,
        call: PendingCall,
        outcome: &CallOutcome,
    ) -> Result<(), TraceError> {
        if outcome.was_precompile_called != call.callee.is_precompile
            && outcome.result.result == InstructionResult::Stop
        {
            return Err(self.diverged(Divergence::Control));
        }
        match outcome.result.result {
            _ if outcome.was_precompile_called => {
                self.enter_call(call, Phase::Precompile, Bytes::new())?;
                self.run_precompile(&outcome.result)
            }
            InstructionResult::Stop => {
                self.enter_call(call, Phase::Running, Bytes::new())?;
                self.begin(Some(op::STOP))?;
                let returned = InstructionResult::Stop;
                self.ending = Some(Ending { returned, output: View::default() });
                self.end_frame(&outcome.result)
            }
            InstructionResult::CallTooDeep | InstructionResult::OutOfFunds => {
                self.refuse_frame(call.gas, Outcome::of_frame(outcome.result.result))
            }
            _ => Err(self.diverged(Divergence::Control)),
        }
    }

    /// The caller goes on with a 0 and all the gas.
    pub(super) fn refuse_frame(&mut self, gas: u64, outcome: Outcome) -> Result<(), TraceError> {
        self.ends(outcome);
        self.phase = Phase::Running;
        let frame = self.frame()?;
        frame.group.gas += gas;
        frame.stack.push(U256::ZERO);
        frame.unchecked = true;
        self.finish()
    }

    fn enter_call(
        &mut self,
        call: PendingCall,
        phase: Phase,
        code: Bytes,
    ) -> Result<(), TraceError> {
        let snapshot = call.snapshot.unwrap_or_else(|| self.snapshot());
        if call.transfers {
            self.tries.transfer(call.caller, call.target, call.value)?;
        }
        let group = Call {
            kind: CALL,
            is_static: call.is_static,
            address: call.target,
            code_address: call.callee.code_address,
            caller: call.caller,
            value: call.value,
            code_hash: call.callee.code_hash,
            calldata: call.calldata.slice(),
            output_offset: call.output.0,
            output_length: call.output.1,
            ..self.call_group(snapshot)?
        };
        self.frames.push(ActiveFrame::new(group, call.gas, code, call.calldata));
        self.phase = phase;
        self.finish()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot { state_root: self.tries.state_root, scratch_root: self.tries.scratch_root }
    }

    /// The fields that every new Call has: depth, snapshot and suspended caller.
    pub(super) fn call_group(&mut self, snapshot: Snapshot) -> Result<Call, TraceError> {
        let (depth, parent) = match self.frames.last_mut() {
            Some(caller) => (caller.call.depth + 1, caller.commit()),
            None => (0, B256::ZERO),
        };
        let tx = self.tx()?.group();
        Ok(Call {
            depth,
            state_root: snapshot.state_root,
            scratch_root: snapshot.scratch_root,
            logs_hash: tx.logs_hash,
            refund: tx.refund,
            destructs_hash: tx.destructs_hash,
            destruct_count: tx.destruct_count,
            parent,
            ..Call::default()
        })
    }
}
