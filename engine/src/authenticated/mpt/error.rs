//! What can stop a trie operation.

use alloy_primitives::B256;
use alloy_trie::Nibbles;

use crate::authenticated::source::SourceError;

/// A trie operation could not be carried out; the store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MptError {
    /// No source holds the node, so the trie's content there is unknown.
    #[error("trie node {hash} at {at:?} is missing")]
    MissingNode {
        /// keccak256 of the node.
        hash: B256,
        /// Nibbles from the root to it.
        at: Nibbles,
    },
    /// A node is not one a Merkle-Patricia trie over 32-byte paths can have.
    #[error("trie node at {at:?} is malformed: {reason}")]
    Malformed {
        /// Nibbles from the root to it.
        at: Nibbles,
        /// The rule it breaks.
        reason: &'static str,
    },
    /// The value at a path is not what this trie keeps there.
    #[error("value at path {path} is malformed: {reason}")]
    MalformedValue {
        /// The hashed path.
        path: B256,
        /// The decoder's complaint.
        reason: alloy_rlp::Error,
    },
    /// An empty value cannot be put: it would be an absence spelt as a leaf.
    #[error("an empty value cannot be put at path {path}")]
    EmptyValue {
        /// The hashed path.
        path: B256,
    },
    /// The source of nodes failed.
    #[error(transparent)]
    Source(#[from] SourceError),
}
