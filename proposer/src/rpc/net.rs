//! `net_*`: there is no network of peers; everything comes from L1.

use alloy::primitives::U64;
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

/// `net_*`.
#[rpc(server, namespace = "net")]
pub(crate) trait NetApi {
    /// The chain id, in decimal.
    #[method(name = "version")]
    fn version(&self) -> RpcResult<String>;

    /// Whether it listens for connections.
    #[method(name = "listening")]
    fn listening(&self) -> RpcResult<bool>;

    /// How many peers it has.
    #[method(name = "peerCount")]
    fn peer_count(&self) -> RpcResult<U64>;
}

/// Answers `net_*`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Net {
    /// L2 chain id.
    pub(crate) chain_id: u64,
}

impl NetApiServer for Net {
    fn version(&self) -> RpcResult<String> {
        Ok(self.chain_id.to_string())
    }

    fn listening(&self) -> RpcResult<bool> {
        Ok(true)
    }

    fn peer_count(&self) -> RpcResult<U64> {
        Ok(U64::ZERO)
    }
}
