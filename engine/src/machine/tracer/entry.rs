//! How frames begin. revm is asked for a call or a creation first and says only later what became of it, so the step
//! stays open in between: a frame that runs, a precompile, an account without code, or no frame at all.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use revm::{
    bytecode::opcode as op,
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult},
};

use super::{Tracer, end::Ending, frame::ActiveFrame, is_precompile};
use crate::{
    authenticated::{
        account::Account,
        scratch::Key,
        source::{CodeSource, NodeSource},
    },
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

/// A creation.
#[derive(Debug)]
pub(super) struct PendingCreation {
    pub(super) address: Address,
    pub(super) caller: Address,
    pub(super) value: U256,
    pub(super) gas: u64,
    pub(super) initcode: View,
    pub(super) code: Bytes,
    /// The creator's account before the step; `None` for the top frame, whose sender is settled already.
    pub(super) creator: Option<Account>,
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

    /// The transaction's top frame is asked for, which creates a contract.
    pub(super) fn enter_top_creation(&mut self, inputs: &CreateInputs) -> Result<(), TraceError> {
        self.begin(None)?;
        let tx = self.tx()?;
        let (address, gas) = (tx.group().to, tx.group().gas_left);
        tx.edit().gas_left = 0;
        let initcode = tx.data().clone();
        self.pending = Some(Pending::Creation(PendingCreation {
            address,
            caller: inputs.caller(),
            value: inputs.value(),
            gas,
            initcode,
            code: inputs.init_code().clone(),
            creator: None,
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
            result if outcome.was_precompile_called => {
                let input = call.calldata.clone();
                self.enter_call(call, Phase::Precompile, Bytes::new())?;
                self.begin(None)?;
                self.show_range(&input)?;
                let bytes = if result.is_ok() { &outcome.result.output } else { &Bytes::new() };
                let output = View::fresh(bytes)?;
                self.ending = Some(Ending { returned: result, output });
                self.end_frame(&outcome.result)
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

    /// revm has refused a creation.
    pub(super) fn creation_without_frame(
        &mut self,
        creation: PendingCreation,
        outcome: &CreateOutcome,
    ) -> Result<(), TraceError> {
        match outcome.result.result {
            // the nonce overflows: revm says Return without an address
            InstructionResult::CallTooDeep
            | InstructionResult::OutOfFunds
            | InstructionResult::Return
                if outcome.address.is_none() && creation.creator.is_some() =>
            {
                let refusal = match outcome.result.result {
                    InstructionResult::Return => Outcome::NonceOverflow,
                    result => Outcome::of_frame(result),
                };
                self.refuse_frame(creation.gas, refusal)
            }
            InstructionResult::CreateCollision => self.collide(&creation),
            _ => Err(self.diverged(Divergence::Control)),
        }
    }

    /// The caller goes on with a 0 and all the gas.
    fn refuse_frame(&mut self, gas: u64, outcome: Outcome) -> Result<(), TraceError> {
        self.ends(outcome);
        let frame = self.frame()?;
        frame.group.gas += gas;
        frame.stack.push(U256::ZERO);
        frame.unchecked = true;
        self.finish()
    }

    /// The address of the new contract is taken: the caller goes on with a 0, the gas is gone.
    fn collide(&mut self, creation: &PendingCreation) -> Result<(), TraceError> {
        if creation.creator.is_none() {
            self.tries.account(creation.address)?;
            self.phase = Phase::Settle;
            self.ends(Outcome::Collision);
            return self.finish();
        }
        self.prepare_creation(creation)?;
        self.refuse_frame(0, Outcome::Collision)
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

    fn enter_creation(&mut self, creation: PendingCreation) -> Result<(), TraceError> {
        let account = self.prepare_creation(&creation)?;
        let snapshot = self.snapshot();
        let PendingCreation { address, caller, value, gas, code, .. } = creation;
        self.tries.set_account(address, &Account { nonce: 1, ..account })?;
        self.tries.mark(Key::Created(address))?;
        self.tries.transfer(caller, address, value)?;
        let code_hash = keccak256(&code);
        self.codes.insert(code_hash, code.clone());
        let group = Call {
            kind: CREATION,
            address,
            code_address: address,
            caller,
            value,
            code_hash,
            ..self.call_group(snapshot)?
        };
        self.frames.push(ActiveFrame::new(group, gas, code, View::default()));
        self.phase = Phase::Running;
        self.finish()
    }

    /// What a creation does before its snapshot; the new contract's account as it is then.
    fn prepare_creation(&mut self, creation: &PendingCreation) -> Result<Account, TraceError> {
        self.show_range(&creation.initcode)?;
        if let Some(creator) = creation.creator {
            let cold = self.cold_address(creation.address)?;
            self.warm([cold, None])?;
            let nonce = creator.nonce + 1;
            self.tries.set_account(creation.caller, &Account { nonce, ..creator })?;
        }
        Ok(self.tries.account(creation.address)?)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { state_root: self.tries.state_root, scratch_root: self.tries.scratch_root }
    }

    /// The fields that every new Call has: depth, snapshot and suspended caller.
    fn call_group(&mut self, snapshot: Snapshot) -> Result<Call, TraceError> {
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
