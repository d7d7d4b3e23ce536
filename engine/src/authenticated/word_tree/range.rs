//! Proofs of a range of consecutive words.

use alloy_primitives::B256;

use super::{MAX_HEIGHT, WordTreeError, parent};

/// Consecutive words and what their root needs besides: from the leaves up, at each level the left sibling of the first
/// node if that is a right child, then the right sibling of the last node if that is a left child below the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The words.
    pub words: Vec<B256>,
    /// The siblings.
    pub siblings: Vec<B256>,
}

/// Root of the tree of `height` in which `words` begin at word `start`. With other words of the same number it is the
/// root after writing them.
///
/// # Errors
/// [`WordTreeError`] when the range is empty or outside the tree, or the siblings are too few or too many.
pub fn range_root(
    start: u32,
    words: &[B256],
    height: u8,
    siblings: &[B256],
) -> Result<B256, WordTreeError> {
    let (mut first, count) = (u64::from(start), words.len() as u64);
    if height > MAX_HEIGHT {
        return Err(WordTreeError::TooHigh(height));
    }
    if count == 0 {
        return Err(WordTreeError::EmptyRange);
    }
    if first + count > 1 << height {
        return Err(WordTreeError::OutOfRange { start: first, count, words: 1 << height });
    }
    let wrong = WordTreeError::Siblings { given: siblings.len() };
    let mut siblings = siblings.iter().copied();
    let mut level = words.to_vec();
    for _ in 0..height {
        if first % 2 == 1 {
            level.insert(0, siblings.next().ok_or(wrong)?);
        }
        if level.len() % 2 == 1 {
            level.push(siblings.next().ok_or(wrong)?);
        }
        level = level
            .chunks_exact(2)
            .filter_map(|pair| if let [l, r] = pair { Some(parent(*l, *r)) } else { None })
            .collect();
        first /= 2;
    }
    match (level.as_slice(), siblings.next()) {
        ([root], None) => Ok(*root),
        _ => Err(wrong),
    }
}
