//! What a caller is told when a call fails: the codes and messages of geth, which wallets and libraries know.

use alloy::primitives::{B256, Bytes};
use jsonrpsee::types::{
    ErrorObjectOwned,
    error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE},
};
use surety_engine::{
    chain::ChainError, execute::error::ExecuteError, node::NodeError, simulate::SimulateError,
};
use thiserror::Error;
use tracing::error;

/// Code of an execution that reverted; its data are the revert data.
const REVERTED: i32 = 3;
/// Code of a transaction that was taken and not executed in time; its data is the hash.
const UNPROCESSED: i32 = 4;
/// Code of what has no code of its own.
const SERVER: i32 = -32000;
/// Code of a call that took too long.
const TIMEOUT: i32 = -32002;
/// Code of a call that asks for too much.
const LIMIT_EXCEEDED: i32 = -32005;

/// Why a call failed.
#[derive(Debug, Error)]
pub(crate) enum RpcError {
    /// The parameters mean nothing.
    #[error("{0}")]
    InvalidParams(String),
    /// No block of the chain is meant.
    #[error("header not found")]
    HeaderNotFound,
    /// The filter was never there, was removed, or was forgotten.
    #[error("filter not found")]
    FilterNotFound,
    /// The execution reverted.
    #[error("{}", reverted(.0))]
    Reverted(Bytes),
    /// The call asks for more than the configuration allows.
    #[error("{0}")]
    LimitExceeded(String),
    /// The transaction waits in the pool, and the caller's time is over (EIP-7966).
    #[error(
        "the transaction was added to the mempool but was not processed within {milliseconds} ms"
    )]
    Unprocessed {
        /// The transaction.
        hash: B256,
        /// How long was waited.
        milliseconds: u64,
    },
    /// The call took too long.
    #[error("request timed out")]
    Timeout,
    /// Refused, or not to be answered, for a reason that the caller should know.
    #[error("{0}")]
    Server(String),
    /// It is our fault: the log says more than the caller is told.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl RpcError {
    /// A failure that is not the caller's.
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

/// The message of a revert; the reason follows if the data are a string's or a panic's.
fn reverted(data: &Bytes) -> String {
    match alloy::sol_types::decode_revert_reason(data) {
        Some(reason) if !reason.is_empty() => {
            let reason = reason.strip_prefix("revert: ").unwrap_or(&reason);
            format!("execution reverted: {reason}")
        }
        _ => "execution reverted".to_owned(),
    }
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        let message = error.to_string();
        let (code, data) = match error {
            RpcError::InvalidParams(_) => (INVALID_PARAMS_CODE, None),
            RpcError::Reverted(data) => (REVERTED, Some(data)),
            RpcError::Unprocessed { hash, .. } => (UNPROCESSED, Some(hash.into())),
            RpcError::HeaderNotFound | RpcError::FilterNotFound | RpcError::Server(_) => {
                (SERVER, None)
            }
            RpcError::LimitExceeded(_) => (LIMIT_EXCEEDED, None),
            RpcError::Timeout => (TIMEOUT, None),
            RpcError::Internal(cause) => {
                error!(%cause, "a call failed");
                (INTERNAL_ERROR_CODE, None)
            }
        };
        Self::owned(code, message, data)
    }
}

impl From<ChainError> for RpcError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::NoSuchBlock => Self::HeaderNotFound,
            other => Self::internal(other),
        }
    }
}

impl From<NodeError> for RpcError {
    fn from(error: NodeError) -> Self {
        match error {
            // the block fell out after it was found
            NodeError::Missing { .. } => Self::HeaderNotFound,
            NodeError::Simulate { source, .. } => (*source).into(),
            other => Self::internal(other),
        }
    }
}

impl From<SimulateError> for RpcError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Request(_) => Self::InvalidParams(error.to_string()),
            SimulateError::Reverted(data) => Self::Reverted(data),
            SimulateError::Time(_) => Self::Timeout,
            SimulateError::TraceSize(_) => Self::LimitExceeded(error.to_string()),
            SimulateError::Invalid(_)
            | SimulateError::Halted(_)
            | SimulateError::Funds
            | SimulateError::Gas(_) => Self::Server(error.to_string()),
            SimulateError::Execute(_) | SimulateError::Differs { .. } | SimulateError::Evm(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<ExecuteError> for RpcError {
    fn from(error: ExecuteError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy::sol_types::{Revert, SolError as _};

    use super::*;

    #[test]
    fn a_revert_has_code_3_its_reason_and_its_data() {
        let data: Bytes = Revert::from("too late").abi_encode().into();
        let object = ErrorObjectOwned::from(RpcError::Reverted(data.clone()));
        assert_eq!((object.code(), object.message()), (3, "execution reverted: too late"));
        assert_eq!(object.data().unwrap().get(), format!("\"{data}\""));

        let object = ErrorObjectOwned::from(RpcError::Reverted(Bytes::new()));
        assert_eq!(object.message(), "execution reverted");
        assert_eq!(object.data().unwrap().get(), "\"0x\"");
    }

    #[test]
    fn what_is_our_fault_is_not_told() {
        let object = ErrorObjectOwned::from(RpcError::internal("sled at /var/lib/surety"));
        assert_eq!((object.code(), object.message()), (INTERNAL_ERROR_CODE, "internal error"));
        assert!(object.data().is_none());
    }
}
