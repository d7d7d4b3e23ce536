//! The lower level: the machine state after each step of one slot. Built only for a slot in dispute.

use alloy_primitives::B256;

use super::fold::{Fold, FoldBuilder, FoldError, Height};

/// The step commitment of one slot.
#[derive(Clone, Debug)]
pub struct Steps {
    start: B256,
    taken: u32,
    tree: Fold,
}

impl Steps {
    /// The commitment that begins at the boundary `start`, takes `taken` steps and has the leaves of `tree`.
    #[must_use]
    pub const fn new(start: B256, taken: u32, tree: Fold) -> Self {
        Self { start, taken, tree }
    }

    /// The boundary before the slot: the state before step 0.
    #[must_use]
    pub fn start(&self) -> B256 {
        self.start
    }

    /// Steps that were taken; the rest are fixed points.
    #[must_use]
    pub fn taken(&self) -> u32 {
        self.taken
    }

    /// The boundary after the slot: the last leaf.
    #[must_use]
    pub fn boundary(&self) -> B256 {
        self.tree.last_leaf()
    }

    /// The tree whose root joins a step tournament.
    #[must_use]
    pub fn tree(&self) -> &Fold {
        &self.tree
    }

    /// The state before step `k`.
    ///
    /// # Errors
    /// [`FoldError::NoSuchNode`] beyond the tree.
    pub fn before(&self, k: u32) -> Result<B256, FoldError> {
        k.checked_sub(1).map_or(Ok(self.start), |previous| self.tree.leaf(previous))
    }
}

/// Takes the state after each step, in order: the sink of a slot's trace.
#[derive(Clone, Debug)]
pub struct StepsBuilder {
    start: B256,
    leaves: FoldBuilder,
}

impl StepsBuilder {
    /// A slot that begins at the boundary `start`.
    #[must_use]
    pub fn new(start: B256) -> Self {
        Self { start, leaves: FoldBuilder::new(Height::STEPS) }
    }

    /// Takes the hash of the state after the next step.
    ///
    /// # Errors
    /// [`FoldError::Full`] after 2^24 steps.
    pub fn push(&mut self, state: B256) -> Result<(), FoldError> {
        self.leaves.push(state)
    }

    /// The commitment. A slot with nothing to do has no step, and every leaf is its start.
    ///
    /// # Errors
    /// [`FoldError`] as the tree below reports it; a builder that took every step without an error has none.
    pub fn finish(mut self) -> Result<Steps, FoldError> {
        let taken = self.leaves.len();
        if taken == 0 {
            self.leaves.push(self.start)?;
        }
        Ok(Steps { start: self.start, taken, tree: self.leaves.finish()? })
    }
}
