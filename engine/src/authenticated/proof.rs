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
