//! Batches as the Inbox announced them, checked against the L1 blocks that were followed.

use alloy::{
    eips::BlockId,
    primitives::Bytes,
    providers::Provider,
    rpc::types::{Filter, Log, TransactionRequest},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::{SolCall, SolEvent};

use super::NodeError;
use crate::{
    derive::deposits::{Deposit, unpack},
    l1::{
        bindings::{self, IInbox},
        client::L1Client,
        follow::BlockRef,
    },
    machine::groups::Record,
};

/// Where an event stands on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The L1 block.
    pub block: u64,
    /// The log's index in it.
    pub log: u64,
}

impl Place {
    /// The place of `log`, which must be in one of `blocks`, which follow one another.
    ///
    /// # Errors
    /// [`NodeError::Moving`] when it is in another block.
    pub(super) fn of(log: &Log, blocks: &[BlockRef]) -> Result<Self, NodeError> {
        let block = block_of(log, blocks)?;
        Ok(Self { block: block.number, log: log.log_index.unwrap_or_default() })
    }
}

/// That of `blocks`, which follow one another, in which `log` is.
fn block_of(log: &Log, blocks: &[BlockRef]) -> Result<BlockRef, NodeError> {
    let number = log.block_number.unwrap_or_default();
    let first = blocks.first().map_or(0, |first| first.number);
    let offset = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
    let block = blocks.get(offset).filter(|block| log.block_hash == Some(block.hash));
    block.copied().ok_or(NodeError::Moving { number })
}

/// One appended batch, as announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Where its event stands.
    pub place: Place,
    /// The L1 block that appended it.
    pub l1_block: BlockRef,
    /// What the Inbox fixed.
    pub record: Record,
    /// Its bytes; empty if a blob holds them.
    pub bytes: Bytes,
    /// Its deposits.
    pub deposits: Vec<Deposit>,
}

/// The batches appended in `blocks`, which follow one another, in order.
///
/// # Errors
/// [`NodeError`]: what the node said does not fit together, or it did not answer.
pub async fn batches(
    l1: &L1Client,
    inbox: Address,
    blocks: &[BlockRef],
) -> Result<Vec<Batch>, NodeError> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(Vec::new()) };
    let filter =
        Filter::new().address(inbox).event_signature(IInbox::BatchAppended::SIGNATURE_HASH);
    let logs = l1.logs(&filter, first.number, last.number).await?;
    let mut batches = Vec::with_capacity(logs.len());
    for log in logs {
        let (place, l1_block) = (Place::of(&log, blocks)?, block_of(&log, blocks)?);
        let event = IInbox::BatchAppended::decode_log_validate(&log.inner).map_err(|_| {
            NodeError::Contradiction("a BatchAppended event that cannot be decoded")
        })?;
        let record = Record::from(event.data.record);
        if record.hash() != event.data.recordHash || record.number != event.data.number {
            return Err(NodeError::Contradiction("a record that is not its hash's"));
        }
        let deposits = unpack(&event.data.deposits)
            .ok_or(NodeError::Contradiction("deposits that cannot be unpacked"))?;
        batches.push(Batch { place, l1_block, record, bytes: event.data.batch, deposits });
    }
    Ok(batches)
}

/// What a view of the Inbox says as of the L1 block with this hash.
///
/// # Errors
/// [`NodeError`] when the node does not answer.
pub async fn view<C: SolCall>(
    l1: &L1Client,
    inbox: Address,
    at: B256,
    call: C,
) -> Result<C::Return, NodeError> {
    let request =
        TransactionRequest::default().to(inbox).input(Bytes::from(call.abi_encode()).into());
    let answer = l1.provider().call(request).block(BlockId::hash_canonical(at)).await;
    let answer = answer.map_err(crate::l1::client::L1Error::from)?;
    C::abi_decode_returns_validate(&answer)
        .map_err(|_| NodeError::Contradiction("an answer of the Inbox that cannot be decoded"))
}

impl From<bindings::Record> for Record {
    fn from(event: bindings::Record) -> Self {
        Self {
            number: event.number,
            timestamp: event.timestamp,
            prev_randao: event.prevRandao,
            fee_recipient: event.feeRecipient,
            l1_message_root: event.l1MessageRoot,
            batch_root: event.batchRoot,
            batch_length: event.batchLength,
            blob_hash: event.blobHash,
            deposits_hash: event.depositsHash,
            deposit_count: event.depositCount,
        }
    }
}
