//! What our own execution tells of places in the chain. What takes work is asked for first, and known a round later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::{B256, keccak256};
use tracing::debug;

use super::{Node, NodeError, evidence::Execution};
use crate::{
    derive::batch::entry_at,
    dispute::{
        domain::Domain,
        honest::{EvidenceError, Transition},
    },
    execute::block::{FIRST_SLOT, LAST_SLOT},
    status::place::{Places, SlotKind, StepFact},
};

/// Slots and steps kept, and steps asked for: more than there are matches to show.
const KEPT: usize = 512;

/// A step, and the machine that it begins in: what is known of it does not outlive a reorganisation of L1.
type StepKey = (Domain, u32, u32, B256);

/// Names places by a node's execution.
#[derive(Clone, Debug)]
pub struct Atlas {
    execution: Execution,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By block hash and slot.
    slots: BTreeMap<(B256, u16), SlotKind>,
    /// `None` for a step that could not be traced.
    steps: BTreeMap<StepKey, Option<StepFact>>,
    wanted: BTreeSet<StepKey>,
}

impl Atlas {
    /// Of what `execution` executes.
    #[must_use]
    pub fn new(execution: Execution) -> Self {
        Self { execution, known: Arc::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // entries are inserted whole or not at all
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are steps that were asked for and are not known.
    #[must_use]
    pub fn lacks(&self) -> bool {
        !self.known().wanted.is_empty()
    }

    /// Traces the steps that were asked for.
    pub async fn learn(&self) {
        let wanted = std::mem::take(&mut self.known().wanted);
        for key in wanted {
            let (domain, slot, step, agreed) = key;
            let fact = match self.execution.step(Transition { domain, slot, step }).await {
                Ok((info, proof)) => {
                    (proof.pre == agreed).then_some(StepFact { info, post: proof.post })
                }
                Err(EvidenceError::NotYet(_)) => continue,
                Err(error) => {
                    debug!(%error, slot, step, "a step cannot be told");
                    None
                }
            };
            let mut known = self.known();
            if known.steps.len() >= KEPT {
                known.steps.clear();
            }
            known.steps.insert(key, fact);
        }
    }
}

impl Places for Atlas {
    fn slot(&self, block: u64, slot: u16) -> Option<SlotKind> {
        match slot {
            FIRST_SLOT => return Some(SlotKind::Begin),
            LAST_SLOT => return Some(SlotKind::Seal),
            _ => {}
        }
        let node = self.execution.node();
        let hash = node.store().block(block).ok().flatten()?.hash;
        if let Some(kind) = self.known().slots.get(&(hash, slot)) {
            return Some(*kind);
        }
        let kind = entry(node, block, slot).ok()?;
        let mut known = self.known();
        if known.slots.len() >= KEPT {
            known.slots.clear();
        }
        known.slots.insert((hash, slot), kind);
        Some(kind)
    }

    fn step(&self, transition: Transition, agreed: B256) -> Option<StepFact> {
        let Transition { domain, slot, step } = transition;
        let key = (domain, slot, step, agreed);
        let mut known = self.known();
        if let Some(fact) = known.steps.get(&key) {
            return *fact;
        }
        if known.wanted.len() < KEPT {
            known.wanted.insert(key);
        }
        None
    }
}

/// The entry that takes a slot between a block's begin and end.
fn entry(node: &Node, block: u64, slot: u16) -> Result<SlotKind, NodeError> {
    let input = node.input(block)?;
    let (mut cursor, mut found) = (0, None);
    for _ in FIRST_SLOT..slot {
        found = entry_at(input.batch(), cursor);
        let Some(entry) = &found else { return Ok(SlotKind::Idle) };
        cursor = entry.range.end;
    }
    let Some(entry) = found else { return Ok(SlotKind::Idle) };
    let before = node.boundary(block, slot.saturating_sub(1))?.block.gas_used;
    let executed = node.boundary(block, slot)?.block.gas_used != before;
    Ok(if executed {
        SlotKind::Transaction { transaction_hash: keccak256(entry.bytes) }
    } else {
        SlotKind::Skipped
    })
}
