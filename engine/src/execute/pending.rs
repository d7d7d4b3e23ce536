//! Trie nodes and codes that execution makes, over a source of the old ones.

use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};

use crate::authenticated::{
    mpt::Overlay,
    source::{CodeSource, NodeSource, NodeStore, SourceError},
};

/// What is made and not yet persisted; the base never changes.
#[derive(Debug, Default)]
pub struct Pending<S> {
    nodes: Overlay<S>,
    codes: B256Map<Bytes>,
}

impl<S> Pending<S> {
    /// Nothing made yet over `base`.
    pub fn new(base: S) -> Self {
        Self { nodes: Overlay::new(base), codes: B256Map::default() }
    }

    /// The nodes made, over the base; records witnesses.
    pub const fn nodes(&mut self) -> &mut Overlay<S> {
        &mut self.nodes
    }

    /// The codes deployed so far, by hash.
    pub const fn codes(&self) -> &B256Map<Bytes> {
        &self.codes
    }

    /// Keeps a deployed code.
    pub fn insert_code(&mut self, code: Bytes) {
        self.codes.entry(keccak256(&code)).or_insert(code);
    }

    /// Gives all nodes and codes made so far away, to be persisted in the base.
    pub fn take(&mut self) -> (B256Map<Bytes>, B256Map<Bytes>) {
        (self.nodes.take_fresh(), std::mem::take(&mut self.codes))
    }
}

impl<S: NodeSource> NodeSource for Pending<S> {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.nodes.node(hash)
    }
}

impl<S: NodeSource> NodeStore for Pending<S> {
    fn insert(&mut self, hash: B256, node: Bytes) {
        self.nodes.insert(hash, node);
    }
}

impl<S: CodeSource> CodeSource for Pending<S> {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        match self.codes.get(&hash) {
            Some(code) => Ok(Some(code.clone())),
            None => self.nodes.base().code(hash),
        }
    }
}
