//! revm's hooks.

use revm::{
    Database, Inspector,
    handler::MainnetContext,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter::EthInterpreter,
    },
};

use super::{Tracer, entry::Pending};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    machine::{
        error::{Divergence, TraceError},
        phase::Phase,
        step::StepSink,
    },
};

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// Runs a hook, unless one has failed before.
    fn hook(&mut self, hook: impl FnOnce(&mut Self) -> Result<(), TraceError>) {
        if self.error.is_none() {
            self.error = hook(self).err();
        }
    }
}

impl<DB, S, K> Inspector<MainnetContext<DB>, EthInterpreter> for Tracer<S, K>
where
    DB: Database,
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
{
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, _: &mut MainnetContext<DB>) {
        let code = interpreter.bytecode.original_bytes();
        self.hook(|tracer| tracer.frame_begins(code));
    }

    fn step(&mut self, interpreter: &mut Interpreter, _: &mut MainnetContext<DB>) {
        self.hook(|tracer| tracer.opcode_begins(interpreter));
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut MainnetContext<DB>) {
        self.hook(|tracer| tracer.opcode_ends(interpreter, context));
    }

    fn call(&mut self, _: &mut MainnetContext<DB>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.hook(|tracer| match tracer.phase {
            Phase::Enter => tracer.enter_top_call(inputs),
            _ => Ok(()),
        });
        None
    }

    fn create(
        &mut self,
        _: &mut MainnetContext<DB>,
        inputs: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        self.hook(|tracer| match tracer.phase {
            Phase::Enter => tracer.enter_top_creation(inputs),
            _ => Ok(()),
        });
        None
    }

    fn call_end(&mut self, _: &mut MainnetContext<DB>, _: &CallInputs, outcome: &mut CallOutcome) {
        self.hook(|tracer| match tracer.pending.take() {
            Some(Pending::Call(call)) => tracer.call_without_frame(call, outcome),
            Some(Pending::Creation(_)) => Err(tracer.diverged(Divergence::Control)),
            None => tracer.end_frame(&outcome.result),
        });
    }

    fn create_end(
        &mut self,
        _: &mut MainnetContext<DB>,
        _: &CreateInputs,
        outcome: &mut CreateOutcome,
    ) {
        self.hook(|tracer| match tracer.pending.take() {
            Some(Pending::Creation(creation)) => tracer.creation_without_frame(creation, outcome),
            Some(Pending::Call(_)) => Err(tracer.diverged(Divergence::Control)),
            None => tracer.end_frame(&outcome.result),
        });
    }
}
