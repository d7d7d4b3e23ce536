//! The proof that a message is in the Outbox, as L1 wants it: exactly the trie nodes on the way, from the root down.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use thiserror::Error;

use super::predeploys::OUTBOX;
use crate::authenticated::{
    account,
    mpt::MptError,
    proof::{self, ProofError},
    source::NodeSource,
    storage,
};

/// The Outbox's slot 0: which messages were sent.
const IS_SENT: U256 = U256::ZERO;

/// Trie nodes that lead from a state root to a message in the Outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxProof {
    /// From the state root to the Outbox's account.
    pub account: Vec<Bytes>,
    /// From its storage root to the message's slot.
    pub storage: Vec<Bytes>,
}

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum OutboxError {
    /// The state has no Outbox.
    #[error("the state {0} has no Outbox")]
    NoOutbox(B256),
    /// The Outbox does not hold the message.
    #[error("message {hash} is not in the Outbox of state {state_root}")]
    NotSent {
        /// The message.
        hash: B256,
        /// The state.
        state_root: B256,
    },
    /// The state could not be read: unknown.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Where the Outbox keeps whether `message` was sent.
#[must_use]
pub fn slot(message: B256) -> U256 {
    keccak256([message, IS_SENT.into()].concat()).into()
}

/// Whether the Outbox of a state holds the message.
///
/// # Errors
/// [`MptError`]: unknown.
pub fn is_sent(
    source: &impl NodeSource,
    state_root: B256,
    message: B256,
) -> Result<bool, MptError> {
    let Some(outbox) = account::read(source, state_root, OUTBOX)? else { return Ok(false) };
    Ok(storage::read(source, outbox.storage_root, slot(message))? == U256::ONE)
}

/// Proves that the Outbox of a state holds the message.
///
/// # Errors
/// [`OutboxError`].
pub fn prove(
    source: impl NodeSource,
    state_root: B256,
    message: B256,
) -> Result<OutboxProof, OutboxError> {
    let outbox = proof::account(&source, state_root, OUTBOX)?;
    if outbox.account.is_empty() {
        return Err(OutboxError::NoOutbox(state_root));
    }
    let sent = proof::slot(&source, outbox.account.storage_root, slot(message))?;
    if sent.value != U256::ONE {
        return Err(OutboxError::NotSent { hash: message, state_root });
    }
    Ok(OutboxProof { account: outbox.nodes, storage: sent.nodes })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy_primitives::{Address, map::B256Map};
    use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
    use proptest::prelude::*;

    use super::*;
    use crate::authenticated::{account::Account, mpt::EMPTY_ROOT};

    fn sent(messages: &[B256], others: u64) -> (B256Map<Bytes>, B256) {
        let mut nodes = B256Map::<Bytes>::default();
        let mut storage_root = storage::write(&mut nodes, EMPTY_ROOT, U256::from(7), U256::ONE);
        for message in messages {
            storage_root =
                storage::write(&mut nodes, storage_root.unwrap(), slot(*message), U256::ONE);
        }
        let outbox =
            Account { nonce: 1, storage_root: storage_root.unwrap(), ..Account::default() };
        let mut root = account::write(&mut nodes, EMPTY_ROOT, OUTBOX, &outbox).unwrap();
        for other in 0..others {
            let address = Address::from_word(keccak256(other.to_be_bytes()));
            root = account::write(&mut nodes, root, address, &outbox).unwrap();
        }
        (nodes, root)
    }

    #[test]
    fn what_was_not_sent_has_no_proof() {
        let message = B256::repeat_byte(1);
        let (nodes, root) = sent(&[message], 5);
        assert!(is_sent(&nodes, root, message).unwrap());
        let other = B256::repeat_byte(2);
        assert!(!is_sent(&nodes, root, other).unwrap());
        let refused = prove(&nodes, root, other);
        assert!(matches!(refused, Err(OutboxError::NotSent { hash, .. }) if hash == other));
        let refused = prove(&nodes, EMPTY_ROOT, message);
        assert!(matches!(refused, Err(OutboxError::NoOutbox(EMPTY_ROOT))));
        let refused = prove(B256Map::<Bytes>::default(), root, message);
        assert!(matches!(
            refused,
            Err(OutboxError::Proof(ProofError::Trie(MptError::MissingNode { .. })))
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// alloy's verifier takes the proof, and not without any one of its nodes.
        #[test]
        fn a_proof_is_what_it_takes_and_no_more(count in 1_u64..60, others in 0_u64..60, chosen: u64) {
            let messages: Vec<_> = (0..count).map(|it| keccak256((it + 1).to_le_bytes())).collect();
            let (nodes, root) = sent(&messages, others);
            let message = messages[usize::try_from(chosen % count).unwrap()];
            let proof = prove(&nodes, root, message).unwrap();
            let account = account::read(&nodes, root, OUTBOX).unwrap().unwrap();
            let trie_account = TrieAccount {
                nonce: account.nonce,
                balance: account.balance,
                storage_root: account.storage_root,
                code_hash: account.code_hash,
            };
            let check_account = |nodes: &[Bytes]| {
                let path = Nibbles::unpack(account::path(OUTBOX));
                verify_proof(root, path, Some(alloy_rlp::encode(trie_account)), nodes).is_ok()
            };
            let check_slot = |nodes: &[Bytes]| {
                let path = Nibbles::unpack(storage::path(slot(message)));
                let one = alloy_rlp::encode(U256::ONE);
                verify_proof(account.storage_root, path, Some(one), nodes).is_ok()
            };
            prop_assert!(check_account(&proof.account) && check_slot(&proof.storage));
            for left_out in 0..proof.account.len() {
                let mut nodes = proof.account.clone();
                nodes.remove(left_out);
                prop_assert!(!check_account(&nodes));
            }
            for left_out in 0..proof.storage.len() {
                let mut nodes = proof.storage.clone();
                nodes.remove(left_out);
                prop_assert!(!check_slot(&nodes));
            }
        }
    }
}
