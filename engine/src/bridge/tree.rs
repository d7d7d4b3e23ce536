//! The Inbox's append-only tree of messages: a binary Merkle tree of height 32 whose unused leaves are 0.
//!
//! A tree remembers all of its past: root and siblings can be asked for as of any earlier count of leaves, since a live
//! root on L2 is usually an older one.

use alloy_primitives::{B256, keccak256};
use thiserror::Error;

use crate::authenticated::word_tree::zero_subtree;

/// Levels above the leaves.
pub const HEIGHT: u8 = 32;

/// A leaf, or a count of leaves, that the tree does not have.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TreeError {
    /// The tree never had as many leaves.
    #[error("a message tree of {leaves} leaves never had {count}")]
    Count {
        /// Leaves asked for.
        count: u64,
        /// Leaves there are.
        leaves: u64,
    },
    /// The leaf came later.
    #[error("leaf {index} is not among the first {count}")]
    Leaf {
        /// Its index.
        index: u64,
        /// Leaves asked for.
        count: u64,
    },
    /// All leaves are used.
    #[error("the message tree is full")]
    Full,
}

/// The tree, with every node all of whose leaves are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageTree {
    /// Complete nodes by level; level 0 holds the leaves.
    levels: Vec<Vec<B256>>,
}

impl Default for MessageTree {
    fn default() -> Self {
        Self { levels: vec![Vec::new(); usize::from(HEIGHT) + 1] }
    }
}

impl MessageTree {
    /// Leaves used.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Whether no leaf is used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The leaf at `index`.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<B256> {
        self.complete(0, index)
    }

    /// Uses the next leaf; gives its index.
    ///
    /// # Errors
    /// [`TreeError::Full`].
    pub fn push(&mut self, leaf: B256) -> Result<u64, TreeError> {
        let index = self.len();
        if index >> HEIGHT != 0 {
            return Err(TreeError::Full);
        }
        let mut node = leaf;
        for (height, nodes) in self.levels.iter_mut().enumerate() {
            let left = nodes.last().copied();
            nodes.push(node);
            match left {
                Some(left) if (index >> height) % 2 == 1 => node = parent(left, node),
                // it waits for its right sibling
                _ => break,
            }
        }
        Ok(index)
    }

    /// Forgets the leaves from `count` on.
    pub fn truncate(&mut self, count: u64) {
        for (height, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(usize::try_from(count >> height).unwrap_or(usize::MAX));
        }
    }

    /// The root now.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.node(HEIGHT, 0, self.len())
    }

    /// The root when the first `count` leaves were used.
    ///
    /// # Errors
    /// [`TreeError::Count`].
    pub fn root_of(&self, count: u64) -> Result<B256, TreeError> {
        self.check_count(count)?;
        Ok(self.node(HEIGHT, 0, count))
    }

    /// The siblings on the way from leaf `index` up, when the first `count` leaves were used.
    ///
    /// # Errors
    /// [`TreeError::Count`], [`TreeError::Leaf`].
    pub fn siblings(&self, index: u64, count: u64) -> Result<[B256; HEIGHT as usize], TreeError> {
        self.check_count(count)?;
        if index >= count {
            return Err(TreeError::Leaf { index, count });
        }
        let mut siblings = [B256::ZERO; HEIGHT as usize];
        for (height, sibling) in (0..HEIGHT).zip(&mut siblings) {
            *sibling = self.node(height, (index >> height) ^ 1, count);
        }
        Ok(siblings)
    }

    fn check_count(&self, count: u64) -> Result<(), TreeError> {
        let leaves = self.len();
        if count > leaves { Err(TreeError::Count { count, leaves }) } else { Ok(()) }
    }

    fn complete(&self, height: u8, index: u64) -> Option<B256> {
        let nodes = self.levels.get(usize::from(height))?;
        nodes.get(usize::try_from(index).ok()?).copied()
    }

    /// The node when the first `count` leaves were used: at most one a level is neither complete nor unused.
    fn node(&self, height: u8, index: u64, count: u64) -> B256 {
        let (first, after) = (index << height, (index + 1) << height);
        if first >= count {
            // the height is at most 32
            return zero_subtree(height).unwrap_or_default();
        }
        if after <= count
            && let Some(node) = self.complete(height, index)
        {
            return node;
        }
        let below = |index| self.node(height.saturating_sub(1), index, count);
        parent(below(2 * index), below(2 * index + 1))
    }
}

impl FromIterator<B256> for MessageTree {
    /// The tree of these leaves; those beyond the 2^32nd have no place.
    fn from_iter<I: IntoIterator<Item = B256>>(leaves: I) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            if tree.push(leaf).is_err() {
                break;
            }
        }
        tree
    }
}

fn parent(left: B256, right: B256) -> B256 {
    keccak256([left, right].concat())
}

/// The root that leads from `leaf` at `index` through its siblings.
#[must_use]
pub fn root_from(leaf: B256, index: u64, siblings: &[B256; HEIGHT as usize]) -> B256 {
    siblings.iter().enumerate().fold(leaf, |node, (height, sibling)| match index >> height & 1 {
        0 => parent(node, *sibling),
        _ => parent(*sibling, node),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    fn leaf(seed: u64) -> B256 {
        keccak256(seed.to_be_bytes())
    }

    /// The root by hashing level after level.
    fn naive(leaves: &[B256]) -> B256 {
        let mut level = leaves.to_vec();
        for height in 0..HEIGHT {
            let zero = zero_subtree(height).unwrap();
            if level.is_empty() {
                level.push(zero);
            }
            if level.len() % 2 == 1 {
                level.push(zero);
            }
            level = level.chunks(2).map(|pair| parent(pair[0], pair[1])).collect();
        }
        level[0]
    }

    #[test]
    fn an_empty_tree_has_the_root_of_zero_leaves() {
        assert_eq!(MessageTree::default().root(), zero_subtree(HEIGHT).unwrap());
        assert_ne!(MessageTree::default().root(), B256::ZERO);
        assert_eq!(naive(&[]), MessageTree::default().root());
    }

    #[test]
    fn roots_and_siblings_are_those_of_the_vectors() {
        #[derive(Deserialize)]
        struct Vectors {
            leaves: Vec<B256>,
            roots: Vec<B256>,
            proofs: Vec<Proof>,
        }
        #[derive(Deserialize)]
        struct Proof {
            index: u64,
            siblings: Vec<B256>,
        }
        let Vectors { leaves, roots, proofs } =
            serde_json::from_str(include_str!("../../../fixtures/bridge/message-tree.json"))
                .unwrap();
        let tree: MessageTree = leaves.iter().copied().collect();
        assert_eq!(roots.len(), leaves.len() + 1);
        for (count, root) in (0..).zip(roots) {
            assert_eq!(tree.root_of(count), Ok(root), "{count}");
        }
        assert!(!proofs.is_empty());
        for Proof { index, siblings } in proofs {
            assert_eq!(tree.siblings(index, tree.len()).unwrap()[..], siblings);
        }
    }

    #[test]
    fn what_it_never_had_is_refused() {
        let tree: MessageTree = (0..3).map(leaf).collect();
        assert_eq!(tree.root_of(4), Err(TreeError::Count { count: 4, leaves: 3 }));
        assert_eq!(tree.siblings(0, 4), Err(TreeError::Count { count: 4, leaves: 3 }));
        assert_eq!(tree.siblings(2, 2), Err(TreeError::Leaf { index: 2, count: 2 }));
        assert_eq!(tree.leaf(3), None);
    }

    #[test]
    fn thousands_of_leaves_take_no_time() {
        let begun = Instant::now();
        let mut tree = MessageTree::default();
        for seed in 0..20_000 {
            assert_eq!(tree.push(leaf(seed)), Ok(seed));
            assert_ne!(tree.root(), B256::ZERO);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equals_the_naive_tree_at_every_count(leaves in 0_u64..70, kept in 0_u64..70) {
            let all: Vec<_> = (0..leaves).map(leaf).collect();
            let mut tree: MessageTree = all.iter().copied().collect();
            for count in 0..=leaves {
                let prefix = &all[..usize::try_from(count).unwrap()];
                let root = tree.root_of(count).unwrap();
                prop_assert_eq!(root, naive(prefix));
                for index in 0..count {
                    let siblings = tree.siblings(index, count).unwrap();
                    prop_assert_eq!(root_from(leaf(index), index, &siblings), root);
                }
            }
            tree.truncate(kept);
            let expected: MessageTree = (0..kept.min(leaves)).map(leaf).collect();
            prop_assert_eq!(tree.root(), expected.root());
            tree.push(leaf(99)).unwrap();
            prop_assert_ne!(tree.root(), expected.root());
        }
    }
}
