//! `eth_sendRawTransaction`: signed transactions into the pool.

use std::{sync::Arc, time::Duration};

use alloy::{
    primitives::{B256, Bytes, U64},
    rpc::types::TransactionReceipt,
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use tokio::{sync::broadcast::error::RecvError, time::timeout};

use super::{
    backend::Backend,
    blocks::{Blocks, BlocksApiServer as _},
    error::RpcError,
    turn,
};
use crate::mempool::MempoolError;

/// How long a receipt is waited for when the caller does not say, and at most, milliseconds.
const PATIENCE_MS: u64 = 20_000;
const LONGEST_PATIENCE_MS: u64 = 60_000;

/// The part of `eth_*` that takes transactions.
#[rpc(server, namespace = "eth")]
pub(crate) trait SendApi {
    /// Takes a signed transaction; it is on the disk when its hash is given.
    #[method(name = "sendRawTransaction")]
    async fn send_raw_transaction(&self, raw: Bytes) -> RpcResult<B256>;

    /// The same, and waits for its receipt ([EIP-7966](https://eips.ethereum.org/EIPS/eip-7966)), milliseconds at most: a number, or
    /// hexadecimal as viem has it.
    #[method(name = "sendRawTransactionSync")]
    async fn send_raw_transaction_sync(
        &self,
        raw: Bytes,
        timeout: Option<U64>,
    ) -> RpcResult<TransactionReceipt>;
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

    async fn send_raw_transaction_sync(
        &self,
        raw: Bytes,
        milliseconds: Option<U64>,
    ) -> RpcResult<TransactionReceipt> {
        let milliseconds = milliseconds.map_or(PATIENCE_MS, |asked| asked.to());
        let milliseconds = milliseconds.min(LONGEST_PATIENCE_MS);
        let mut changes = self.backend.node().head_changes();
        let hash = self.send_raw_transaction(raw).await?;
        let blocks = Blocks::new(Arc::clone(&self.backend));
        let executed = async {
            loop {
                if let Some(receipt) = blocks.transaction_receipt(hash).await? {
                    return Ok(receipt);
                }
                turn::end();
                if let Err(RecvError::Closed) = changes.recv().await {
                    return Err(RpcError::Unprocessed { hash, milliseconds }.into());
                }
            }
        };
        let patience = Duration::from_millis(milliseconds);
        let executed = timeout(patience, executed).await;
        executed.unwrap_or_else(|_| Err(RpcError::Unprocessed { hash, milliseconds }.into()))
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
