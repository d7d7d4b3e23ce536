//! L1 as of the block that the node stands at.
//!
//! What is planned from this reader fits what was executed: a reorganisation that the node has not followed yet cannot
//! make a right claim look wrong. Events are those that the node has proven and stored; what the contracts' views say is asked
//! as of the hash of that block.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};
use async_trait::async_trait;

use super::Node;
use crate::{
    dispute::observe::{ChainReader, Event, ReadError, Stretch},
    l1::follow::BlockRef,
};

/// Events read at once, and what is left of the last one's block.
const AT_ONCE: usize = 4_096;

/// Reads L1 through a node, never beyond what the node has followed.
#[derive(Clone, Debug)]
pub struct Pinned(Arc<Node>);

impl Pinned {
    /// A reader pinned to `node`.
    #[must_use]
    pub const fn new(node: Arc<Node>) -> Self {
        Self(node)
    }
}

#[async_trait]
impl ChainReader for Pinned {
    async fn head(&self) -> Result<BlockRef, ReadError> {
        self.0.cursor().await.map_err(ReadError::new)
    }

    async fn hash(&self, number: u64) -> Result<Option<B256>, ReadError> {
        self.0.followed(number).map_err(ReadError::new)
    }

    async fn logs(&self, addresses: &[Address], from: u64, to: u64) -> Result<Stretch, ReadError> {
        let (rows, to) = self.0.store().events(from, to, AT_ONCE).map_err(ReadError::new)?;
        let wanted = rows.into_iter().filter(|row| addresses.contains(&row.log.address));
        let events = wanted.map(|row| Event { block: row.l1_block, log: row.log }).collect();
        Ok(Stretch { events, to })
    }

    async fn call(&self, at: B256, to: Address, data: Bytes) -> Result<Bytes, ReadError> {
        self.0.l1().call(at, to, data).await
    }

    async fn balance(&self, at: B256, account: Address) -> Result<U256, ReadError> {
        self.0.l1().balance(at, account).await
    }
}
