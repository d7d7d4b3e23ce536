//! Finds blocks, transactions and states.

use std::sync::Arc;

use alloy::{
    consensus::Header,
    eips::{BlockId, BlockNumberOrTag},
};
use alloy_primitives::{Address, B256, Bloom, Bytes, U256};

use super::{Block, ChainError, Receipt};
use crate::{
    authenticated::{account::Account, storage},
    execute::{
        block::LAST_SLOT,
        boundary::{Boundary, Genesis},
        database::TrieDatabase,
        error::StateError,
    },
    machine::groups::Record,
    state::{ExecutedBlock, Head, Store, TransactionPlace},
};

/// A block that was executed, or the genesis, and the state after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sealed {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// State root after it.
    pub state_root: B256,
}

impl From<Head> for Sealed {
    fn from(Head { number, hash, state_root }: Head) -> Self {
        Self { number, hash, state_root }
    }
}

impl From<&Genesis> for Sealed {
    fn from(&Genesis { number, hash, state_root, .. }: &Genesis) -> Self {
        Self { number, hash, state_root }
    }
}

/// The chain that a store holds.
#[derive(Clone, Debug)]
pub struct Chain {
    store: Arc<Store>,
    genesis: Genesis,
}

impl Chain {
    /// The chain in `store`, which begins after `genesis`.
    #[must_use]
    pub const fn new(store: Arc<Store>, genesis: Genesis) -> Self {
        Self { store, genesis }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What the chain begins after.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The last block.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn head(&self) -> Result<Sealed, ChainError> {
        let progress = self.store.progress()?;
        Ok(progress.map_or_else(|| (&self.genesis).into(), |progress| progress.head.into()))
    }

    /// The block with this number or hash. Of the tags, only `earliest` and `latest`: the store does not know what is safe.
    ///
    /// # Errors
    /// [`ChainError::NoSuchBlock`].
    pub fn sealed(&self, id: impl Into<BlockId>) -> Result<Sealed, ChainError> {
        let genesis = self.genesis.number;
        let number = match id.into() {
            BlockId::Hash(hash) => self.number_of(hash.block_hash)?,
            BlockId::Number(BlockNumberOrTag::Number(number)) => Some(number),
            BlockId::Number(BlockNumberOrTag::Earliest) => Some(genesis),
            BlockId::Number(BlockNumberOrTag::Latest) => return self.head(),
            BlockId::Number(_) => None,
        };
        let number = number.ok_or(ChainError::NoSuchBlock)?;
        if number == genesis {
            return Ok((&self.genesis).into());
        }
        let row = self.store.block(number)?.ok_or(ChainError::NoSuchBlock)?;
        Ok(Sealed { number, hash: row.hash, state_root: row.state_root })
    }

    /// The number of the block with this hash.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn number_of(&self, hash: B256) -> Result<Option<u64>, ChainError> {
        if hash == self.genesis.hash {
            return Ok(Some(self.genesis.number));
        }
        Ok(self.store.block_number(hash)?)
    }

    /// The last block whose batch was appended in L1 block `l1_block` or before.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn last_appended_by(&self, l1_block: u64) -> Result<u64, ChainError> {
        let (mut known, mut beyond) = (self.genesis.number, self.head()?.number.saturating_add(1));
        while beyond.saturating_sub(known) > 1 {
            let middle = known.midpoint(beyond);
            match self.store.block(middle)? {
                Some(row) if row.l1_block <= l1_block => known = middle,
                _ => beyond = middle,
            }
        }
        Ok(known)
    }

    /// What is stored of a block; `None` for the genesis, of which nothing is.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn executed(&self, number: u64) -> Result<Option<ExecutedBlock>, ChainError> {
        Ok(self.store.block(number)?.map(|row| ExecutedBlock { number, row }))
    }

    /// The header of a block; `None` also for a genesis whose header is not that of a new chain, and so not known.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn header(&self, number: u64) -> Result<Option<Header>, ChainError> {
        if number == self.genesis.number {
            return Ok(self.genesis.header());
        }
        self.executed(number)?.map(|block| block.header()).transpose()
    }

    /// A block; `None` also for a genesis whose header is not known.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn block(&self, number: u64) -> Result<Option<Block>, ChainError> {
        if number == self.genesis.number {
            let (transactions, withdrawals) = (Vec::new(), Vec::new());
            let hash = self.genesis.hash;
            let header = self.genesis.header();
            return Ok(header.map(|header| Block { hash, header, transactions, withdrawals }));
        }
        self.executed(number)?.map(|block| self.read(&block)).transpose()
    }

    /// A stored block with its transactions.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn read(&self, block: &ExecutedBlock) -> Result<Block, ChainError> {
        let unreadable = |what| ChainError::Unreadable { number: block.number, what };
        let record = Record::decode(&block.row.record).map_err(|_| unreadable("record"))?;
        if record.blob_hash.is_zero() {
            return Block::read(block, &block.row.batch);
        }
        let blob = self.store.blob(record.blob_hash)?.ok_or(unreadable("blob"))?;
        Block::read(block, &blob.batch())
    }

    /// The receipts of a block, one a transaction.
    ///
    /// # Errors
    /// [`ChainError::NoSuchBlock`] when the block fell out.
    pub fn receipts(&self, block: &Block) -> Result<Vec<Receipt>, ChainError> {
        if block.hash == self.genesis.hash {
            return Ok(Vec::new());
        }
        let stored = self.executed(block.header.number)?;
        let stored = stored.filter(|stored| stored.row.hash == block.hash);
        stored.ok_or(ChainError::NoSuchBlock)?.receipts()
    }

    /// The bloom filter of a block's logs, if the block is there.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn bloom(&self, number: u64) -> Result<Option<Bloom>, ChainError> {
        Ok(self.store.bloom(number)?)
    }

    /// Where a transaction is.
    ///
    /// # Errors
    /// [`ChainError::Store`].
    pub fn transaction_place(&self, hash: B256) -> Result<Option<TransactionPlace>, ChainError> {
        Ok(self.store.transaction_place(hash)?)
    }

    /// The boundary after a block: what the next one begins from.
    ///
    /// # Errors
    /// [`ChainError::NoSuchBlock`].
    pub fn boundary(&self, number: u64) -> Result<Boundary, ChainError> {
        if number == self.genesis.number {
            return Ok(Boundary::genesis(&self.genesis));
        }
        let encoded = self.store.boundary(number, LAST_SLOT)?.ok_or(ChainError::NoSuchBlock)?;
        let unreadable = ChainError::Unreadable { number, what: "boundary" };
        Boundary::decode(&encoded).map_err(|_| unreadable)
    }

    /// An account in the state after a block; the default one if it does not exist.
    ///
    /// # Errors
    /// [`ChainError::State`].
    pub fn account(&self, at: &Sealed, address: Address) -> Result<Account, ChainError> {
        Ok(TrieDatabase::new(&*self.store, at.state_root).account(address)?)
    }

    /// An account's code in the state after a block.
    ///
    /// # Errors
    /// [`ChainError::State`].
    pub fn code(&self, at: &Sealed, address: Address) -> Result<Bytes, ChainError> {
        let mut state = TrieDatabase::new(&*self.store, at.state_root);
        let account = state.account(address)?;
        Ok(state.code(account.code_hash)?)
    }

    /// A slot of an account's storage in the state after a block.
    ///
    /// # Errors
    /// [`ChainError::State`].
    pub fn storage(&self, at: &Sealed, address: Address, key: U256) -> Result<U256, ChainError> {
        let storage_root = self.account(at, address)?.storage_root;
        let value = storage::read(&*self.store, storage_root, key);
        Ok(value.map_err(|cause| StateError::Trie { account: Some(address), cause })?)
    }
}
