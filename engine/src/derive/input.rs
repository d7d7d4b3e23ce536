//! What one L2 block executes, checked against what L1 committed to.

use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, keccak256};
use thiserror::Error;

use super::{
    batch,
    deposits::{Deposit, pack},
};
use crate::{
    authenticated::slice::Slice, machine::groups::Record, rules::limits::DEPOSITS_PER_BLOCK,
};

/// Bytes that are not those a record commits to.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DeriveError {
    /// Another batch.
    #[error("batch of {length} bytes and root {root} is not the record's")]
    Batch {
        /// Bytes given.
        length: usize,
        /// Their word-tree root.
        root: B256,
    },
    /// Other deposits.
    #[error("{count} deposits of hash {hash} are not the record's")]
    Deposits {
        /// Deposits given.
        count: usize,
        /// keccak256 of them, packed.
        hash: B256,
    },
}

/// A record with the batch and the deposits that it commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInput {
    record: Record,
    batch: Bytes,
    slice: Slice,
    deposits: Vec<Deposit>,
}

impl BlockInput {
    /// Checks the batch and the deposits against `record`.
    ///
    /// # Errors
    /// [`DeriveError`].
    pub fn new(record: Record, batch: Bytes, deposits: Vec<Deposit>) -> Result<Self, DeriveError> {
        let slice = batch::slice(&batch)
            .filter(|it| it.root == record.batch_root && it.length == record.batch_length)
            .ok_or_else(|| DeriveError::Batch {
                length: batch.len(),
                root: batch::slice(&batch).unwrap_or_default().root,
            })?;
        let hash = keccak256(pack(&deposits));
        let count = deposits.len();
        if hash != record.deposits_hash
            || count != usize::from(record.deposit_count)
            || count > DEPOSITS_PER_BLOCK
        {
            return Err(DeriveError::Deposits { count, hash });
        }
        Ok(Self { record, batch, slice, deposits })
    }

    /// A block with this batch and no deposits: what `record` says of them is replaced by what commits to them.
    ///
    /// # Errors
    /// [`DeriveError::Batch`] when the batch is longer than a record can say.
    pub fn committed(record: Record, batch: Bytes) -> Result<Self, DeriveError> {
        let slice = batch::slice(&batch).unwrap_or_default();
        let record = Record {
            batch_root: slice.root,
            batch_length: slice.length,
            deposits_hash: KECCAK256_EMPTY,
            deposit_count: 0,
            ..record
        };
        Self::new(record, batch, Vec::new())
    }

    /// What the Inbox fixed.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// The batch's bytes.
    #[must_use]
    pub const fn batch(&self) -> &Bytes {
        &self.batch
    }

    /// The slice of the whole batch.
    #[must_use]
    pub const fn slice(&self) -> Slice {
        self.slice
    }

    /// The deposits, in order.
    #[must_use]
    pub fn deposits(&self) -> &[Deposit] {
        &self.deposits
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;

    fn record(batch: &[u8], deposits: &[Deposit]) -> Record {
        let slice = batch::slice(batch).unwrap_or_default();
        Record {
            batch_root: slice.root,
            batch_length: slice.length,
            deposits_hash: keccak256(pack(deposits)),
            deposit_count: u8::try_from(deposits.len()).unwrap_or(u8::MAX),
            ..Record::default()
        }
    }

    #[test]
    fn only_what_the_record_commits_to_is_taken() {
        let batch = Bytes::from_static(&[0, 1, 2]);
        let deposits = vec![Deposit { index: 0, account: Address::ZERO, amount: 5 }];
        let good = record(&batch, &deposits);
        assert!(BlockInput::new(good.clone(), batch.clone(), deposits.clone()).is_ok());

        // same root, since the last word is padded with zeros
        let padded = Bytes::from_static(&[0, 1, 2, 0]);
        assert!(matches!(
            BlockInput::new(good.clone(), padded, deposits.clone()),
            Err(DeriveError::Batch { length: 4, .. })
        ));
        assert!(matches!(
            BlockInput::new(good.clone(), batch.clone(), Vec::new()),
            Err(DeriveError::Deposits { count: 0, .. })
        ));
        let miscounted = Record { deposit_count: 2, ..good };
        assert!(matches!(
            BlockInput::new(miscounted, batch, deposits),
            Err(DeriveError::Deposits { count: 1, .. })
        ));
    }

    #[test]
    fn more_deposits_than_a_block_credits_are_refused() {
        let deposits = vec![Deposit { index: 0, account: Address::ZERO, amount: 5 }; 17];
        let record = record(&[], &deposits);
        assert!(matches!(
            BlockInput::new(record, Bytes::new(), deposits),
            Err(DeriveError::Deposits { count: 17, .. })
        ));
    }
}
