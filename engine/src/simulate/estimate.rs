//! The gas limit that a transaction needs, as `eth_estimateGas` finds it.

use alloy::rpc::types::TransactionRequest;
use alloy_primitives::TxKind;
use revm::context::{TxEnv, result::InvalidTransaction};

use super::{
    Called, End, Scene, SimulateError,
    call::run,
    request::{affordable_gas, fill},
};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    rules::gas,
};

/// What a call with value gives its callee for nothing: it may be needed, and is not spent.
const CALL_STIPEND: u64 = 2_300;
/// The answer is at most one part in this many above the least that is enough.
const TOLERANCE: u64 = 64;

/// A gas limit, of at most `most`, with which the transaction that `request` asks for succeeds. Less than one part in 64 above the
/// least one, if more gas never makes it fail.
///
/// # Errors
/// [`SimulateError::Reverted`], [`SimulateError::Halted`] and [`SimulateError::Gas`] when it fails with all that it may have;
/// [`SimulateError::Funds`] when its value leaves nothing for gas that has a price.
pub fn estimate<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    mut request: TransactionRequest,
    most: u64,
) -> Result<u64, SimulateError> {
    // what is asked for bounds the answer, unless no transaction has so little
    let wanted = request.gas.take().filter(|gas| *gas >= gas::TRANSACTION).unwrap_or(u64::MAX);
    let most = most.min(scene.quota.gas);
    let mut transaction = fill(scene, request, most)?;
    let balance = scene.account(transaction.caller)?.balance;
    // nothing would be left for gas
    if transaction.gas_price > 0 && !transaction.value.is_zero() && transaction.value >= balance {
        return Err(SimulateError::Funds);
    }
    let affordable = affordable_gas(balance, transaction.value, transaction.gas_price);
    let mut enough = most.min(wanted).min(affordable);
    if is_transfer(scene, &transaction)? && enough >= gas::TRANSACTION {
        transaction.gas_limit = gas::TRANSACTION;
        if attempt(scene, &transaction)?.is_some() {
            return Ok(gas::TRANSACTION);
        }
    }
    transaction.gas_limit = enough;
    let called = match run(scene, transaction.clone()) {
        Err(SimulateError::Invalid(reason)) if is_too_little(&reason) => {
            return Err(SimulateError::Gas(enough));
        }
        called => called?,
    };
    match called.end {
        End::Success => {}
        End::Revert => return Err(SimulateError::Reverted(called.output)),
        End::Halt(reason) if is_out_of_gas(&reason) => return Err(SimulateError::Gas(enough)),
        End::Halt(reason) => return Err(SimulateError::Halted(reason)),
    }
    // most need just what they spend before refunds
    transaction.gas_limit = called.gas_spent.min(enough);
    if attempt(scene, &transaction)?.is_some() {
        return Ok(transaction.gas_limit);
    }
    let mut short = transaction.gas_limit;
    // others also what a call keeps back of its gas, which is not spent, but must be there
    let kept = called.gas_spent.saturating_add(CALL_STIPEND).saturating_mul(64) / 63;
    let mut guess = Some(kept);
    while short.saturating_add(1) < enough {
        if guess.is_none() && (enough - short).saturating_mul(TOLERANCE) < enough {
            break;
        }
        let middle = short + (enough - short) / 2;
        // most need little: the search stays low for as long as it can
        let middle = middle.min(short.saturating_mul(2)).max(short + 1);
        transaction.gas_limit = guess.take().filter(|guess| *guess < enough).unwrap_or(middle);
        match attempt(scene, &transaction)? {
            Some(_) => enough = transaction.gas_limit,
            None => short = transaction.gas_limit,
        }
    }
    Ok(enough)
}

/// What the transaction does if it succeeds.
fn attempt<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    transaction: &TxEnv,
) -> Result<Option<Called>, SimulateError> {
    match run(scene, transaction.clone()) {
        Ok(called) => Ok(called.is_success().then_some(called)),
        Err(SimulateError::Invalid(reason)) if is_too_little(&reason) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether it only moves ether, to an account without code.
fn is_transfer<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    transaction: &TxEnv,
) -> Result<bool, SimulateError> {
    let TxKind::Call(callee) = transaction.kind else { return Ok(false) };
    let plain = transaction.data.is_empty()
        && transaction.access_list.is_empty()
        && transaction.authorization_list.is_empty();
    Ok(plain && scene.account(callee)?.is_empty_code_hash())
}

const fn is_too_little(reason: &InvalidTransaction) -> bool {
    matches!(
        reason,
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
            | InvalidTransaction::GasFloorMoreThanGasLimit { .. }
    )
}

const fn is_out_of_gas(reason: &revm::context::result::HaltReason) -> bool {
    matches!(reason, revm::context::result::HaltReason::OutOfGas(_))
}
