//! Why a simulation has no answer.

use std::time::Duration;

use alloy_primitives::Bytes;
use revm::context::result::{EVMError, HaltReason, InvalidTransaction};
use thiserror::Error;

use crate::execute::error::{ExecuteError, StateError};

/// Why a simulation has no answer. Only [`SimulateError::Execute`] can be the node's own trouble; all else is the request's.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// State could not be read.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The request contradicts itself or asks for what there is not.
    #[error("{0}")]
    Request(&'static str),
    /// No such transaction is valid.
    #[error("{}", refusal(.0))]
    Invalid(InvalidTransaction),
    /// It reverts whatever its gas limit is.
    #[error("execution reverted")]
    Reverted(Bytes),
    /// It fails whatever its gas limit is.
    #[error("{}", failure(.0))]
    Halted(HaltReason),
    /// Its sender has no more than the value, and gas has a price.
    #[error("insufficient funds for transfer")]
    Funds,
    /// It needs more gas than it may have.
    #[error("gas required exceeds allowance ({0})")]
    Gas(u64),
    /// It runs too long.
    #[error("execution takes longer than {} ms", .0.as_millis())]
    Time(Duration),
    /// Its trace is too large.
    #[error("the trace is larger than {0} bytes: ask for less of it")]
    TraceSize(usize),
    /// What runs again does not end as it did: a bug, or a damaged store.
    #[error("slot {slot} does not end as it did when it was executed")]
    Differs {
        /// The slot.
        slot: u16,
    },
    /// revm failed in a way that it never should.
    #[error("execution failed: {0}")]
    Evm(String),
}

impl From<StateError> for SimulateError {
    fn from(error: StateError) -> Self {
        Self::Execute(error.into())
    }
}

impl From<EVMError<StateError>> for SimulateError {
    fn from(error: EVMError<StateError>) -> Self {
        match error {
            EVMError::Database(cause) => cause.into(),
            EVMError::Transaction(cause) => Self::Invalid(cause),
            other => Self::Evm(other.to_string()),
        }
    }
}

/// In geth's words, where wallets look for them.
fn refusal(reason: &InvalidTransaction) -> String {
    match reason {
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            format!("insufficient funds for gas * price + value: have {balance} want {fee}")
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}")
        }
        InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
            format!("insufficient gas for floor data gas cost: have {gas_limit}, want {gas_floor}")
        }
        InvalidTransaction::GasPriceLessThanBasefee => {
            "max fee per gas less than block base fee".to_owned()
        }
        other => other.to_string(),
    }
}

fn failure(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        other => format!("execution failed: {other:?}"),
    }
}
