//! What L1 has finalised of the chain that was followed: below it nothing is undone.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::debug;

use super::NodeError;
use crate::{l1::client::L1Client, state::L1Block, telemetry::names};

/// Followed blocks after which L1 is asked again: an epoch.
const EVERY: u64 = 32;

/// The newest followed block that L1 has finalised; 0 before one is known. A node that starts anew learns it again.
#[derive(Debug, Default)]
pub(super) struct Finality {
    finalized: AtomicU64,
    asked_at: AtomicU64,
}

impl Finality {
    /// Whether a reorganisation down to block `to` is one that can happen.
    pub(super) fn check(&self, to: u64) -> Result<(), NodeError> {
        let finalized = self.finalized.load(Ordering::Relaxed);
        if to < finalized {
            names::L1_REORGS.with(["final"]).increment(1);
            return Err(NodeError::BelowFinality { to, finalized });
        }
        Ok(())
    }

    /// Asks L1 once an epoch. Only a block that was followed counts; a node that does not tell changes nothing.
    pub(super) async fn learn(&self, l1: &L1Client, followed: &[L1Block]) {
        let Some(cursor) = followed.last().map(|block| block.number) else { return };
        if cursor.abs_diff(self.asked_at.load(Ordering::Relaxed)) < EVERY {
            return;
        }
        match l1.finalized().await {
            Ok(Some(block)) => {
                let (number, hash) = (block.number, block.hash);
                if followed.contains(&L1Block { number, hash }) {
                    self.finalized.fetch_max(number, Ordering::Relaxed);
                }
                self.asked_at.store(cursor, Ordering::Relaxed);
            }
            Ok(None) => self.asked_at.store(cursor, Ordering::Relaxed),
            Err(error) => debug!(%error, "L1 does not tell what is final"),
        }
    }
}
