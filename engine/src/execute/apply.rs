//! Writes what revm changed into the tries.
//!
//! A slot's net changes are written in the order that needs the fewest nodes: within a trie all puts come before all
//! removals, so that a branch collapses only when it also does at some step. Whatever this needs, the steps need too.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use revm::state::{Account as EvmAccount, EvmState};

use super::{error::StateError, pending::Pending};
use crate::authenticated::{
    account::{self, Account},
    source::{CodeSource, NodeSource},
    storage,
};

/// The state root after `changes` to the state under `state_root`.
///
/// # Errors
/// [`StateError`].
pub fn apply<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    state_root: B256,
    changes: EvmState,
) -> Result<B256, StateError> {
    let touched: BTreeMap<Address, EvmAccount> =
        changes.into_iter().filter(|(_, account)| account.is_touched()).collect();
    let (mut puts, mut removals) = (Vec::new(), Vec::new());
    for (address, changed) in touched {
        let old = account::read(pending, state_root, address).map_err(in_state)?;
        let new = changed_account(pending, address, old.unwrap_or_default(), &changed)?;
        match (old, new.is_empty()) {
            (None, true) => {}
            (Some(_), true) => removals.push(address),
            (old, false) if old == Some(new) => {}
            (_, false) => puts.push((address, new)),
        }
    }
    let mut root = state_root;
    for (address, account) in puts {
        root = account::write(pending, root, address, &account).map_err(in_state)?;
    }
    for address in removals {
        root = account::write(pending, root, address, &Account::default()).map_err(in_state)?;
    }
    Ok(root)
}

/// The state root after crediting `address` with `wei`.
///
/// # Errors
/// [`StateError`].
pub fn credit<S: NodeSource>(
    pending: &mut Pending<S>,
    state_root: B256,
    address: Address,
    wei: U256,
) -> Result<B256, StateError> {
    if wei.is_zero() {
        return Ok(state_root);
    }
    let mut credited =
        account::read(pending, state_root, address).map_err(in_state)?.unwrap_or_default();
    credited.balance = credited.balance.wrapping_add(wei);
    account::write(pending, state_root, address, &credited).map_err(in_state)
}

fn changed_account<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    address: Address,
    old: Account,
    changed: &EvmAccount,
) -> Result<Account, StateError> {
    if changed.is_selfdestructed() {
        return Ok(Account::default());
    }
    if changed.info.code_hash != old.code_hash
        && let Some(code) = &changed.info.code
    {
        pending.insert_code(code.original_bytes());
    }
    let slots: BTreeMap<U256, U256> =
        changed.changed_storage_slots().map(|(key, slot)| (*key, slot.present_value)).collect();
    let (removals, puts): (Vec<_>, Vec<_>) = slots.into_iter().partition(|slot| slot.1.is_zero());
    let mut storage_root = old.storage_root;
    for (key, value) in puts.into_iter().chain(removals) {
        storage_root = storage::write(pending, storage_root, key, value)
            .map_err(|cause| StateError::Trie { account: Some(address), cause })?;
    }
    Ok(Account {
        nonce: changed.info.nonce,
        balance: changed.info.balance,
        storage_root,
        code_hash: changed.info.code_hash,
    })
}

const fn in_state(cause: crate::authenticated::mpt::MptError) -> StateError {
    StateError::Trie { account: None, cause }
}
