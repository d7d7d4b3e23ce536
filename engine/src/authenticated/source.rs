//! Where content-addressed data comes from: trie nodes and contract code, each found by its keccak256.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};

/// A source failed to answer. That a node is absent is an answer, not a failure.
#[derive(Debug, thiserror::Error)]
#[error("content-addressed source failed")]
pub struct SourceError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SourceError {
    /// Wraps the failure of a concrete source.
    pub fn new(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(cause))
    }
}

/// Finds trie nodes by hash.
pub trait NodeSource {
    /// The RLP of the node whose keccak256 is `hash`, or `None` when this source does not hold it.
    ///
    /// # Errors
    /// [`SourceError`] when the source cannot tell.
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError>;
}

/// Takes trie nodes in.
pub trait NodeStore: NodeSource {
    /// Keeps `node`; `hash` is its keccak256.
    fn insert(&mut self, hash: B256, node: Bytes);
}

/// Finds contract code by hash.
pub trait CodeSource {
    /// The code whose keccak256 is `hash`, or `None` when this source does not hold it.
    ///
    /// # Errors
    /// [`SourceError`] when the source cannot tell.
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError>;
}

/// Keys each item by its keccak256.
pub fn by_hash(items: impl IntoIterator<Item = Bytes>) -> B256Map<Bytes> {
    items.into_iter().map(|item| (keccak256(&item), item)).collect()
}

impl NodeSource for B256Map<Bytes> {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.get(&hash).cloned())
    }
}

impl NodeStore for B256Map<Bytes> {
    fn insert(&mut self, hash: B256, node: Bytes) {
        self.entry(hash).or_insert(node);
    }
}

impl CodeSource for B256Map<Bytes> {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.get(&hash).cloned())
    }
}

impl<S: NodeSource + ?Sized> NodeSource for &S {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        (**self).node(hash)
    }
}

impl<S: NodeSource + ?Sized> NodeSource for Arc<S> {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        (**self).node(hash)
    }
}

impl<S: CodeSource + ?Sized> CodeSource for &S {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        (**self).code(hash)
    }
}

impl<S: CodeSource + ?Sized> CodeSource for Arc<S> {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        (**self).code(hash)
    }
}
