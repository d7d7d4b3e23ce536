//! The part of a state that a block needs: trie nodes and codes, each known by its keccak256, and nothing that is not needed.

use std::{cell::RefCell, collections::BTreeMap};

use alloy_primitives::{B256, Bytes, keccak256};

use crate::authenticated::source::{CodeSource, NodeSource, SourceError};

/// Trie nodes and codes by their keccak256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// Nodes of the state trie and of storage tries.
    pub nodes: BTreeMap<B256, Bytes>,
    /// Contract codes.
    pub codes: BTreeMap<B256, Bytes>,
}

impl Witness {
    /// The witness of these nodes and codes.
    pub fn new(
        nodes: impl IntoIterator<Item = Bytes>,
        codes: impl IntoIterator<Item = Bytes>,
    ) -> Self {
        Self { nodes: by_hash(nodes), codes: by_hash(codes) }
    }
}

fn by_hash(items: impl IntoIterator<Item = Bytes>) -> BTreeMap<B256, Bytes> {
    items.into_iter().map(|item| (keccak256(&item), item)).collect()
}

impl NodeSource for Witness {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.nodes.get(&hash).cloned())
    }
}

impl CodeSource for Witness {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        Ok(self.codes.get(&hash).cloned())
    }
}

/// A source that remembers what it was asked for and had.
#[derive(Debug)]
pub struct Recorder<S> {
    source: S,
    needed: RefCell<Witness>,
}

impl<S> Recorder<S> {
    /// Remembers nothing yet.
    pub fn new(source: S) -> Self {
        Self { source, needed: RefCell::default() }
    }

    /// What was asked for and found.
    pub fn into_witness(self) -> Witness {
        self.needed.into_inner()
    }
}

impl<S: NodeSource> NodeSource for Recorder<S> {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        let found = self.source.node(hash)?;
        if let Some(node) = &found {
            self.needed.borrow_mut().nodes.insert(hash, node.clone());
        }
        Ok(found)
    }
}

impl<S: CodeSource> CodeSource for Recorder<S> {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        let found = self.source.code(hash)?;
        if let Some(code) = &found {
            self.needed.borrow_mut().codes.insert(hash, code.clone());
        }
        Ok(found)
    }
}
