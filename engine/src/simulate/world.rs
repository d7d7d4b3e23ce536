//! A state as simulations read it, with what a request overrides on top.

use std::{cell::RefCell, rc::Rc};

use alloy::rpc::types::state::{AccountOverride, StateOverride};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use revm::{Database, DatabaseRef, bytecode::Bytecode, database::CacheDB, state::AccountInfo};

use super::SimulateError;
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::{
        database::{TrieDatabase, bytecode},
        error::StateError,
    },
};

/// The state under one root, read only.
#[derive(Debug)]
pub struct World<S>(RefCell<TrieDatabase<S>>);

impl<S: NodeSource + CodeSource> World<S> {
    /// The state under `state_root`, whose nodes and codes `source` holds.
    pub fn new(source: S, state_root: B256) -> Self {
        Self(RefCell::new(TrieDatabase::new(source, state_root)))
    }
}

impl<S: NodeSource + CodeSource> DatabaseRef for World<S> {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.0.borrow_mut().basic(address)
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, StateError> {
        self.0.borrow_mut().code_by_hash(code_hash)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, StateError> {
        self.0.borrow_mut().storage(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        self.0.borrow_mut().block_hash(number)
    }
}

/// A state that is read once, with overrides; clones share it, so that one run after another finds what was read.
#[derive(Debug)]
pub(super) struct Memory<S>(Rc<RefCell<CacheDB<World<S>>>>);

impl<S> Clone for Memory<S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S: NodeSource + CodeSource> Memory<S> {
    pub(super) fn new(source: S, state_root: B256) -> Self {
        Self(Rc::new(RefCell::new(CacheDB::new(World::new(source, state_root)))))
    }

    /// Puts accounts over those of the state.
    pub(super) fn override_accounts(&self, overrides: StateOverride) -> Result<(), SimulateError> {
        let mut state = self.0.borrow_mut();
        let mut each = overrides.into_iter();
        each.try_for_each(|(address, account)| override_account(&mut state, address, account))
    }

    /// Puts hashes over those of the state's blocks.
    pub(super) fn override_hashes(&self, overrides: impl IntoIterator<Item = (u64, B256)>) {
        let hashes = overrides.into_iter().map(|(number, hash)| (U256::from(number), hash));
        self.0.borrow_mut().cache.block_hashes.extend(hashes);
    }
}

impl<S: NodeSource + CodeSource> Database for Memory<S> {
    type Error = StateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.0.borrow_mut().basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, StateError> {
        self.0.borrow_mut().code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, StateError> {
        self.0.borrow_mut().storage(address, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, StateError> {
        self.0.borrow_mut().block_hash(number)
    }
}

impl<S: NodeSource + CodeSource> DatabaseRef for Memory<S> {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.0.borrow().basic_ref(address)
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, StateError> {
        self.0.borrow().code_by_hash_ref(code_hash)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, StateError> {
        self.0.borrow().storage_ref(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        self.0.borrow().block_hash_ref(number)
    }
}

fn override_account<S: NodeSource + CodeSource>(
    state: &mut CacheDB<World<S>>,
    address: Address,
    account: AccountOverride,
) -> Result<(), SimulateError> {
    let AccountOverride { balance, nonce, code, state: all, state_diff: some, move_precompile_to } =
        account;
    if move_precompile_to.is_some() {
        return Err(SimulateError::Request("precompiles cannot be moved"));
    }
    let mut info = state.basic(address)?.unwrap_or_default();
    info.balance = balance.unwrap_or(info.balance);
    info.nonce = nonce.unwrap_or(info.nonce);
    if let Some(code) = code {
        info.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        info.code = Some(bytecode(code));
    }
    state.insert_account_info(address, info);
    let slot =
        |(key, value): (B256, B256)| (U256::from_be_bytes(key.0), U256::from_be_bytes(value.0));
    match (all, some) {
        (Some(_), Some(_)) => {
            return Err(SimulateError::Request("an account has both state and stateDiff"));
        }
        (Some(all), None) => {
            state.replace_account_storage(address, all.into_iter().map(slot).collect())?;
        }
        (None, Some(some)) => {
            for (key, value) in some.into_iter().map(slot) {
                state.insert_account_storage(address, key, value)?;
            }
        }
        (None, None) => {}
    }
    Ok(())
}
