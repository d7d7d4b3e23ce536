//! What is asked of an L1 node, so that tests can answer in its place.

use alloy::rpc::types::Filter;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use async_trait::async_trait;

use crate::l1::client::{L1Client, L1Error};
use crate::l1::follow::{BlockRef, Headers};

/// A log and the block that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of the block.
    pub block: u64,
    /// The log.
    pub log: Log,
}

/// Logs of some blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The logs, in order.
    pub events: Vec<Event>,
    /// The last of the blocks.
    pub to: u64,
}

/// Why the chain could not be read: unknown.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(Box<dyn std::error::Error + Send + Sync>);

impl ReadError {
    /// A failure of the source below.
    pub fn new(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(source))
    }
}

/// Reads one chain.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// The newest block.
    async fn head(&self) -> Result<BlockRef, ReadError>;

    /// Hash of the canonical block of this number, if the chain is that long.
    async fn hash(&self, number: u64) -> Result<Option<B256>, ReadError>;

    /// Logs of `addresses` in the blocks from `from` on: to `to`, or to an earlier one if there are many.
    async fn logs(&self, addresses: &[Address], from: u64, to: u64) -> Result<Stretch, ReadError>;

    /// What a call to `to` returns in the block of hash `at`; fails when that is not canonical any more.
    async fn call(&self, at: B256, to: Address, data: Bytes) -> Result<Bytes, ReadError>;

    /// What `account` holds after the block of hash `at`, wei.
    async fn balance(&self, at: B256, account: Address) -> Result<U256, ReadError>;
}

#[async_trait]
impl ChainReader for L1Client {
    async fn head(&self) -> Result<BlockRef, ReadError> {
        Headers::head(self).await.map_err(ReadError::new)
    }

    async fn hash(&self, number: u64) -> Result<Option<B256>, ReadError> {
        let block = Headers::at(self, number).await.map_err(ReadError::new)?;
        Ok(block.map(|block| block.hash))
    }

    async fn logs(&self, addresses: &[Address], from: u64, to: u64) -> Result<Stretch, ReadError> {
        let filter = Filter::new().address(addresses.to_vec());
        let found = Self::logs(self, &filter, from, to).await.map_err(ReadError::new)?;
        let placed = found.into_iter().map(|log| {
            let block = log.block_number.ok_or(L1Error::Inconsistent("a log without its block"))?;
            Ok(Event { block, log: log.inner })
        });
        let events = placed.collect::<Result<_, L1Error>>().map_err(ReadError::new)?;
        Ok(Stretch { events, to })
    }

    async fn call(&self, at: B256, to: Address, data: Bytes) -> Result<Bytes, ReadError> {
        self.call_at(at, to, data).await.map_err(ReadError::new)
    }

    async fn balance(&self, at: B256, account: Address) -> Result<U256, ReadError> {
        self.balance_at(at, account).await.map_err(ReadError::new)
    }
}
