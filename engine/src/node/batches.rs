//! Batches as the Inbox announced them, checked against the L1 blocks that were followed.

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::{SolCall, SolEvent};

use super::NodeError;
use crate::{
    derive::deposits::{Deposit, unpack},
    l1::{
        bindings::{self, IInbox},
        client::L1Client,
        receipts::{Place, PlacedLog},
    },
    machine::groups::Record,
};

/// One appended batch, as announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Where its event stands.
    pub place: Place,
    /// What the Inbox fixed.
    pub record: Record,
    /// Its bytes; empty if a blob holds them.
    pub bytes: Bytes,
    /// Its deposits.
    pub deposits: Vec<Deposit>,
}

/// The batches among `logs`, in order.
///
/// # Errors
/// [`NodeError::Contradiction`] when an event of the Inbox does not say what it should.
pub fn batches(logs: &[PlacedLog], inbox: Address) -> Result<Vec<Batch>, NodeError> {
    let appended = |placed: &&PlacedLog| {
        placed.log.address == inbox
            && placed.log.topics().first() == Some(&IInbox::BatchAppended::SIGNATURE_HASH)
    };
    let batch = |placed: &PlacedLog| {
        let event = IInbox::BatchAppended::decode_log_validate(&placed.log).map_err(|_| {
            NodeError::Contradiction("a BatchAppended event that cannot be decoded")
        })?;
        let record = Record::from(event.data.record);
        if record.hash() != event.data.recordHash || record.number != event.data.number {
            return Err(NodeError::Contradiction("a record that is not its hash's"));
        }
        let deposits = unpack(&event.data.deposits)
            .ok_or(NodeError::Contradiction("deposits that cannot be unpacked"))?;
        Ok(Batch { place: placed.place, record, bytes: event.data.batch, deposits })
    };
    logs.iter().filter(appended).map(batch).collect()
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
    let answer = l1.call_at(at, inbox, call.abi_encode().into()).await?;
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
