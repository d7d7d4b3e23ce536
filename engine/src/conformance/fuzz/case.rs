//! A case of the fuzzer: a world and one block over it, as JSON that reproduces it without the generator.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256, map::B256Map};
use serde::{Deserialize, Serialize};

use crate::{
    authenticated::{
        account::{self, Account},
        blob::{Blob, BlobError},
        mpt::{EMPTY_ROOT, MptError},
        storage,
    },
    derive::{
        BatchData, BlockInput, DeriveError,
        batch::{self, EntryLength},
        deposits::{Deposit, pack},
    },
    execute::{
        boundary::{Boundary, Genesis},
        pending::Pending,
    },
    machine::groups::Record,
    rules::limits::Limits,
};

/// The chain id of every case.
pub const CHAIN_ID: u64 = 61_331;
/// The limits of every case.
pub const LIMITS: Limits = Limits::SURETY;

/// The state of a case: what a genesis can hold, so no empty account and none with storage alone.
pub type Accounts = BTreeMap<Address, WorldAccount>;

/// An account with everything it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorldAccount {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Its code.
    pub code: Bytes,
    /// Its slots that are not zero.
    pub storage: BTreeMap<U256, U256>,
}

/// What the block under test is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Number of the parent block.
    pub parent: u64,
    /// Hash of the parent block.
    pub parent_hash: B256,
    /// L2 time, seconds.
    pub timestamp: u64,
    /// Wei per gas.
    pub base_fee: u64,
    /// PREVRANDAO.
    pub prev_randao: B256,
    /// COINBASE.
    pub fee_recipient: Address,
    /// The parent beacon block root.
    pub l1_message_root: B256,
}

/// A world and one block over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// The seed of the run that made it.
    pub seed: u64,
    /// Its number in that run.
    pub number: u64,
    /// What the block is told.
    pub environment: Environment,
    /// The state before the block.
    pub accounts: Accounts,
    /// The batch's entries.
    pub entries: Vec<Bytes>,
    /// Bytes of the batch behind them.
    pub tail: Bytes,
    /// Whether a blob holds the batch.
    #[serde(default)]
    pub blob: bool,
    /// The deposits.
    pub deposits: Vec<Deposit>,
}

/// A case that no chain can be in.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A trie operation failed.
    #[error(transparent)]
    Trie(#[from] MptError),
    /// An entry does not fit a batch.
    #[error(transparent)]
    Entry(#[from] EntryLength),
    /// The batch does not fit a blob.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Too many deposits.
    #[error(transparent)]
    Derive(#[from] DeriveError),
}

/// A case as the engine takes it.
#[derive(Debug)]
pub struct Built {
    /// All of the state's nodes and codes.
    pub state: Pending<B256Map<Bytes>>,
    /// The boundary before the block.
    pub parent: Boundary,
    /// The block.
    pub input: BlockInput,
}

impl Case {
    /// The world as tries and the block as derivation gives it.
    ///
    /// # Errors
    /// [`CaseError`].
    pub fn build(&self) -> Result<Built, CaseError> {
        let mut state = Pending::new(B256Map::default());
        let mut state_root = EMPTY_ROOT;
        for (address, it) in &self.accounts {
            let mut storage_root = EMPTY_ROOT;
            for (key, value) in &it.storage {
                storage_root = storage::write(&mut state, storage_root, *key, *value)?;
            }
            state.insert_code(it.code.clone());
            let code_hash = keccak256(&it.code);
            let written = Account { nonce: it.nonce, balance: it.balance, storage_root, code_hash };
            state_root = account::write(&mut state, state_root, *address, &written)?;
        }
        let environment = &self.environment;
        let parent = Boundary::genesis(&Genesis {
            chain_id: CHAIN_ID,
            number: environment.parent,
            hash: environment.parent_hash,
            state_root,
            timestamp: environment.timestamp.saturating_sub(1),
            base_fee: U256::from(environment.base_fee),
            gas_limit: LIMITS.block_gas,
            // half the limit used keeps the base fee
            gas_used: LIMITS.block_gas / 2,
        });
        Ok(Built { state, parent, input: self.block()? })
    }

    fn block(&self) -> Result<BlockInput, CaseError> {
        let mut batch = batch::encode(&self.entries)?;
        batch.extend_from_slice(&self.tail);
        let data: BatchData =
            if self.blob { Blob::of_batch(&batch)?.into() } else { Bytes::from(batch).into() };
        let environment = &self.environment;
        let record = Record {
            number: environment.parent.saturating_add(1),
            timestamp: environment.timestamp,
            prev_randao: environment.prev_randao,
            fee_recipient: environment.fee_recipient,
            l1_message_root: environment.l1_message_root,
            deposits_hash: keccak256(pack(&self.deposits)),
            deposit_count: u8::try_from(self.deposits.len()).unwrap_or(u8::MAX),
            ..Record::default()
        };
        Ok(BlockInput::new(data.commit(record)?, data, self.deposits.clone())?)
    }
}
