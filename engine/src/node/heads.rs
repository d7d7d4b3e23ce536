//! Who wants to know that the L2 head changed is told, after it is stored.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::state::{ExecutedBlock, Head, Store, StoreError};

/// Changes that a receiver may lie behind before it misses some, and is told so.
const BUFFERED: usize = 64;
/// Blocks that a rollback still shows: those of 128 L1 blocks, 12 in each.
const REMOVED_SHOWN: u64 = 1536;

/// A change of the L2 chain.
#[derive(Clone, Debug)]
pub enum HeadChange {
    /// A block was executed: it is the head now.
    Extended(Arc<ExecutedBlock>),
    /// L1 reorganised: blocks fell out.
    RolledBack {
        /// The head now.
        head: Head,
        /// What fell out, the newest first; the newest 1536 of them when there are more.
        removed: Arc<[ExecutedBlock]>,
    },
}

/// Announces changes to whoever listens.
#[derive(Debug)]
pub(super) struct Heads(broadcast::Sender<HeadChange>);

impl Default for Heads {
    fn default() -> Self {
        Self(broadcast::Sender::new(BUFFERED))
    }
}

impl Heads {
    pub(super) fn subscribe(&self) -> broadcast::Receiver<HeadChange> {
        self.0.subscribe()
    }

    pub(super) fn announce(&self, change: HeadChange) {
        // nobody listening is no failure
        let _ = self.0.send(change);
    }

    /// The blocks `(head, before]`, which are about to fall out, for those who listen.
    pub(super) fn kept_of(
        &self,
        store: &Store,
        head: u64,
        before: u64,
    ) -> Result<Arc<[ExecutedBlock]>, StoreError> {
        if self.0.receiver_count() == 0 {
            return Ok(Arc::default());
        }
        let first = head.max(before.saturating_sub(REMOVED_SHOWN)).saturating_add(1);
        let rows = (first..=before).rev().map(|number| {
            let row = store.block(number)?;
            Ok(row.map(|row| ExecutedBlock { number, row }))
        });
        rows.filter_map(Result::transpose).collect()
    }
}
