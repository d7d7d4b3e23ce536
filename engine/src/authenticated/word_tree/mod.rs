//! Word trees: binary Merkle trees of 32-byte words, for EVM memory and batches. A leaf is the word itself, a node is
//! keccak256(left ‖ right), the height is ceil(log2(words)), and words beyond the count are zero. No words: root 0.
//!
//! Mirrors `contracts/src/authenticated/WordTree.sol`.

mod level;
mod range;
mod tree;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use alloy_primitives::{B256, keccak256};

pub use range::{Range, range_root};
pub use tree::WordTree;

/// Height of the highest tree: 2^32 - 1 words.
pub const MAX_HEIGHT: u8 = 32;

/// A range or a size that a word tree cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordTreeError {
    /// A range of no words proves nothing.
    #[error("a range of no words")]
    EmptyRange,
    /// The range does not lie inside the tree.
    #[error("{count} words from {start} do not lie in a tree of {words}")]
    OutOfRange {
        /// First word.
        start: u64,
        /// Words in the range.
        count: u64,
        /// Words in the tree.
        words: u64,
    },
    /// A tree is at most 32 levels high.
    #[error("a word tree of height {0}")]
    TooHigh(u8),
    /// A tree grows only.
    #[error("a tree of {from} words cannot become one of {to}")]
    Shrinks {
        /// Words it has.
        from: u32,
        /// Words asked for.
        to: u32,
    },
    /// A proof has exactly the siblings that its range needs.
    #[error("a range proof with {given} siblings does not fit its range")]
    Siblings {
        /// Siblings in the proof.
        given: usize,
    },
}

/// Levels above the leaves: ceil(log2(words)).
#[must_use]
pub const fn height(words: u32) -> u8 {
    match words {
        0 | 1 => 0,
        // at most 32
        _ => (u32::BITS - (words - 1).leading_zeros()) as u8,
    }
}

/// Words that hold `bytes` bytes.
#[must_use]
pub const fn words_for(bytes: u32) -> u32 {
    bytes.div_ceil(32)
}

/// Root of a subtree of zero words.
///
/// # Errors
/// [`WordTreeError::TooHigh`].
pub fn zero_subtree(height: u8) -> Result<B256, WordTreeError> {
    static ROOTS: LazyLock<Vec<B256>> = LazyLock::new(|| {
        std::iter::successors(Some(B256::ZERO), |root| Some(parent(*root, *root)))
            .take(usize::from(MAX_HEIGHT) + 1)
            .collect()
    });
    ROOTS.get(usize::from(height)).copied().ok_or(WordTreeError::TooHigh(height))
}

/// Root of the tree that holds `bytes`, the last word padded with zeros.
#[must_use]
pub fn root_of(bytes: &[u8]) -> B256 {
    let mut level: Vec<B256> = to_words(bytes);
    let mut zero = B256::ZERO;
    while level.len() > 1 {
        level = parents(&level, zero).collect();
        zero = parent(zero, zero);
    }
    level.first().copied().unwrap_or_default()
}

/// `bytes` as words, the last one padded with zeros.
#[must_use]
pub fn to_words(bytes: &[u8]) -> Vec<B256> {
    bytes.chunks(32).map(B256::right_padding_from).collect()
}

/// Root of a tree of `from` words after it has grown to `to` words.
///
/// # Errors
/// [`WordTreeError::Shrinks`].
pub fn grow(root: B256, from: u32, to: u32) -> Result<B256, WordTreeError> {
    if to < from {
        return Err(WordTreeError::Shrinks { from, to });
    }
    (height(from)..height(to)).try_fold(root, |root, level| Ok(parent(root, zero_subtree(level)?)))
}

fn parent(left: B256, right: B256) -> B256 {
    keccak256([left.0, right.0].as_flattened())
}

/// The level above `level`, whose missing last node is `zero`.
fn parents(level: &[B256], zero: B256) -> impl Iterator<Item = B256> {
    level.chunks(2).map(move |pair| match pair {
        [left, right] => parent(*left, *right),
        [left] => parent(*left, zero),
        _ => zero,
    })
}
