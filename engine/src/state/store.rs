//! The store.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use alloy_primitives::{B256, Bloom, Bytes, keccak256};
use alloy_rlp::Decodable;

use super::{
    AppendedRow, BlockRow, CacheSize, Commit, EventRow, LeavesRow, MessageRow, Progress,
    StoreError, Table, TransactionPlace,
    database::{Database, is_marked, mark, quarantine},
    rows,
};
use crate::authenticated::{
    blob::Blob,
    mpt::EMPTY_ROOT,
    source::{CodeSource, NodeSource, SourceError},
};

/// Version of the layout; other versions are refused.
const FORMAT: [u8; 1] = [5];

/// The node's database. See the [module](super) for what it promises.
pub struct Store {
    database: Database,
}

// not the whole content
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in the directory `path`, or makes an empty one.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::is_corruption`] says that only [`Store::open_or_rebuild`] helps.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, CacheSize::default())
    }

    /// [`Store::open`] with a cache of this size.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(path: impl AsRef<Path>, cache: CacheSize) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let store = Self { database: Database::open(path, cache)? };
        match store.sealed(Table::Format, Table::Format.key(&[]))? {
            Some(format) if format.as_ref() == FORMAT => {}
            Some(format) => return Err(StoreError::UnknownFormat(format)),
            None if is_marked(path)? => return Err(StoreError::Corrupt(path.to_owned())),
            None => {
                let mut commit = Commit::new();
                commit.sealed(Table::Format.key(&[]), &FORMAT);
                store.commit(commit)?;
            }
        }
        mark(path)?;
        if let Some(progress) = store.progress()? {
            let root = progress.head.state_root;
            if root != EMPTY_ROOT && store.read_hashed(Table::Node, root)?.is_none() {
                return Err(StoreError::HeadStateMissing(root));
            }
        }
        Ok(store)
    }

    /// [`Store::open_with`], but a corrupt store is moved aside, to the path returned, and an empty one takes its place: the
    /// caller imports the genesis again and follows L1 from the start.
    ///
    /// # Errors
    /// [`StoreError`] other than corruption.
    pub fn open_or_rebuild(
        path: impl AsRef<Path>,
        cache: CacheSize,
    ) -> Result<(Self, Option<PathBuf>), StoreError> {
        match Self::open_with(&path, cache) {
            Err(error) if error.is_corruption() => {
                let aside = quarantine(path.as_ref())?;
                Ok((Self::open_with(path, cache)?, Some(aside)))
            }
            result => Ok((result?, None)),
        }
    }

    /// Writes all of `commit` or nothing. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`].
    pub fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.database.write(commit.batch)
    }

    /// Bytes that it takes on the disk.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn size(&self) -> Result<u64, StoreError> {
        self.database.size()
    }

    /// Undoes the blocks above `progress.head` and the batches, messages and events after the last of `progress.l1`, and sets
    /// the progress, all at once. Nodes and codes stay.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlock`] when there are blocks, but not the head's; else as [`Store::commit`].
    pub fn rollback(&self, progress: &Progress) -> Result<(), StoreError> {
        let head = progress.head.number;
        let mut commit = Commit::new();
        for table in [Table::Block, Table::Bloom, Table::Leaves, Table::Boundary] {
            let first = head.checked_add(1).ok_or(StoreError::NoSuchBlock(head))?;
            let end = table.slot_key(u64::MAX, u16::MAX);
            for key in self.database.keys(table.number_key(first), end) {
                commit.batch.remove(key?);
            }
        }
        let start = Table::Block.number_key(0);
        let mut kept = self.database.keys(start, Table::Block.number_key(head));
        let is_genesis = kept.next().transpose()?.is_none();
        if !is_genesis && self.block(head)?.is_none() {
            return Err(StoreError::NoSuchBlock(head));
        }
        let cursor = progress.l1.last().map_or(0, |block| block.number);
        for index in (0..self.messages()?).rev() {
            let sent = self.message(index)?.is_some_and(|message| message.l1_block <= cursor);
            if sent {
                break;
            }
            commit.batch.remove(Table::Message.number_key(index));
        }
        let waiting =
            self.database.keys(Table::Appended.number_key(0), Table::Appended.number_key(u64::MAX));
        for key in waiting.rev() {
            let key = key?;
            let row: Option<AppendedRow> = self.row(Table::Appended, key.to_vec())?;
            if row.is_some_and(|row| row.l1_block <= cursor) {
                break;
            }
            commit.batch.remove(key);
        }
        let first = Table::Event.place_key(cursor.saturating_add(1), 0);
        for key in self.database.keys(first, Table::Event.place_key(u64::MAX, u64::MAX)) {
            commit.batch.remove(key?);
        }
        commit.progress(progress);
        self.commit(commit)
    }

    /// The events in the L1 blocks from `from` on, in order, and the last of these blocks: `to`, or the one with which there are
    /// `enough`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn events(
        &self,
        from: u64,
        to: u64,
        enough: usize,
    ) -> Result<(Vec<EventRow>, u64), StoreError> {
        let (first, last) = (Table::Event.place_key(from, 0), Table::Event.place_key(to, u64::MAX));
        let (mut events, mut reached) = (Vec::<EventRow>::new(), from);
        for key in self.database.keys(first, last) {
            let key = key?;
            let event = self.row::<EventRow>(Table::Event, key.to_vec())?;
            let event = event.ok_or_else(|| damaged(Table::Event, &key))?;
            if events.len() >= enough && event.l1_block > reached {
                return Ok((events, reached));
            }
            reached = event.l1_block;
            events.push(event);
        }
        Ok((events, to))
    }

    /// How far the node has come; `None` in an empty store.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn progress(&self) -> Result<Option<Progress>, StoreError> {
        self.row(Table::Progress, Table::Progress.key(&[]))
    }

    /// The batch of an L2 block that waits for its execution.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn appended(&self, number: u64) -> Result<Option<AppendedRow>, StoreError> {
        self.row(Table::Appended, Table::Appended.number_key(number))
    }

    /// The last L2 block whose batch waits for its execution.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn last_appended(&self) -> Result<Option<u64>, StoreError> {
        self.last_number(Table::Appended)
    }

    /// An executed block.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn block(&self, number: u64) -> Result<Option<BlockRow>, StoreError> {
        self.row(Table::Block, Table::Block.number_key(number))
    }

    /// The bloom filter of an executed block's logs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bloom(&self, number: u64) -> Result<Option<Bloom>, StoreError> {
        let key = Table::Bloom.number_key(number);
        let Some(bloom) = self.sealed(Table::Bloom, key.clone())? else { return Ok(None) };
        Bloom::try_from(bloom.as_ref()).map(Some).map_err(|_| damaged(Table::Bloom, &key))
    }

    /// The number of the executed block with this hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn block_number(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        let hint = self.row(Table::BlockHash, Table::BlockHash.hash_key(hash))?;
        let Some(number) = hint else { return Ok(None) };
        Ok(self.block(number)?.filter(|block| block.hash == hash).map(|_| number))
    }

    /// Where the transaction with this hash was executed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn transaction_place(&self, hash: B256) -> Result<Option<TransactionPlace>, StoreError> {
        let hint = self.row(Table::Transaction, Table::Transaction.hash_key(hash))?;
        let Some(place @ TransactionPlace { number, index }) = hint else { return Ok(None) };
        let Some(block) = self.block(number)? else { return Ok(None) };
        let found = usize::try_from(index).ok().and_then(|index| block.transactions.get(index));
        Ok(found.filter(|transaction| transaction.hash == hash).map(|_| place))
    }

    /// A block's leaves in a slot commitment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn leaves(&self, number: u64) -> Result<Option<LeavesRow>, StoreError> {
        self.row(Table::Leaves, Table::Leaves.number_key(number))
    }

    /// How many messages L1 has sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn messages(&self) -> Result<u64, StoreError> {
        Ok(self.last_number(Table::Message)?.map_or(0, |index| index.saturating_add(1)))
    }

    /// The message at a leaf of the message tree.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn message(&self, index: u64) -> Result<Option<MessageRow>, StoreError> {
        self.row(Table::Message, Table::Message.number_key(index))
    }

    /// The encoded boundary after a slot of a block; `None` also for slots that repeat the one before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn boundary(&self, number: u64, slot: u16) -> Result<Option<Bytes>, StoreError> {
        self.sealed(Table::Boundary, Table::Boundary.slot_key(number, slot))
    }

    /// The blob with this versioned hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blob(&self, versioned_hash: B256) -> Result<Option<Blob>, StoreError> {
        let key = Table::Blob.hash_key(versioned_hash);
        let Some(row) = self.sealed(Table::Blob, key.clone())? else { return Ok(None) };
        let blob = row
            .split_first_chunk()
            .and_then(|(commitment, bytes)| Blob::kept(bytes, commitment.into()).ok())
            .filter(|blob| blob.versioned_hash() == versioned_hash);
        blob.map(Some).ok_or_else(|| damaged(Table::Blob, &key))
    }

    /// The L2 transactions that were accepted and are not forgotten, in no order of meaning.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn waiting(&self) -> Result<Vec<Bytes>, StoreError> {
        let rows = self.database.prefix(&Table::Waiting.key(&[]));
        rows.map(|row| {
            let (key, raw) = row?;
            if key.get(1..) != Some(keccak256(&raw).as_slice()) {
                return Err(damaged(Table::Waiting, &key));
            }
            Ok(Bytes::copy_from_slice(&raw))
        })
        .collect()
    }

    /// The bytes under a name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn meta(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.sealed(Table::Meta, Table::Meta.key(name.as_bytes()))
    }

    /// The names that begin with `prefix`, in order, with their bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn metas(&self, prefix: &str) -> Result<Vec<(String, Bytes)>, StoreError> {
        let rows = self.database.prefix(&Table::Meta.key(prefix.as_bytes()));
        rows.map(|row| {
            let (key, value) = row?;
            let damaged = || damaged(Table::Meta, &key);
            let name = key.get(1..).unwrap_or_default().to_vec();
            let name = String::from_utf8(name).map_err(|_| damaged())?;
            let value = rows::unseal(&key, &value).ok_or_else(damaged)?;
            Ok((name, Bytes::copy_from_slice(value)))
        })
        .collect()
    }

    /// The greatest number under which a table has a row.
    fn last_number(&self, table: Table) -> Result<Option<u64>, StoreError> {
        let (first, last) = (table.number_key(0), table.number_key(u64::MAX));
        let Some(key) = self.database.keys(first, last).next_back().transpose()? else {
            return Ok(None);
        };
        let number = key.get(1..).and_then(|number| number.try_into().ok());
        number.map(u64::from_be_bytes).map(Some).ok_or_else(|| damaged(table, &key))
    }

    fn row<T: Decodable>(&self, table: Table, key: Vec<u8>) -> Result<Option<T>, StoreError> {
        let Some(value) = self.sealed(table, key.clone())? else { return Ok(None) };
        rows::decode(&value).map(Some).ok_or_else(|| damaged(table, &key))
    }

    fn sealed(&self, table: Table, key: Vec<u8>) -> Result<Option<Bytes>, StoreError> {
        let Some(row) = self.database.get(&key)? else { return Ok(None) };
        let value = rows::unseal(&key, &row).ok_or_else(|| damaged(table, &key))?;
        Ok(Some(Bytes::copy_from_slice(value)))
    }

    fn read_hashed(&self, table: Table, hash: B256) -> Result<Option<Bytes>, StoreError> {
        let key = table.hash_key(hash);
        let Some(item) = self.database.get(&key)? else { return Ok(None) };
        if keccak256(&item) != hash {
            return Err(damaged(table, &key));
        }
        Ok(Some(Bytes::copy_from_slice(&item)))
    }
}

fn damaged(table: Table, key: &[u8]) -> StoreError {
    StoreError::Damaged { table, key: Bytes::copy_from_slice(key) }
}

impl NodeSource for Store {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.read_hashed(Table::Node, hash)?)
    }
}

impl CodeSource for Store {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.read_hashed(Table::Code, hash)?)
    }
}
