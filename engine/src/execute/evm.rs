//! Runs one transaction or system call with revm and writes its changes into the tries.

use alloy_primitives::{Address, B256, Bytes};
use revm::{
    ExecuteEvm, MainBuilder, SystemCallEvm,
    context::{TxEnv, result::EVMError, result::ExecutionResult},
    handler::{MainnetContext, MainnetEvm},
};

use super::{
    apply::apply,
    boundary::Boundary,
    database::TrieDatabase,
    environment::{SPEC, block_env, cfg_env},
    error::{ExecuteError, StateError},
    pending::Pending,
};
use crate::authenticated::source::{CodeSource, NodeSource};

/// revm over the state of a boundary.
pub type TrieEvm<S> = MainnetEvm<MainnetContext<TrieDatabase<S>>>;

/// revm over the state of `boundary`, whose block is open.
///
/// # Errors
/// [`ExecuteError::BaseFee`].
pub fn context<S: NodeSource + CodeSource>(
    source: S,
    boundary: &Boundary,
) -> Result<MainnetContext<TrieDatabase<S>>, ExecuteError> {
    let block = block_env(&boundary.block)?;
    Ok(MainnetContext::new(TrieDatabase::new(source, boundary.state_root), SPEC)
        .with_cfg(cfg_env(boundary.block.chain_id))
        .with_block(block))
}

/// Executes a validated transaction; gives its result and the new state root.
pub(super) fn transact<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    boundary: &Boundary,
    transaction: TxEnv,
) -> Result<(ExecutionResult, B256), ExecuteError> {
    let outcome = context(&*pending, boundary)?.build_mainnet().transact(transaction)?;
    let state_root = apply(pending, boundary.state_root, outcome.state)?;
    Ok((outcome.result, state_root))
}

/// Makes a system call; gives the new state root. A call that fails changes nothing.
pub(super) fn system_call<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    boundary: &Boundary,
    callee: Address,
    input: B256,
) -> Result<B256, ExecuteError> {
    let mut evm: TrieEvm<_> = context(&*pending, boundary)?.build_mainnet();
    let outcome = evm.system_call(callee, Bytes::from(input))?;
    Ok(apply(pending, boundary.state_root, outcome.state)?)
}

impl From<EVMError<StateError>> for ExecuteError {
    fn from(error: EVMError<StateError>) -> Self {
        match error {
            EVMError::Database(cause) => Self::State(cause),
            other => Self::Refused(other.to_string()),
        }
    }
}
