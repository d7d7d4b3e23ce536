//! Logs that are proven: exactly those of the receipts that a block's header commits to.
//!
//! A header is checked against its hash, and holds a bloom filter of its logs and the root of its receipts. A block whose
//! filter has none of the wanted addresses has no log of theirs. Of every other block all receipts are fetched, and must
//! give the header's root. So a node can neither omit a log nor invent one; what it can still choose is which chain of
//! headers it shows. The price is a request for the receipts of each block whose filter is hit: on a busy L1 that is nearly
//! every block.

use alloy::{consensus::proofs::calculate_receipt_root, eips::BlockId, providers::Provider as _};
use alloy_primitives::{Address, BloomInput, Log};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    client::{L1Client, L1Error},
    follow::BlockRef,
};

/// Blocks whose receipts are fetched at the same time.
const AT_ONCE: usize = 8;

/// Where an event stands on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The L1 block.
    pub block: u64,
    /// The log's index in it.
    pub log: u64,
}

/// A log, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedLog {
    /// Where.
    pub place: Place,
    /// The log.
    pub log: Log,
}

/// Whether `block` may hold logs of one of `addresses`; if not, it holds none.
fn may_hold(block: &BlockRef, addresses: &[Address]) -> bool {
    let has =
        |address: &Address| block.logs_bloom.contains_input(BloomInput::Raw(address.as_slice()));
    addresses.iter().any(has)
}

impl L1Client {
    /// The logs of `addresses` in `blocks`, in order, proven by the blocks' headers.
    ///
    /// # Errors
    /// [`L1Error`] when no endpoint shows the receipts of a block: unknown.
    pub async fn proven_logs(
        &self,
        addresses: &[Address],
        blocks: &[BlockRef],
    ) -> Result<Vec<PlacedLog>, L1Error> {
        let hits: Vec<_> =
            blocks.iter().filter(|block| may_hold(block, addresses)).copied().collect();
        let read = |block: BlockRef| {
            let (this, addresses) = (self.clone(), addresses.to_vec());
            async move { this.logs_by_receipts(&block, &addresses).await }
        };
        let found: Vec<Vec<_>> =
            stream::iter(hits).map(read).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn logs_by_receipts(
        &self,
        block: &BlockRef,
        addresses: &[Address],
    ) -> Result<Vec<PlacedLog>, L1Error> {
        let block = *block;
        let read = |client: Self| async move { client.receipts(&block).await };
        let receipts = self.by_any(read).await?;
        let logs = (0..).zip(receipts.into_iter().flatten());
        let wanted = logs.filter(|(_, log)| addresses.contains(&log.address));
        let place = |log| Place { block: block.number, log };
        Ok(wanted.map(|(index, log)| PlacedLog { place: place(index), log }).collect())
    }

    /// The logs of each receipt of a block.
    async fn receipts(&self, block: &BlockRef) -> Result<Vec<Vec<Log>>, L1Error> {
        let id = BlockId::hash(block.hash);
        let asked = self.endpoint();
        let receipts = self.provider().get_block_receipts(id).await?;
        let receipts = receipts.ok_or(L1Error::MissingBlock(id))?;
        let receipts: Vec<_> =
            receipts.into_iter().map(|receipt| receipt.into_primitives_receipt().inner).collect();
        if calculate_receipt_root(&receipts) != block.receipts_root {
            return Err(self.lie(asked, "receipts that are not those of the block"));
        }
        Ok(receipts.iter().map(|receipt| receipt.logs().to_vec()).collect())
    }
}
