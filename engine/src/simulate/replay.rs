//! Executed transactions, run again by the rules of execution, on the state that they ran on.

use alloy::rpc::types::trace::geth::GethTrace;
use alloy_primitives::B256;
use revm::{InspectEvm as _, MainBuilder as _};
use revm_inspectors::tracing::TransactionContext;

use super::{Quota, SimulateError, Tracer, World, trace::report, watch::Watch};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, batch::entry_at},
    execute::{
        block::validate,
        boundary::Boundary,
        environment::{block_env, tx_env},
        evm::context,
        receipts::Executed,
    },
    rules::limits::Limits,
};

/// A transaction that ran again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// What it did, as when it was executed.
    pub executed: Executed,
    /// What the tracer saw.
    pub trace: GethTrace,
}

/// The slot of an executed block, and what the block was made from.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The slot.
    pub slot: u16,
    /// The boundary before it.
    pub before: &'a Boundary,
    /// The boundary after it, as it was when it was executed.
    pub after: &'a Boundary,
    /// What the block was made from.
    pub input: &'a BlockInput,
    /// Index of its transaction in the block.
    pub index: usize,
    /// Hash of the block.
    pub block_hash: B256,
}

/// Runs the transaction of a slot again, watched by `tracer`; `None` when the slot has skipped its entry, or has none.
///
/// # Errors
/// [`SimulateError::Differs`] when it does not end as it did; else as [`SimulateError`] says.
pub fn replay<S: NodeSource + CodeSource>(
    source: &S,
    place: Place<'_>,
    limits: &Limits,
    tracer: &Tracer,
    quota: Quota,
) -> Result<Option<Replay>, SimulateError> {
    let Place { slot, before, after, input, index, block_hash } = place;
    let Some(entry) = entry_at(input.batch(), before.block.cursor) else { return Ok(None) };
    let Ok(transaction) = validate(source, before, entry.bytes, limits)? else { return Ok(None) };
    let environment = (tx_env(&transaction), block_env(&before.block)?);
    let (inspector, records) = tracer.inspector()?;
    let watch = Watch::new(inspector, records, quota);
    let mut evm = context(source, before)?.build_mainnet_with_inspector(watch);
    let outcome = evm.inspect_tx(environment.0.clone());
    evm.inspector.check()?;
    let outcome = outcome?;
    let told = TransactionContext {
        block_hash: Some(block_hash),
        tx_index: Some(index),
        tx_hash: Some(transaction.hash),
    };
    let mut state = World::new(source, before.state_root);
    let trace = report(
        &mut evm.inspector.inner,
        Some(told),
        (&environment.0, &environment.1),
        &outcome,
        &mut state,
    )?;
    let executed = Executed::new(transaction, &before.block, outcome.result)?;
    // this hash binds the transaction, its status, its gas and its logs
    if executed.push_to(before.block.receipts_hash) != after.block.receipts_hash {
        return Err(SimulateError::Differs { slot });
    }
    Ok(Some(Replay { executed, trace }))
}
