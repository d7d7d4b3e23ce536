//! What goes into a batch: what pays most, each sender's in order, and nothing that would be skipped.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::Arc,
    time::Instant,
    vec::IntoIter,
};

use alloy::primitives::{B256, Bytes, U256};
use surety_engine::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, DeriveError, batch},
    execute::{
        block::{FIRST_SLOT, LAST_SLOT, execute_entry, execute_slot},
        boundary::Boundary,
        error::ExecuteError,
        pending::Pending,
    },
    machine::groups::Record,
    rules::limits::Limits,
};
use thiserror::Error;
use tracing::debug;

use crate::mempool::{Pooled, Waiting};

/// Entries of a batch at most: a slot each, between the first and the last.
pub(super) const MAX_ENTRIES: usize = LAST_SLOT as usize - 1;
/// Bytes of the length before each entry.
pub(super) const LENGTH_BYTES: usize = 2;

/// Why no batch could be built.
#[derive(Debug, Error)]
pub(crate) enum BuildError {
    /// The state of the last block could not be executed on.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The record of an empty batch does not fit it: a bug.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// An entry is longer than the pool takes: a bug.
    #[error(transparent)]
    Entry(#[from] batch::EntryLength),
}

/// A batch, and what the block will do if nobody appends another before it.
#[derive(Debug)]
pub(crate) struct Built {
    /// The bytes to post.
    pub(crate) batch: Bytes,
    /// The transactions in it.
    pub(crate) transactions: Vec<B256>,
    /// Gas that they use.
    pub(crate) gas_used: u64,
    /// Wei that they bring the fee recipient.
    pub(crate) tips: U256,
    /// Transactions that our own execution failed at, which is a bug or a damaged store: they stay in the pool.
    pub(crate) failed: Vec<(B256, ExecuteError)>,
}

/// Builds the batch of the block after `parent`, which `record` announces as far as it is known.
///
/// # Errors
/// [`BuildError`] when the state cannot be read; a transaction that cannot be executed is left out.
pub(super) fn build<S: NodeSource + CodeSource>(
    source: S,
    parent: &Boundary,
    record: Record,
    waiting: Vec<Waiting>,
    limits: &Limits,
) -> Result<Built, BuildError> {
    let input = BlockInput::committed(record, Bytes::new())?;
    let mut pending = Pending::new(source);
    let mut boundary = execute_slot(&mut pending, parent, FIRST_SLOT, &input, limits)?.boundary;
    let base_fee = boundary.block.base_fee;
    let senders = waiting.into_iter();
    let mut heads: BinaryHeap<_> =
        senders.filter_map(|it| Head::next(it.ready.into_iter(), base_fee)).collect();
    let (mut entries, mut transactions, mut bytes) = (Vec::new(), Vec::new(), 0);
    let (mut tips, mut failed) = (U256::ZERO, Vec::new());
    let most = usize::try_from(limits.batch_bytes).unwrap_or(usize::MAX);
    while entries.len() < MAX_ENTRIES
        && let Some(Head { pooled, rest, tip, .. }) = heads.pop()
    {
        let size = LENGTH_BYTES + pooled.raw.len();
        if size > most - bytes {
            continue;
        }
        let hash = pooled.transaction.hash;
        match execute_entry(&mut pending, &boundary, &pooled.raw, limits) {
            Ok(Ok((executed, after))) => {
                boundary = after;
                tips = tips.saturating_add(tip.saturating_mul(U256::from(executed.gas_used)));
                bytes += size;
                entries.push(pooled.raw.clone());
                transactions.push(hash);
                heads.extend(Head::next(rest, base_fee));
            }
            Ok(Err(reason)) => debug!(%hash, %reason, "not in this batch"),
            Err(failure) if failure.is_unknown() => return Err(failure.into()),
            Err(failure) => failed.push((hash, failure)),
        }
    }
    let batch = batch::encode(&entries)?.into();
    Ok(Built { batch, transactions, gas_used: boundary.block.gas_used, tips, failed })
}

/// A sender's next transaction, and those after it.
struct Head {
    tip: U256,
    since: Instant,
    pooled: Arc<Pooled>,
    rest: IntoIter<Arc<Pooled>>,
}

impl Head {
    /// `None` when there is none, or it does not pay the base fee.
    fn next(mut rest: IntoIter<Arc<Pooled>>, base_fee: U256) -> Option<Self> {
        let pooled = rest.next()?;
        Some(Self { tip: pooled.tip(base_fee)?, since: pooled.since, pooled, rest })
    }

    /// What pays more comes first, then what has waited longer.
    const fn rank(&self) -> (U256, Reverse<Instant>) {
        (self.tip, Reverse(self.since))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}
