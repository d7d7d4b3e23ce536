//! `eth_*`: accounts, code and storage in the state after any block.

use std::sync::Arc;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U64, U256},
    serde::JsonStorageKey,
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use surety_engine::chain::{Chain, Sealed};

use super::{backend::Backend, error::RpcError};

/// The state after a block: the latest, when none is named.
#[rpc(server, namespace = "eth")]
pub(crate) trait StateApi {
    /// An account's wei.
    #[method(name = "getBalance")]
    async fn balance(&self, address: Address, block: Option<BlockId>) -> RpcResult<U256>;

    /// An account's code.
    #[method(name = "getCode")]
    async fn code(&self, address: Address, block: Option<BlockId>) -> RpcResult<Bytes>;

    /// A slot of an account's storage.
    #[method(name = "getStorageAt")]
    async fn storage_at(
        &self,
        address: Address,
        slot: JsonStorageKey,
        block: Option<BlockId>,
    ) -> RpcResult<B256>;

    /// An account's nonce; as of `pending`, with what it has in the mempool and can be executed.
    #[method(name = "getTransactionCount")]
    async fn transaction_count(&self, address: Address, block: Option<BlockId>) -> RpcResult<U64>;
}

/// Answers about state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    backend: Arc<Backend>,
}

impl State {
    /// Reads what `backend` knows.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }

    async fn read<T: Send + 'static>(
        &self,
        block: Option<BlockId>,
        read: impl FnOnce(&Chain, &Sealed) -> Result<T, RpcError> + Send + 'static,
    ) -> RpcResult<T> {
        let id = self.backend.block_id(block).await?;
        let read = self.backend.blocking(move |chain| read(chain, &chain.sealed(id)?));
        Ok(read.await?)
    }
}

#[async_trait]
impl StateApiServer for State {
    async fn balance(&self, address: Address, block: Option<BlockId>) -> RpcResult<U256> {
        self.read(block, move |chain, at| Ok(chain.account(at, address)?.balance)).await
    }

    async fn code(&self, address: Address, block: Option<BlockId>) -> RpcResult<Bytes> {
        self.read(block, move |chain, at| Ok(chain.code(at, address)?)).await
    }

    async fn storage_at(
        &self,
        address: Address,
        slot: JsonStorageKey,
        block: Option<BlockId>,
    ) -> RpcResult<B256> {
        let slot = slot.as_b256().into();
        self.read(block, move |chain, at| Ok(chain.storage(at, address, slot)?.into())).await
    }

    async fn transaction_count(&self, address: Address, block: Option<BlockId>) -> RpcResult<U64> {
        let mempool = Arc::clone(self.backend.mempool());
        let is_pending = block.is_some_and(|block| block.is_pending());
        self.read(block, move |chain, at| {
            let nonce = chain.account(at, address)?.nonce;
            let waiting = if is_pending { mempool.next_nonce(address) } else { None };
            Ok(U64::from(waiting.unwrap_or(nonce).max(nonce)))
        })
        .await
    }
}
