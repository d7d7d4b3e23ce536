//! A word tree with all its levels in memory.

use alloy_primitives::B256;

use super::{Range, WordTreeError, height, level::Level, parent, to_words, zero_subtree};

/// A word tree that grows and is written to, and proves ranges of itself. A write of n words costs about n + height
/// hashes; a clone shares what is not written afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordTree {
    /// From the leaves up to the root, each level without its zero subtrees beyond the word count.
    levels: Vec<Level>,
}

impl WordTree {
    /// The tree that holds `bytes`, the last word padded with zeros.
    ///
    /// # Errors
    /// [`WordTreeError::OutOfRange`] from 2^32 words on.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WordTreeError> {
        let words = to_words(bytes);
        let mut tree = Self::default();
        let count = words.len() as u64;
        let too_long = WordTreeError::OutOfRange { start: 0, count, words: u32::MAX.into() };
        tree.grow(u32::try_from(count).map_err(|_| too_long)?)?;
        if !words.is_empty() {
            tree.set(0, &words)?;
        }
        Ok(tree)
    }

    /// Its size in words.
    #[must_use]
    #[inline]
    pub fn words(&self) -> u32 {
        // grow() takes the count as u32
        self.levels.first().map_or(0, Level::len) as u32
    }

    /// Levels above the leaves.
    #[must_use]
    pub fn height(&self) -> u8 {
        height(self.words())
    }

    /// Its root.
    #[must_use]
    #[inline]
    pub fn root(&self) -> B256 {
        self.levels.last().and_then(|level| level.get(0)).unwrap_or_default()
    }

    /// Its words from word `first` on.
    pub fn leaves(&self, first: usize) -> impl Iterator<Item = B256> {
        let level = self.levels.first();
        (first..).map_while(move |index| level?.get(index))
    }

    /// Appends zero words up to a size of `words`.
    ///
    /// # Errors
    /// [`WordTreeError::Shrinks`].
    pub fn grow(&mut self, words: u32) -> Result<(), WordTreeError> {
        let from = self.words();
        if words < from {
            return Err(WordTreeError::Shrinks { from, to: words });
        }
        let mut length = words as usize;
        for level in 0..=height(words) {
            let zero = zero_subtree(level)?;
            if let Some(nodes) = self.levels.get_mut(usize::from(level)) {
                nodes.grow(length, zero);
            } else {
                let mut nodes = Level::default();
                nodes.grow(length, zero);
                // the old root, padded with a zero subtree
                if let Some(root) = self.levels.last().and_then(|below| below.get(0)) {
                    nodes.set(0, parent(root, zero_subtree(level - 1)?));
                }
                self.levels.push(nodes);
            }
            length = length.div_ceil(2);
        }
        Ok(())
    }

    /// Writes `words` from word `start` on.
    ///
    /// # Errors
    /// [`WordTreeError::EmptyRange`], [`WordTreeError::OutOfRange`]; the tree is as it was.
    pub fn set(&mut self, start: u32, words: &[B256]) -> Result<(), WordTreeError> {
        let (mut first, mut end) = self.bounds(start, words.len())?;
        if self.leaves(first).zip(words).all(|(old, new)| old == *new) {
            return Ok(());
        }
        if let Some(leaves) = self.levels.first_mut() {
            for (index, word) in (first..).zip(words) {
                leaves.set(index, *word);
            }
        }
        for level in 1..=self.height() {
            let zero = zero_subtree(level - 1)?;
            (first, end) = (first / 2, end.div_ceil(2));
            let (below, above) = self.levels.split_at_mut(usize::from(level));
            if let (Some(children), Some(nodes)) = (below.last(), above.first_mut()) {
                let child = |index| children.get(index).unwrap_or(zero);
                for index in first..end {
                    nodes.set(index, parent(child(2 * index), child(2 * index + 1)));
                }
            }
        }
        Ok(())
    }

    /// `count` words from word `start` on, with their siblings.
    ///
    /// # Errors
    /// [`WordTreeError::EmptyRange`], [`WordTreeError::OutOfRange`].
    pub fn range(&self, start: u32, count: u32) -> Result<Range, WordTreeError> {
        let (mut first, end) = self.bounds(start, count as usize)?;
        let mut last = end - 1;
        let words = self.leaves(first).take(end - first).collect();
        let mut siblings = Vec::new();
        for (level, nodes) in (0..self.height()).zip(&self.levels) {
            let zero = zero_subtree(level)?;
            let node = |index| nodes.get(index).unwrap_or(zero);
            if first % 2 == 1 {
                siblings.push(node(first - 1));
            }
            if last.is_multiple_of(2) {
                siblings.push(node(last + 1));
            }
            (first, last) = (first / 2, last / 2);
        }
        Ok(Range { words, siblings })
    }

    fn bounds(&self, start: u32, count: usize) -> Result<(usize, usize), WordTreeError> {
        if count == 0 {
            return Err(WordTreeError::EmptyRange);
        }
        let (first, words) = (start as usize, self.words());
        match first.checked_add(count) {
            Some(end) if end <= words as usize => Ok((first, end)),
            _ => Err(WordTreeError::OutOfRange {
                start: start.into(),
                count: count as u64,
                words: words.into(),
            }),
        }
    }
}
