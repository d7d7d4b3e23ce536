//! Four levels of a commitment at once: the sixteen nodes that a move reveals.

use alloy_primitives::{B256, keccak256};

/// Levels between a node and the nodes that open it.
pub(crate) const LEVELS: u8 = 4;

/// The sixteen nodes four levels below a node, left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening(pub [B256; Self::WIDTH]);

impl Opening {
    /// Nodes in an opening.
    pub const WIDTH: usize = 1 << LEVELS;

    /// The node that these sixteen open.
    #[must_use]
    pub fn root(&self) -> B256 {
        let mut nodes = self.0;
        let mut width = Self::WIDTH;
        while width > 1 {
            width /= 2;
            for at in 0..width {
                if let Some(&[left, right]) = nodes.get(2 * at..2 * at + 2)
                    && let Some(slot) = nodes.get_mut(at)
                {
                    *slot = join(left, right);
                }
            }
        }
        let [root, ..] = nodes;
        root
    }

    /// The node that opens into `node` sixteen times.
    #[must_use]
    pub(crate) fn uniform_root(node: B256) -> B256 {
        (0..LEVELS).fold(node, |node, _| join(node, node))
    }

    /// Where two openings differ first.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<usize> {
        self.0.iter().zip(&other.0).position(|(ours, theirs)| ours != theirs)
    }

    /// The node at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<B256> {
        self.0.get(index).copied()
    }

    /// The four siblings, from these nodes up, of the node at `index`.
    #[must_use]
    pub fn siblings(&self, index: usize) -> Option<[B256; LEVELS as usize]> {
        if index >= Self::WIDTH {
            return None;
        }
        let mut nodes = self.0.to_vec();
        let mut at = index;
        let mut siblings = [B256::ZERO; LEVELS as usize];
        for sibling in &mut siblings {
            *sibling = *nodes.get(at ^ 1)?;
            nodes = nodes.as_chunks().0.iter().map(|&[left, right]| join(left, right)).collect();
            at /= 2;
        }
        Some(siblings)
    }
}

/// keccak256(left, right): an inner node.
#[must_use]
pub(crate) fn join(left: B256, right: B256) -> B256 {
    let mut both = [0; 64];
    let (first, second) = both.split_at_mut(32);
    first.copy_from_slice(left.as_slice());
    second.copy_from_slice(right.as_slice());
    keccak256(both)
}

/// The root that `siblings`, from the leaf up, prove for `leaf` at `index`; `None` when `index` does not fit their height.
#[must_use]
pub fn fold_proof(leaf: B256, index: u32, siblings: &[B256]) -> Option<B256> {
    let height = u32::try_from(siblings.len()).ok()?;
    if index.checked_shr(height).unwrap_or(0) != 0 {
        return None;
    }
    let mut node = leaf;
    for (level, &sibling) in siblings.iter().enumerate() {
        let right = index.checked_shr(u32::try_from(level).ok()?).unwrap_or(0) & 1 == 1;
        node = if right { join(sibling, node) } else { join(node, sibling) };
    }
    Some(node)
}
