//! `web3_*`: who answers, and keccak256.

use alloy::primitives::{B256, Bytes, keccak256};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

/// `web3_*`.
#[rpc(server, namespace = "web3")]
pub(crate) trait Web3Api {
    /// Name and version of the program.
    #[method(name = "clientVersion")]
    fn client_version(&self) -> RpcResult<String>;

    /// keccak256 of bytes.
    #[method(name = "sha3")]
    fn sha3(&self, data: Bytes) -> RpcResult<B256>;
}

/// Answers `web3_*`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Web3;

impl Web3ApiServer for Web3 {
    fn client_version(&self) -> RpcResult<String> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        Ok(format!("surety/v{}/{os}-{arch}", env!("CARGO_PKG_VERSION")))
    }

    fn sha3(&self, data: Bytes) -> RpcResult<B256> {
        Ok(keccak256(data))
    }
}
