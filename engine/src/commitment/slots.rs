//! The upper level: the boundary after each slot of up to 1024 blocks. Every proposer builds it as it executes.

use alloy_primitives::B256;

use super::fold::{Fold, FoldBuilder, FoldError, Height};

/// Slots of a block: its begin, 1022 entries, its end.
pub const SLOTS_PER_BLOCK: u32 = 1024;

/// The slot commitment of a claim.
#[derive(Clone, Debug)]
pub struct Slots {
    start: B256,
    tree: Fold,
}

impl Slots {
    /// The commitment that begins at the boundary `start` and has the leaves of `tree`.
    #[must_use]
    pub const fn new(start: B256, tree: Fold) -> Self {
        Self { start, tree }
    }

    /// The parent claim's boundary: the state before slot 0.
    #[must_use]
    pub fn start(&self) -> B256 {
        self.start
    }

    /// The final boundary: the last leaf.
    #[must_use]
    pub fn boundary(&self) -> B256 {
        self.tree.last_leaf()
    }

    /// The tree whose root is the claim's trace root.
    #[must_use]
    pub fn tree(&self) -> &Fold {
        &self.tree
    }

    /// The boundary before slot `position`.
    ///
    /// # Errors
    /// [`FoldError::NoSuchNode`] beyond the tree.
    pub fn before(&self, position: u32) -> Result<B256, FoldError> {
        position.checked_sub(1).map_or(Ok(self.start), |previous| self.tree.leaf(previous))
    }
}

/// Takes the boundaries of one block after another.
#[derive(Clone, Debug)]
pub struct SlotsBuilder {
    start: B256,
    leaves: FoldBuilder,
}

impl SlotsBuilder {
    /// A claim whose parent ends in the boundary `start`.
    #[must_use]
    pub fn new(start: B256) -> Self {
        Self { start, leaves: FoldBuilder::new(Height::SLOTS) }
    }

    /// Takes a block: the boundary after its begin, the one after each entry, and the one after its seal. Slots
    /// between the last entry and the seal are fixed points.
    ///
    /// # Errors
    /// [`FoldError::Full`] after 1024 blocks or when a block has more than 1022 entries; then nothing was taken.
    pub fn push_block(
        &mut self,
        begin: B256,
        entries: &[B256],
        sealed: B256,
    ) -> Result<(), FoldError> {
        let full = FoldError::Full { capacity: SLOTS_PER_BLOCK - 2 };
        let count = u32::try_from(entries.len()).map_err(|_| full)?;
        let idle = (SLOTS_PER_BLOCK - 2).checked_sub(count).ok_or(full)?;
        if self.leaves.len() == Height::SLOTS.leaves() {
            return Err(FoldError::Full { capacity: Height::SLOTS.leaves() });
        }
        self.leaves.push(begin)?;
        for &boundary in entries {
            self.leaves.push(boundary)?;
        }
        self.leaves.repeat(entries.last().copied().unwrap_or(begin), idle)?;
        self.leaves.push(sealed)
    }

    /// The commitment; slots outside the blocks taken are fixed points.
    ///
    /// # Errors
    /// [`FoldError::Empty`] without a block.
    pub fn finish(self) -> Result<Slots, FoldError> {
        Ok(Slots { start: self.start, tree: self.leaves.finish()? })
    }
}
