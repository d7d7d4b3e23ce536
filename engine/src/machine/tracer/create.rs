//! Creations by transactions and by CREATE and CREATE2, which take two steps: the opcode pays, then phase Create begins
//! the frame. So no step reveals the running code and an initcode together.

use alloy_primitives::{Address, Bytes, U256, keccak256};
use revm::interpreter::{
    CreateInputs, CreateOutcome, InstructionResult, Interpreter,
    interpreter_types::{Jumps, MemoryTr},
};

use super::{
    ActiveJob, Tracer,
    entry::{CREATION, Pending},
    frame::ActiveFrame,
};
use crate::{
    authenticated::{
        account::Account,
        scratch::Key,
        source::{CodeSource, NodeSource},
    },
    machine::{
        error::{Divergence, TraceError},
        groups::{Call, Job},
        job_kind::JobKind,
        outcome::Outcome,
        phase::Phase,
        step::StepSink,
        view::View,
    },
};

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

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// CREATE or CREATE2 has paid for what revm is asked for; the next step stays open until revm says what came of it.
    pub(super) fn pay_creation(
        &mut self,
        opcode: u8,
        inputs: &CreateInputs,
        interpreter: &Interpreter,
    ) -> Result<(), TraceError> {
        let error = self.diverged(Divergence::Frame);
        let frame = self.frame()?;
        frame.grow_memory(interpreter.memory.size())?;
        frame.set_returndata(View::default());
        frame.group.pc = u32::try_from(interpreter.bytecode.pc()).map_err(|_| error)?;
        // the new frame's gas is charged in the next step
        frame.group.gas = interpreter.gas.remaining() + inputs.gas_limit();
        let initcode = frame.memory(frame.argument(1), frame.argument(2));
        let group = Job {
            kind: JobKind::Create as u8,
            source: initcode.slice(),
            destination: opcode.into(),
            ..Job::default()
        };
        self.job = Some(ActiveJob { kind: JobKind::Create, group, source: initcode.clone() });
        self.phase = Phase::Create;
        self.finish()?;

        self.begin(Some(opcode))?;
        self.job = None;
        self.follow(interpreter)?;
        let caller = self.frame()?.call.address;
        let creator = self.tries.account(caller)?;
        self.pending = Some(Pending::Creation(PendingCreation {
            address: inputs.created_address(creator.nonce),
            caller,
            value: inputs.value(),
            gas: inputs.gas_limit(),
            initcode,
            code: inputs.init_code().clone(),
            creator: Some(creator),
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

    pub(super) fn enter_creation(&mut self, creation: PendingCreation) -> Result<(), TraceError> {
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
}
