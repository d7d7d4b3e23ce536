//! `eth_*`: the chain and its head.

use std::sync::Arc;

use alloy::primitives::U64;
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{backend::Backend, error::RpcError};

/// `eth_*`.
#[rpc(server, namespace = "eth")]
pub(crate) trait EthApi {
    /// L2 chain id.
    #[method(name = "chainId")]
    fn chain_id(&self) -> RpcResult<U64>;

    /// Number of the last executed block.
    #[method(name = "blockNumber")]
    fn block_number(&self) -> RpcResult<U64>;
}

/// Answers `eth_*`.
#[derive(Clone, Debug)]
pub(crate) struct Eth {
    backend: Arc<Backend>,
}

impl Eth {
    /// Reads what `backend` knows.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }
}

impl EthApiServer for Eth {
    fn chain_id(&self) -> RpcResult<U64> {
        Ok(U64::from(self.backend.chain().genesis().chain_id))
    }

    fn block_number(&self) -> RpcResult<U64> {
        let head = self.backend.chain().head().map_err(RpcError::from)?;
        Ok(U64::from(head.number))
    }
}
