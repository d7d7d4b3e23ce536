//! `eth_*`: which chain this is and how far it has come.

use std::sync::Arc;

use alloy::{
    primitives::{Address, U64, U256},
    rpc::types::{SyncInfo, SyncStatus},
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};

use super::{backend::Backend, error::RpcError};

/// The chain, and how far it has come.
#[rpc(server, namespace = "eth")]
pub(crate) trait EthApi {
    /// L2 chain id.
    #[method(name = "chainId")]
    fn chain_id(&self) -> RpcResult<U64>;

    /// Number of the last executed block.
    #[method(name = "blockNumber")]
    fn block_number(&self) -> RpcResult<U64>;

    /// `false`, or how far it is behind L1.
    #[method(name = "syncing")]
    async fn syncing(&self) -> RpcResult<SyncStatus>;

    /// None: the server holds no keys.
    #[method(name = "accounts")]
    fn accounts(&self) -> RpcResult<Vec<Address>>;
}

/// Answers about the chain.
#[derive(Clone, Debug)]
pub(crate) struct Eth {
    backend: Arc<Backend>,
    /// The head when the server started.
    started_at: u64,
}

impl Eth {
    /// Reads what `backend` knows.
    ///
    /// # Errors
    /// [`RpcError`] when the store cannot be read.
    pub(crate) fn new(backend: Arc<Backend>) -> Result<Self, RpcError> {
        let started_at = backend.chain().head()?.number;
        Ok(Self { backend, started_at })
    }
}

#[async_trait]
impl EthApiServer for Eth {
    fn chain_id(&self) -> RpcResult<U64> {
        Ok(U64::from(self.backend.chain().genesis().chain_id))
    }

    fn block_number(&self) -> RpcResult<U64> {
        let head = self.backend.chain().head().map_err(RpcError::from)?;
        Ok(U64::from(head.number))
    }

    async fn syncing(&self) -> RpcResult<SyncStatus> {
        if !self.backend.is_syncing() {
            return Ok(SyncStatus::None);
        }
        let highest = self.backend.finality().appended().await?;
        let current = self.backend.chain().head().map_err(RpcError::from)?.number;
        Ok(SyncStatus::Info(Box::new(SyncInfo {
            starting_block: U256::from(self.started_at.min(current)),
            current_block: U256::from(current),
            highest_block: U256::from(highest.max(current)),
            warp_chunks_amount: None,
            warp_chunks_processed: None,
            stages: None,
        })))
    }

    fn accounts(&self) -> RpcResult<Vec<Address>> {
        Ok(Vec::new())
    }
}
