//! A slice together with the word tree it refers to, so that ranges of it can be proven.

use std::rc::Rc;

use alloy_primitives::Bytes;

use crate::authenticated::{
    slice::Slice,
    word_tree::{Range, WordTree, WordTreeError},
};

/// A slice and its tree. The slice of length 0 has none.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    slice: Slice,
    tree: Rc<WordTree>,
}

impl View {
    /// All of `bytes`, as a tree of their own.
    pub(super) fn fresh(bytes: &[u8]) -> Result<Self, WordTreeError> {
        let tree = Rc::new(WordTree::from_bytes(bytes)?);
        // from_bytes() has refused what is longer
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Ok(Self::of(tree, 0, length))
    }

    /// The bytes `[offset, offset + length)` of `tree`.
    pub(super) fn of(tree: Rc<WordTree>, offset: u32, length: u32) -> Self {
        if length == 0 {
            return Self::default();
        }
        let slice = Slice { root: tree.root(), words: tree.words(), offset, length };
        Self { slice, tree }
    }

    /// The committed slice.
    pub(super) const fn slice(&self) -> Slice {
        self.slice
    }

    /// Bytes in the slice.
    pub(super) const fn len(&self) -> u32 {
        self.slice.length
    }

    /// The bytes `[offset, offset + length)` of it, cut at its end.
    pub(super) fn part(&self, offset: u64, length: u64) -> Self {
        let slice = self.slice.part(offset, length);
        if slice.length == 0 {
            return Self::default();
        }
        Self { slice, tree: Rc::clone(&self.tree) }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Bytes {
        let Slice { offset, length, .. } = self.slice;
        let (first, length) = (offset as usize, length as usize);
        let skip = first / 32;
        let words = self.tree.leaves(skip);
        words.flat_map(|word| word.0).skip(first - skip * 32).take(length).collect()
    }

    /// Proof of the words that hold it; `None` when it is empty.
    pub(super) fn range(&self) -> Result<Option<Range>, WordTreeError> {
        let Slice { offset, length, .. } = self.slice;
        match word_range(offset.into(), length.into()) {
            Some((first, count)) => self.tree.range(first, count).map(Some),
            None => Ok(None),
        }
    }
}

/// First word and number of words that hold the bytes `[offset, offset + length)`; `None` for no bytes and for what no
/// tree can hold.
pub(super) fn word_range(offset: u64, length: u64) -> Option<(u32, u32)> {
    if length == 0 {
        return None;
    }
    let first = offset / 32;
    let end = offset.checked_add(length)?.div_ceil(32);
    Some((u32::try_from(first).ok()?, u32::try_from(end - first).ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_part_is_cut_at_the_end_and_covers_the_words_that_hold_it() {
        let bytes: Vec<u8> = (0..100).collect();
        let view = View::fresh(&bytes).unwrap();
        assert_eq!(view.bytes(), bytes);
        let part = view.part(40, 1000);
        assert_eq!(part.len(), 60);
        assert_eq!(part.bytes(), bytes[40..]);
        assert_eq!(part.range().unwrap().unwrap().words.len(), 3);
        assert_eq!(part.part(60, 1).slice(), Slice::default());
        assert!(View::default().range().unwrap().is_none());
    }

    #[test]
    fn words_that_hold_bytes() {
        assert_eq!(word_range(0, 0), None);
        assert_eq!(word_range(31, 1), Some((0, 1)));
        assert_eq!(word_range(31, 2), Some((0, 2)));
        assert_eq!(word_range(64, 32), Some((2, 1)));
        assert_eq!(word_range(u64::MAX, 2), None);
    }
}
