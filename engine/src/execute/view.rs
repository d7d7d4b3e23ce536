//! A call that changes nothing: what it would do in the state after a block.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use revm::{ExecuteEvm, MainBuilder, context::TxEnv};

use super::{boundary::Boundary, database::TrieDatabase, error::ExecuteError, evm::context};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    rules::limits::Limits,
};

/// What is called, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewCall {
    /// The caller; it pays for no gas.
    pub from: Address,
    /// The callee; `None` runs initcode.
    pub to: Option<Address>,
    /// Wei that the caller must have.
    pub value: U256,
    /// Calldata or initcode.
    pub data: Bytes,
    /// The transaction's gas limit; `None` is the most that a transaction can have.
    pub gas: Option<u64>,
}

/// What the call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewed {
    /// Whether it succeeded.
    pub success: bool,
    /// What it returned, or reverted with.
    pub output: Bytes,
    /// Gas that a transaction with this call would use.
    pub gas_used: u64,
}

/// Runs a call in the state after a block.
///
/// # Errors
/// [`ExecuteError`] when the state cannot be read, or the caller cannot make the call.
pub fn view<S: NodeSource + CodeSource>(
    source: &S,
    after: &Boundary,
    limits: &Limits,
    call: &ViewCall,
) -> Result<Viewed, ExecuteError> {
    let nonce = TrieDatabase::new(source, after.state_root).account(call.from)?.nonce;
    let most = limits.transaction_gas.min(after.block.gas_limit);
    let mut free = after.clone();
    free.block.base_fee = U256::ZERO;
    let transaction = TxEnv {
        caller: call.from,
        gas_limit: call.gas.map_or(most, |gas| gas.min(most)),
        kind: call.to.map_or(TxKind::Create, TxKind::Call),
        value: call.value,
        data: call.data.clone(),
        nonce,
        chain_id: Some(after.block.chain_id),
        ..TxEnv::default()
    };
    let outcome = context(source, &free)?.build_mainnet().transact(transaction)?;
    let result = outcome.result;
    Ok(Viewed {
        success: result.is_success(),
        gas_used: result.tx_gas_used(),
        output: result.into_output().unwrap_or_default(),
    })
}
