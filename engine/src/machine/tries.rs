//! The machine's two tries and their current roots.

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::authenticated::{
    account::{self, Account},
    mpt::{EMPTY_ROOT, MptError, Overlay, RecordingError},
    scratch,
    source::NodeSource,
    storage,
};

/// The state trie and the transaction's scratch trie, changed in place.
#[derive(Debug)]
pub(super) struct Tries<S> {
    nodes: Overlay<S>,
    pub(super) state_root: B256,
    /// Zero when no transaction runs.
    pub(super) scratch_root: B256,
}

impl<S: NodeSource> Tries<S> {
    pub(super) fn new(source: S, state_root: B256) -> Self {
        Self { nodes: Overlay::new(source), state_root, scratch_root: B256::ZERO }
    }

    pub(super) fn start_recording(&mut self) -> Result<(), RecordingError> {
        self.nodes.start_recording()
    }

    pub(super) fn finish_recording(&mut self) -> Result<Vec<Bytes>, RecordingError> {
        self.nodes.finish_recording()
    }

    pub(super) fn open_scratch(&mut self) {
        self.scratch_root = EMPTY_ROOT;
    }

    pub(super) fn account(&self, address: Address) -> Result<Account, MptError> {
        self.account_at(self.state_root, address)
    }

    pub(super) fn account_at(&self, root: B256, address: Address) -> Result<Account, MptError> {
        Ok(account::read(&self.nodes, root, address)?.unwrap_or_default())
    }

    pub(super) fn exists(&self, address: Address) -> Result<bool, MptError> {
        Ok(account::read(&self.nodes, self.state_root, address)?.is_some())
    }

    pub(super) fn set_account(
        &mut self,
        address: Address,
        account: &Account,
    ) -> Result<(), MptError> {
        self.state_root = account::write(&mut self.nodes, self.state_root, address, account)?;
        Ok(())
    }

    pub(super) fn slot(&self, account: &Account, key: U256) -> Result<U256, MptError> {
        storage::read(&self.nodes, account.storage_root, key)
    }

    pub(super) fn set_slot(
        &mut self,
        address: Address,
        account: &Account,
        key: U256,
        value: U256,
    ) -> Result<(), MptError> {
        let storage_root = storage::write(&mut self.nodes, account.storage_root, key, value)?;
        self.set_account(address, &Account { storage_root, ..*account })
    }

    pub(super) fn is_marked(&self, key: scratch::Key) -> Result<bool, MptError> {
        scratch::is_marked(&self.nodes, self.scratch_root, key)
    }

    pub(super) fn mark(&mut self, key: scratch::Key) -> Result<(), MptError> {
        self.set_scratch(key, U256::from(1))
    }

    pub(super) fn scratch(&self, key: scratch::Key) -> Result<U256, MptError> {
        scratch::read(&self.nodes, self.scratch_root, key)
    }

    pub(super) fn set_scratch(&mut self, key: scratch::Key, value: U256) -> Result<(), MptError> {
        self.scratch_root = scratch::write(&mut self.nodes, self.scratch_root, key, value)?;
        Ok(())
    }

    /// Adds `wei` to a balance; 0 does nothing at all.
    pub(super) fn credit(&mut self, address: Address, wei: U256) -> Result<(), MptError> {
        self.adjust(address, wei, U256::wrapping_add)
    }

    /// Moves `wei`: the debit, then the credit; 0 does nothing at all.
    pub(super) fn transfer(
        &mut self,
        from: Address,
        to: Address,
        wei: U256,
    ) -> Result<(), MptError> {
        self.adjust(from, wei, U256::wrapping_sub)?;
        self.adjust(to, wei, U256::wrapping_add)
    }

    fn adjust(
        &mut self,
        address: Address,
        wei: U256,
        by: fn(U256, U256) -> U256,
    ) -> Result<(), MptError> {
        if wei.is_zero() {
            return Ok(());
        }
        let account = self.account(address)?;
        self.set_account(address, &Account { balance: by(account.balance, wei), ..account })
    }
}
