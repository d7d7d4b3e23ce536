//! What evidence is made from: executed blocks, wherever they are kept.

use std::sync::Arc;

use super::{Node, NodeError};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    commitment::Slots,
    derive::BlockInput,
    execute::boundary::Boundary,
    rules::limits::Limits,
    state::Store,
};

/// Executed blocks and the state that they left.
pub trait History: Send + Sync + 'static {
    /// Holds the nodes and codes of every state.
    type Source: NodeSource + CodeSource + Clone;

    /// The nodes and codes of every state.
    fn source(&self) -> Self::Source;

    /// What the deployment bounds.
    fn limits(&self) -> &Limits;

    /// The boundary after L2 block `number`.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    fn sealed(&self, number: u64) -> Result<Boundary, NodeError>;

    /// The boundary after a slot of an executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    fn boundary(&self, number: u64, slot: u16) -> Result<Boundary, NodeError>;

    /// The record and batch of an executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    fn input(&self, number: u64) -> Result<BlockInput, NodeError>;

    /// The right slot commitment of the blocks `(after, end]`.
    ///
    /// # Errors
    /// [`NodeError::Missing`] when one of them is not executed.
    fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError>;

    /// The boundary before a slot of an executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    fn before(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        match slot.checked_sub(1) {
            Some(previous) => self.boundary(number, previous),
            None => self.sealed(number.saturating_sub(1)),
        }
    }
}

impl History for Node {
    type Source = Arc<Store>;

    fn source(&self) -> Self::Source {
        Arc::clone(self.store())
    }

    fn limits(&self) -> &Limits {
        self.limits()
    }

    fn sealed(&self, number: u64) -> Result<Boundary, NodeError> {
        self.sealed(number)
    }

    fn boundary(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        self.boundary(number, slot)
    }

    fn input(&self, number: u64) -> Result<BlockInput, NodeError> {
        self.input(number)
    }

    fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError> {
        self.slots(after, end)
    }
}
