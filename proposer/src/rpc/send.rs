//! `eth_sendRawTransaction`: signed transactions into the pool.

use std::sync::Arc;

use alloy::primitives::{B256, Bytes};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{backend::Backend, error::RpcError};
use crate::mempool::MempoolError;

/// The part of `eth_*` that takes transactions.
#[rpc(server, namespace = "eth")]
pub(crate) trait SendApi {
    /// Takes a signed transaction; it is on the disk when its hash is given.
    #[method(name = "sendRawTransaction")]
    async fn send_raw_transaction(&self, raw: Bytes) -> RpcResult<B256>;
}

/// Answers it.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    backend: Arc<Backend>,
}

impl Sending {
    /// Puts transactions into `backend`'s pool.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }
}

#[jsonrpsee::core::async_trait]
impl SendApiServer for Sending {
    async fn send_raw_transaction(&self, raw: Bytes) -> RpcResult<B256> {
        let mempool = Arc::clone(self.backend.mempool());
        Ok(self.backend.blocking(move |_| Ok(mempool.submit(raw)?)).await?)
    }
}

impl From<MempoolError> for RpcError {
    fn from(error: MempoolError) -> Self {
        match error {
            MempoolError::Rejected(rejection) => Self::Server(rejection.to_string()),
            MempoolError::Node(failure) => Self::internal(failure),
            MempoolError::Store(failure) => Self::internal(failure),
        }
    }
}
