//! What one L2 block executes, checked against what L1 committed to.

use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, keccak256};
use thiserror::Error;

use super::{
    batch,
    deposits::{Deposit, pack},
};
use crate::{
    authenticated::{
        blob::{self, Blob},
        slice::Slice,
    },
    machine::groups::Record,
    rules::limits::DEPOSITS_PER_BLOCK,
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
    /// Another blob.
    #[error("the blob with versioned hash {hash} is not the record's")]
    Blob {
        /// The blob's versioned hash.
        hash: B256,
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

/// Where a batch's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchData {
    /// In the event that announced it.
    Calldata(Bytes),
    /// In a blob.
    Blob(Blob),
}

impl From<Bytes> for BatchData {
    fn from(batch: Bytes) -> Self {
        Self::Calldata(batch)
    }
}

impl From<Blob> for BatchData {
    fn from(blob: Blob) -> Self {
        Self::Blob(blob)
    }
}

impl BatchData {
    /// `record` with what it says of a batch replaced by what commits to this one.
    ///
    /// # Errors
    /// [`DeriveError::Batch`] when the batch is longer than a record can say.
    pub fn commit(&self, record: Record) -> Result<Record, DeriveError> {
        Ok(match self {
            Self::Calldata(batch) => {
                let slice = batch::slice(batch).ok_or_else(|| self.mismatch())?;
                let Slice { root, length, .. } = slice;
                Record { batch_root: root, batch_length: length, blob_hash: B256::ZERO, ..record }
            }
            Self::Blob(blob) => Record {
                batch_root: B256::ZERO,
                batch_length: blob::BATCH_BYTES,
                blob_hash: blob.versioned_hash(),
                ..record
            },
        })
    }

    fn mismatch(&self) -> DeriveError {
        match self {
            Self::Calldata(batch) => DeriveError::Batch {
                length: batch.len(),
                root: batch::slice(batch).unwrap_or_default().root,
            },
            Self::Blob(blob) => DeriveError::Blob { hash: blob.versioned_hash() },
        }
    }
}

/// A record with the batch and the deposits that it commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInput {
    record: Record,
    batch: Bytes,
    slice: Slice,
    blob: Option<Blob>,
    deposits: Vec<Deposit>,
}

impl BlockInput {
    /// Checks the batch and the deposits against `record`.
    ///
    /// # Errors
    /// [`DeriveError`].
    pub fn new(
        record: Record,
        data: impl Into<BatchData>,
        deposits: Vec<Deposit>,
    ) -> Result<Self, DeriveError> {
        let data = data.into();
        if data.commit(record.clone())? != record {
            return Err(data.mismatch());
        }
        let (batch, blob) = match data {
            BatchData::Calldata(batch) => (batch, None),
            BatchData::Blob(blob) => (blob.batch(), Some(blob)),
        };
        let slice = batch::slice(&batch).unwrap_or_default();
        let hash = keccak256(pack(&deposits));
        let count = deposits.len();
        if hash != record.deposits_hash
            || count != usize::from(record.deposit_count)
            || count > DEPOSITS_PER_BLOCK
        {
            return Err(DeriveError::Deposits { count, hash });
        }
        Ok(Self { record, batch, slice, blob, deposits })
    }

    /// A block with this batch and no deposits: what `record` says of them is replaced by what commits to them.
    ///
    /// # Errors
    /// [`DeriveError::Batch`] when the batch is longer than a record can say.
    pub fn committed(record: Record, data: impl Into<BatchData>) -> Result<Self, DeriveError> {
        let data = data.into();
        let record = data.commit(record)?;
        Self::new(
            Record { deposits_hash: KECCAK256_EMPTY, deposit_count: 0, ..record },
            data,
            Vec::new(),
        )
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

    /// The blob that holds the batch, if one does.
    #[must_use]
    pub const fn blob(&self) -> Option<&Blob> {
        self.blob.as_ref()
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
    #![allow(clippy::unwrap_used)]

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
    fn a_blob_is_taken_for_its_own_record_alone() {
        let record = |blob: &Blob| {
            BlockInput::committed(Record::default(), blob.clone()).map(|it| it.record().clone())
        };
        let (one, other) = (Blob::of_batch(&[1; 100]).unwrap(), Blob::of_batch(&[2; 100]).unwrap());
        let good = record(&one).unwrap();
        let input = BlockInput::new(good.clone(), one.clone(), Vec::new()).unwrap();
        assert_eq!((input.slice().words, input.slice().length), (3968, 126_976));
        assert_eq!((input.batch().clone(), input.blob()), (one.batch(), Some(&one)));

        assert_eq!(
            BlockInput::new(good.clone(), other.clone(), Vec::new()),
            Err(DeriveError::Blob { hash: other.versioned_hash() })
        );
        // a blob batch's bytes are no calldata batch, nor the other way round
        assert!(matches!(
            BlockInput::new(good, one.batch(), Vec::new()),
            Err(DeriveError::Batch { length: 126_976, .. })
        ));
        let calldata = BlockInput::committed(Record::default(), one.batch()).unwrap();
        assert!(matches!(
            BlockInput::new(calldata.record().clone(), one, Vec::new()),
            Err(DeriveError::Blob { .. })
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
