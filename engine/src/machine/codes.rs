//! Contract code by hash: the store's, and what the slot under way has deployed or runs as initcode.

use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, map::B256Map};

use super::{error::TraceError, view::View};
use crate::authenticated::source::CodeSource;

/// Codes and, for those that are copied from, their word trees.
#[derive(Debug)]
pub(super) struct Codes<S> {
    source: S,
    seen: B256Map<Bytes>,
    views: B256Map<View>,
}

impl<S: CodeSource> Codes<S> {
    pub(super) fn new(source: S) -> Self {
        Self { source, seen: B256Map::default(), views: B256Map::default() }
    }

    pub(super) fn insert(&mut self, hash: B256, code: Bytes) {
        self.seen.entry(hash).or_insert(code);
    }

    /// The code whose keccak256 is `hash`.
    pub(super) fn get(&self, hash: B256) -> Result<Bytes, TraceError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytes::new());
        }
        if let Some(code) = self.seen.get(&hash) {
            return Ok(code.clone());
        }
        self.source.code(hash)?.ok_or(TraceError::MissingCode(hash))
    }

    /// The code as a slice of a tree of its own.
    pub(super) fn view(&mut self, hash: B256) -> Result<View, TraceError> {
        if let Some(view) = self.views.get(&hash) {
            return Ok(view.clone());
        }
        let view = View::fresh(&self.get(hash)?)?;
        self.views.insert(hash, view.clone());
        Ok(view)
    }
}
