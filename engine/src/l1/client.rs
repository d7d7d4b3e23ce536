//! What the engine asks of an L1 node, with the node's answers checked and its failures typed.

use std::time::Duration;

use alloy::{
    consensus::BlockHeader,
    eips::{BlockId, BlockNumberOrTag},
    network::{BlockResponse, primitives::HeaderResponse},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{
        client::RpcClient,
        types::{Filter, Log},
    },
    transports::{TransportError, layers::RetryBackoffLayer},
};
use alloy_primitives::B256;
use thiserror::Error;

use super::follow::{BlockRef, Headers};

/// Retries of one request, 250 ms apart at first, when the node asks to slow down.
const MAX_RETRIES: u32 = 8;
const INITIAL_BACKOFF_MS: u64 = 250;
/// Budget of the retry layer, in its compute units a second: far above what the daemons use.
const COMPUTE_UNITS_PER_SECOND: u64 = 10_000;
/// Blocks a log query spans at most; halved when the node refuses the answer's size.
const LOG_CHUNK: u64 = 2_000;

/// Why L1 could not be read. Every variant means *unknown*: retry and alert, never act.
#[derive(Debug, Error)]
pub enum L1Error {
    /// The node did not answer, or answered with an error.
    #[error("L1 node: {0}")]
    Transport(#[from] TransportError),
    /// The endpoint is not a URL the client understands.
    #[error("L1 endpoint: {0}")]
    Endpoint(String),
    /// A block the node named itself cannot be read back.
    #[error("L1 block {0} is not available")]
    MissingBlock(BlockId),
    /// The node's answer contradicts itself.
    #[error("L1 node answered inconsistently: {0}")]
    Inconsistent(&'static str),
    /// The node serves another chain than the one configured.
    #[error("L1 chain id is {got}, configured {expected}")]
    WrongChain {
        /// What the node says.
        got: u64,
        /// What the configuration says.
        expected: u64,
    },
}

/// A connection to one L1 node.
#[derive(Clone, Debug)]
pub struct L1Client {
    provider: DynProvider,
    chain_id: u64,
}

impl L1Client {
    /// Connects over HTTP and checks the chain id, if one is expected.
    ///
    /// # Errors
    /// [`L1Error`] when the node cannot be reached or serves another chain.
    pub async fn connect(endpoint: &str, expected: Option<u64>) -> Result<Self, L1Error> {
        let url = endpoint.parse().map_err(|_| L1Error::Endpoint(endpoint.to_owned()))?;
        let retry =
            RetryBackoffLayer::new(MAX_RETRIES, INITIAL_BACKOFF_MS, COMPUTE_UNITS_PER_SECOND);
        let client = RpcClient::builder().layer(retry).http(url);
        client.set_poll_interval(Duration::from_millis(250));
        let provider = ProviderBuilder::default().connect_client(client).erased();
        let got = provider.get_chain_id().await?;
        match expected {
            Some(expected) if expected != got => Err(L1Error::WrongChain { got, expected }),
            _ => Ok(Self { provider, chain_id: got }),
        }
    }

    /// The provider below, for calls at a pinned block.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The L1 chain id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    async fn block(&self, id: BlockId) -> Result<Option<BlockRef>, L1Error> {
        let block = self.provider.get_block(id).await?;
        Ok(block.map(|block| {
            let header = block.header();
            BlockRef {
                number: header.number(),
                hash: header.hash(),
                parent: header.parent_hash(),
                timestamp: header.timestamp(),
            }
        }))
    }

    /// Logs of `filter` in the blocks `from..=to`, in order, asked for in chunks the node can serve.
    ///
    /// # Errors
    /// [`L1Error`] when a chunk of one block still fails.
    pub async fn logs(&self, filter: &Filter, from: u64, to: u64) -> Result<Vec<Log>, L1Error> {
        let mut logs = Vec::new();
        let mut start = from;
        let mut span = LOG_CHUNK;
        while start <= to {
            let end = to.min(start.saturating_add(span - 1));
            let chunk = filter.clone().from_block(start).to_block(end);
            match self.provider.get_logs(&chunk).await {
                Ok(mut found) => {
                    logs.append(&mut found);
                    start = end + 1;
                }
                Err(_) if span > 1 && end > start => span = (span / 4).max(1),
                Err(error) => return Err(error.into()),
            }
        }
        check_order(&logs, from, to)?;
        Ok(logs)
    }

    /// Logs of `filter` in exactly the block with this hash.
    ///
    /// # Errors
    /// [`L1Error`] when the node does not know the block or gives logs of another.
    pub async fn logs_of_block(&self, filter: &Filter, hash: B256) -> Result<Vec<Log>, L1Error> {
        let logs = self.provider.get_logs(&filter.clone().at_block_hash(hash)).await?;
        if logs.iter().any(|log| log.block_hash != Some(hash)) {
            return Err(L1Error::Inconsistent("a log of another block"));
        }
        Ok(logs)
    }
}

fn check_order(logs: &[Log], from: u64, to: u64) -> Result<(), L1Error> {
    let mut last = None;
    for log in logs {
        let (Some(block), Some(index)) = (log.block_number, log.log_index) else {
            return Err(L1Error::Inconsistent("a log without its position"));
        };
        if log.removed || block < from || block > to || last.is_some_and(|at| at >= (block, index))
        {
            return Err(L1Error::Inconsistent("logs out of range or out of order"));
        }
        last = Some((block, index));
    }
    Ok(())
}

impl Headers for L1Client {
    type Error = L1Error;

    async fn head(&self) -> Result<BlockRef, L1Error> {
        let latest = BlockId::Number(BlockNumberOrTag::Latest);
        self.block(latest).await?.ok_or(L1Error::MissingBlock(latest))
    }

    async fn at(&self, number: u64) -> Result<Option<BlockRef>, L1Error> {
        let block = self.block(BlockId::number(number)).await?;
        if block.is_some_and(|block| block.number != number) {
            return Err(L1Error::Inconsistent("a block of another number"));
        }
        Ok(block)
    }
}
