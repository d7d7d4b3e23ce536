//! One level of a word tree. Clones share its nodes in chunks: what a copy of a tree costs is the chunks that are written
//! afterwards, not the tree.

use std::rc::Rc;

use alloy_primitives::B256;

/// Nodes of a chunk.
const CHUNK: usize = 64;

/// Nodes from left to right; the last chunk is filled up with zero subtrees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Level {
    chunks: Vec<Rc<[B256; CHUNK]>>,
    length: usize,
}

impl Level {
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<B256> {
        if index >= self.length {
            return None;
        }
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).copied()
    }

    /// Replaces the node at `index`, which is there.
    #[inline]
    pub(super) fn set(&mut self, index: usize, node: B256) {
        let chunk = self.chunks.get_mut(index / CHUNK).map(Rc::make_mut);
        if let Some(slot) = chunk.and_then(|chunk| chunk.get_mut(index % CHUNK)) {
            *slot = node;
        }
    }

    /// Becomes `length` nodes long; `zero` is this level's zero subtree, always the same.
    pub(super) fn grow(&mut self, length: usize, zero: B256) {
        let chunks = length.div_ceil(CHUNK);
        if chunks > self.chunks.len() {
            self.chunks.resize(chunks, Rc::new([zero; CHUNK]));
        }
        self.length = length;
    }
}
