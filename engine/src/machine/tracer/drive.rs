//! Runs revm under the tracer, and checks what both made of a transaction.

use revm::{
    ExecuteEvm, InspectEvm, Inspector, MainBuilder,
    context::{ContextSetters, TxEnv, result::EVMError, result::ExecutionResult},
    handler::{EthFrame, MainnetContext, MainnetHandler},
    inspector::InspectorHandler,
    state::EvmState,
};

use super::Tracer;
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::{
        apply::apply,
        boundary::Boundary,
        database::TrieDatabase,
        error::{ExecuteError, StateError},
        evm::context,
        pending::Pending,
    },
    machine::{
        error::{Divergence, TraceError},
        step::StepSink,
    },
};

/// The tracer, and the state as revm's results alone make it.
pub(super) struct Driver<S, K, I> {
    pub(super) tracer: Tracer<S, K>,
    pub(super) reference: Pending<S>,
    /// Sees every hook before the tracer.
    pub(super) first: I,
}

/// What revm made of a transaction.
pub(super) struct Executed {
    pub(super) result: ExecutionResult,
    pub(super) changes: EvmState,
}

impl<S, K, I> Driver<S, K, I>
where
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
    I: for<'a> Inspector<MainnetContext<TrieDatabase<&'a Pending<S>>>>,
{
    /// Runs a transaction over the state under `state_root`, up to the end of its top frame.
    pub(super) fn transact(
        &mut self,
        state_root: alloy_primitives::B256,
        transaction: TxEnv,
        is_system_call: bool,
    ) -> Result<Executed, TraceError> {
        let boundary = Boundary { state_root, block: self.tracer.block.clone() };
        let mut evm = context(&self.reference, &boundary)?
            .build_mainnet_with_inspector((&mut self.first, &mut self.tracer));
        let result = if is_system_call {
            evm.ctx.set_tx(transaction);
            MainnetHandler::<_, EVMError<StateError>, EthFrame>::default()
                .inspect_run_system_call(&mut evm)
        } else {
            evm.inspect_one_tx(transaction)
        };
        let changes = evm.finalize();
        // what the tracer says is nearer to the cause
        if let Some(error) = self.tracer.error.take() {
            return Err(error);
        }
        Ok(Executed { result: result.map_err(ExecuteError::from)?, changes })
    }

    /// Checks that revm's changes to the state under `state_root` lead where the steps have led.
    pub(super) fn check_root(
        &mut self,
        state_root: alloy_primitives::B256,
        changes: EvmState,
    ) -> Result<(), TraceError> {
        let root = apply(&mut self.reference, state_root, changes).map_err(ExecuteError::from)?;
        self.check(root == self.tracer.tries.state_root, Divergence::StateRoot)
    }

    pub(super) fn check(&self, agrees: bool, about: Divergence) -> Result<(), TraceError> {
        if agrees { Ok(()) } else { Err(self.tracer.diverged(about)) }
    }
}
