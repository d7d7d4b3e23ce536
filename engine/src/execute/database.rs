//! revm's view of a state root: every answer is read from the tries, and what is missing is an error.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, map::AddressMap};
use revm::{Database, bytecode::Bytecode, state::AccountInfo};

use super::{error::StateError, validate::delegate};
use crate::{
    authenticated::{
        account::{self, Account},
        source::{CodeSource, NodeSource},
        storage,
    },
    rules::{addresses::BLOCK_HASHES, limits::BLOCK_HASHES_KEPT},
};

/// The world state under one root.
#[derive(Debug)]
pub struct TrieDatabase<S> {
    source: S,
    state_root: B256,
    // storage look-ups need the account again and again
    accounts: AddressMap<Account>,
}

impl<S: NodeSource + CodeSource> TrieDatabase<S> {
    /// The state under `state_root`, whose nodes and codes `source` holds.
    pub fn new(source: S, state_root: B256) -> Self {
        Self { source, state_root, accounts: AddressMap::default() }
    }

    /// The account at `address`; one that does not exist is the default.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn account(&mut self, address: Address) -> Result<Account, StateError> {
        if let Some(known) = self.accounts.get(&address) {
            return Ok(*known);
        }
        let found = account::read(&self.source, self.state_root, address)
            .map_err(|cause| StateError::Trie { account: None, cause })?
            .unwrap_or_default();
        self.accounts.insert(address, found);
        Ok(found)
    }

    /// The code with hash `code_hash`.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytes::new());
        }
        self.source.code(code_hash)?.ok_or(StateError::MissingCode(code_hash))
    }

    fn slot(&mut self, address: Address, key: U256) -> Result<U256, StateError> {
        let storage_root = self.account(address)?.storage_root;
        storage::read(&self.source, storage_root, key)
            .map_err(|cause| StateError::Trie { account: Some(address), cause })
    }
}

/// A code as revm runs it: delegations as such, everything else by its bytes.
#[must_use]
pub fn bytecode(code: Bytes) -> Bytecode {
    match delegate(&code) {
        Some(delegate) => Bytecode::new_eip7702(delegate),
        None => Bytecode::new_legacy(code),
    }
}

impl<S: NodeSource + CodeSource> Database for TrieDatabase<S> {
    type Error = StateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        let account = self.account(address)?;
        Ok((!account.is_empty()).then(|| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, StateError> {
        self.code(code_hash).map(bytecode)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, StateError> {
        self.slot(address, key)
    }

    // revm asks only inside the window of 256 blocks; the history contract answers.
    fn block_hash(&mut self, number: u64) -> Result<B256, StateError> {
        let key = U256::from(number % BLOCK_HASHES_KEPT);
        self.slot(BLOCK_HASHES, key).map(B256::from)
    }
}
