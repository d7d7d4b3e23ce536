//! Proofs of accounts and slots: exactly the trie nodes on the way, from the root down, be it to what is there or to where it
//! would be.

use alloy_primitives::{Address, B256, Bytes, U256};
use thiserror::Error;

use super::{
    account::{self, Account},
    mpt::{MptError, Overlay, RecordingError},
    source::NodeSource,
    storage,
};

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The state could not be read: unknown.
    #[error(transparent)]
    Trie(#[from] MptError),
    /// Cannot happen: recordings do not nest.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

/// An account, proven under a state root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountProof {
    /// The account; the default one if the state has none.
    pub account: Account,
    /// From the state root to it.
    pub nodes: Vec<Bytes>,
}

/// A slot, proven under a storage root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotProof {
    /// Its key.
    pub key: U256,
    /// Its value; 0 if there is none.
    pub value: U256,
    /// From the storage root to it.
    pub nodes: Vec<Bytes>,
}

/// Proves what the state under `state_root` has at `address`.
///
/// # Errors
/// [`ProofError`].
pub fn account(
    source: impl NodeSource,
    state_root: B256,
    address: Address,
) -> Result<AccountProof, ProofError> {
    let (account, nodes) = recorded(source, |nodes| account::read(nodes, state_root, address))?;
    Ok(AccountProof { account: account.unwrap_or_default(), nodes })
}

/// Proves what the storage under `storage_root` has at `key`.
///
/// # Errors
/// [`ProofError`].
pub fn slot(
    source: impl NodeSource,
    storage_root: B256,
    key: U256,
) -> Result<SlotProof, ProofError> {
    let (value, nodes) = recorded(source, |nodes| storage::read(nodes, storage_root, key))?;
    Ok(SlotProof { key, value, nodes })
}

/// What `read` reads, and the nodes that it needs for that.
fn recorded<S: NodeSource, T>(
    source: S,
    read: impl FnOnce(&Overlay<S>) -> Result<T, MptError>,
) -> Result<(T, Vec<Bytes>), ProofError> {
    let mut nodes = Overlay::new(source);
    nodes.start_recording()?;
    let found = read(&nodes)?;
    Ok((found, nodes.finish_recording()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy_primitives::{keccak256, map::B256Map};
    use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
    use proptest::prelude::*;

    use super::*;
    use crate::authenticated::mpt::EMPTY_ROOT;

    fn address(seed: u64) -> Address {
        Address::from_word(keccak256(seed.to_be_bytes()))
    }

    /// `accounts` accounts, each with `slots` slots.
    fn world(accounts: u64, slots: u64) -> (B256Map<Bytes>, B256) {
        let mut nodes = B256Map::<Bytes>::default();
        let mut root = EMPTY_ROOT;
        for seed in 0..accounts {
            let mut storage_root = EMPTY_ROOT;
            for key in 0..slots {
                let value = U256::from(seed + key + 1);
                let key = U256::from(key);
                storage_root = storage::write(&mut nodes, storage_root, key, value).unwrap();
            }
            let account = Account { nonce: seed + 1, storage_root, ..Account::default() };
            root = account::write(&mut nodes, root, address(seed), &account).unwrap();
        }
        (nodes, root)
    }

    fn leaf(account: &Account) -> Option<Vec<u8>> {
        let Account { nonce, balance, storage_root, code_hash } = *account;
        let leaf = TrieAccount { nonce, balance, storage_root, code_hash };
        (!account.is_empty()).then(|| alloy_rlp::encode(leaf))
    }

    fn check(root: B256, path: B256, value: Option<Vec<u8>>, nodes: &[Bytes]) -> bool {
        verify_proof(root, Nibbles::unpack(path), value, nodes).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// alloy's verifier takes proofs of what is there and of what is not, and none without any one of its nodes.
        #[test]
        fn proofs_are_what_it_takes(accounts in 1_u64..40, slots in 1_u64..40, chosen in 0_u64..50, key in 0_u64..50) {
            let (nodes, root) = world(accounts, slots);
            let proven = account(&nodes, root, address(chosen)).unwrap();
            prop_assert_eq!(proven.account.is_empty(), chosen >= accounts);
            let path = account::path(address(chosen));
            prop_assert!(check(root, path, leaf(&proven.account), &proven.nodes));
            for left_out in 0..proven.nodes.len() {
                let mut nodes = proven.nodes.clone();
                nodes.remove(left_out);
                prop_assert!(!check(root, path, leaf(&proven.account), &nodes));
            }
            let storage_root = proven.account.storage_root;
            let slot = slot(&nodes, storage_root, U256::from(key)).unwrap();
            let there = chosen < accounts && key < slots;
            prop_assert_eq!(slot.value.is_zero(), !there);
            let value = there.then(|| alloy_rlp::encode(slot.value));
            let path = storage::path(slot.key);
            prop_assert!(check(storage_root, path, value.clone(), &slot.nodes));
            prop_assert!(!check(storage_root, path, Some(alloy_rlp::encode(U256::MAX)), &slot.nodes));
        }
    }
}
