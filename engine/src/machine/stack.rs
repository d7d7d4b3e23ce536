//! The stack with the hash chain over each of its prefixes, so that a step rehashes only what it changed.

use alloy_primitives::{B256, U256};

use crate::authenticated::hash_chain;

/// The EVM stack, bottom first.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    items: Vec<U256>,
    /// `hashes[i]` commits to `items[..=i]`.
    hashes: Vec<B256>,
}

impl Stack {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    #[inline]
    pub(super) fn items(&self) -> &[U256] {
        &self.items
    }

    /// The chain over all items.
    #[inline]
    pub(super) fn hash(&self) -> B256 {
        self.hashes.last().copied().unwrap_or(hash_chain::EMPTY)
    }

    /// The item `depth` below the top; 0 when there is none.
    #[inline]
    pub(super) fn peek(&self, depth: usize) -> U256 {
        self.items.iter().nth_back(depth).copied().unwrap_or_default()
    }

    /// The chain below the top `count` items, and these, deepest first.
    pub(super) fn split(&self, count: usize) -> (B256, Vec<U256>) {
        let rest = self.len().saturating_sub(count);
        let below = rest.checked_sub(1).and_then(|last| self.hashes.get(last));
        let top = self.items.get(rest..).unwrap_or_default();
        (below.copied().unwrap_or(hash_chain::EMPTY), top.to_vec())
    }

    #[inline]
    pub(super) fn push(&mut self, item: U256) {
        let hash = hash_chain::push(self.hash(), item.into());
        self.items.push(item);
        self.hashes.push(hash);
    }

    pub(super) fn pop(&mut self) -> Option<U256> {
        self.hashes.pop();
        self.items.pop()
    }

    /// Becomes `items`.
    #[inline]
    pub(super) fn set(&mut self, items: &[U256]) {
        let kept = self.items.iter().zip(items).take_while(|(old, new)| old == new).count();
        self.items.truncate(kept);
        self.hashes.truncate(kept);
        for item in items.iter().skip(kept) {
            self.push(*item);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn chain(items: &[U256]) -> B256 {
        hash_chain::extend(hash_chain::EMPTY, items.iter().map(|item| (*item).into()))
    }

    #[test]
    fn the_chain_follows_every_change() {
        let numbers: Vec<U256> = (1..20).map(U256::from).collect();
        let mut stack = Stack::default();
        for end in [3, 19, 7, 8, 0, 5] {
            let items = numbers.get(..end).unwrap_or_default();
            stack.set(items);
            assert_eq!(stack.hash(), chain(items));
        }
        let mut swapped = stack.items().to_vec();
        swapped.swap(1, 4);
        stack.set(&swapped);
        assert_eq!(stack.hash(), chain(&swapped));
        let (below, top) = stack.split(2);
        assert_eq!(hash_chain::extend(below, top.iter().map(|item| (*item).into())), stack.hash());
        assert_eq!(stack.peek(0), swapped[4]);
        assert_eq!(stack.split(9).0, hash_chain::EMPTY);
    }
}
