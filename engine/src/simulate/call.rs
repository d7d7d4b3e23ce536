//! A call, as `eth_call` makes it.

use alloy::rpc::types::TransactionRequest;
use alloy_primitives::Bytes;
use revm::{
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    inspector::NoOpInspector,
};

use super::{Scene, SimulateError, request::fill, watch::Records};
use crate::authenticated::source::{CodeSource, NodeSource};

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It succeeded.
    Success,
    /// It reverted.
    Revert,
    /// It failed, and used all of its gas.
    Halt(HaltReason),
}

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// How it ended.
    pub end: End,
    /// What it returned or reverted with.
    pub output: Bytes,
    /// Gas that a transaction with this call would use.
    pub gas_used: u64,
    /// Gas that it has spent when refunds come: what its limit must be at least.
    pub gas_spent: u64,
}

impl Called {
    /// Whether it succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.end == End::Success
    }
}

impl From<ExecutionResult> for Called {
    fn from(result: ExecutionResult) -> Self {
        let gas = *result.gas();
        let end = match &result {
            ExecutionResult::Success { .. } => End::Success,
            ExecutionResult::Revert { .. } => End::Revert,
            ExecutionResult::Halt { reason, .. } => End::Halt(reason.clone()),
        };
        Self {
            end,
            gas_used: gas.tx_gas_used(),
            gas_spent: gas.total_gas_spent().max(gas.floor_gas()),
            output: result.into_output().unwrap_or_default(),
        }
    }
}

/// Calls in `scene`: from any account, free unless the request names a price, with at most the quota's gas.
///
/// # Errors
/// [`SimulateError`]; a call that fails is none.
pub fn call<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    request: TransactionRequest,
) -> Result<Called, SimulateError> {
    let transaction = fill(scene, request, scene.quota.gas)?;
    run(scene, transaction)
}

pub(super) fn run<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    transaction: TxEnv,
) -> Result<Called, SimulateError> {
    let (outcome, _) = scene.run(transaction, NoOpInspector, Records::default())?;
    Ok(outcome.result.into())
}
