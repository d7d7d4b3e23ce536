//! A liar on top of a node: it executes its lie where revm can be made to tell it, with everything after following from
//! it, and else commits to states that never were.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::Bytes;
use async_trait::async_trait;
use thiserror::Error;

use super::{Corrupted, Liar, Lie, LieKind, trace_lie};
use crate::{
    authenticated::source::NodeStore as _,
    commitment::{FoldBuilder, FoldError, Height, SLOTS_PER_BLOCK, Slots, Steps, StepsBuilder},
    dispute::{
        domain::Domain,
        honest::{Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition},
    },
    execute::{
        block::{Effect, LAST_SLOT, execute_slot},
        error::ExecuteError,
        pending::Pending,
    },
    machine::{SlotInput, TraceError, groups::Machine},
    node::{NodeError, evidence::Execution},
};

/// Why a lie could not be executed.
#[derive(Debug, Error)]
pub enum LyingError {
    /// The honest execution below failed.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The lying slot could not be traced.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// What follows it could not be executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// A commitment could not be built.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// No opcode of that step leaves what the lie changes.
    #[error("step {1} leaves nothing for a lie of kind {0}")]
    NothingThere(LieKind, u32),
    /// The lie changes nothing that outlives its slot, so that the claim would be the honest one.
    #[error("the lie has no consequence beyond slot {0}")]
    NoConsequence(u32),
    /// The honest execution does not know what the lie is about.
    #[error("{0} is not known")]
    Unknown(Need),
    /// What follows from the lie is what follows from the truth: the slot ends in the same boundary.
    #[error("a lie at step {0} changes nothing that lasts")]
    WithoutEffect(u32),
    /// The lie's slot is not among the blocks.
    #[error("slot {0} is not among the claim's blocks")]
    OutsideDomain(u32),
}

/// What a liar claims over one domain.
#[derive(Clone, Debug)]
struct Claimed {
    slots: Arc<Slots>,
    steps: Arc<Steps>,
    boundary: Machine,
}

/// An execution that is honest up to one step of the first domain it is asked about.
#[derive(Clone, Debug)]
pub struct LyingExecution {
    honest: Execution,
    lie: Lie,
    claimed: Arc<Mutex<BTreeMap<Domain, Claimed>>>,
}

impl LyingExecution {
    /// Lies once on top of `honest`.
    #[must_use]
    pub fn new(honest: Execution, lie: Lie) -> Self {
        Self { honest, lie, claimed: Arc::new(Mutex::new(BTreeMap::new())) }
    }

    /// The lie.
    #[must_use]
    pub const fn told(&self) -> Lie {
        self.lie
    }

    fn claimed(&self, domain: Domain) -> Option<Claimed> {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.get(&domain).cloned()
    }

    /// Tells the lie and all that follows from it.
    ///
    /// # Errors
    /// [`LyingError`].
    pub fn lie(&self, domain: Domain) -> Result<(), LyingError> {
        if self.claimed(domain).is_some() {
            return Ok(());
        }
        let claimed =
            if self.lie.kind.is_executed() { self.execute(domain)? } else { self.pretend(domain)? };
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).insert(domain, claimed);
        Ok(())
    }

    fn execute(&self, domain: Domain) -> Result<Claimed, LyingError> {
        let node = self.honest.node();
        let outside = || LyingError::OutsideDomain(self.lie.slot);
        let number = domain.first + u64::from(self.lie.slot / SLOTS_PER_BLOCK);
        if number > domain.last() {
            return Err(outside());
        }
        let slot = u16::try_from(self.lie.slot % SLOTS_PER_BLOCK).map_err(|_| outside())?;
        let before = match slot.checked_sub(1) {
            Some(previous) => node.boundary(number, previous)?,
            None => node.sealed(number - 1)?,
        };

        let block = node.input(number)?;
        let input = SlotInput {
            slot: self.lie.slot,
            boundary: &before,
            block: Some(&block),
            limits: node.limits(),
        };
        let store = Arc::clone(node.store());
        let corrupted = trace_lie(Arc::clone(&store), &input, self.lie)?;
        let Corrupted { leaves, traced } =
            corrupted.ok_or(LyingError::NothingThere(self.lie.kind, self.lie.step))?;
        if traced.boundary == node.boundary(number, slot)? {
            return Err(LyingError::WithoutEffect(self.lie.step));
        }
        let mut steps = StepsBuilder::new(before.hash());
        for leaf in leaves {
            steps.push(leaf)?;
        }

        let mut pending = Pending::new(store);
        for (hash, made) in traced.nodes {
            pending.insert(hash, made);
        }
        for made in traced.codes.into_values() {
            pending.insert_code(made);
        }
        let mut tree = FoldBuilder::new(Height::SLOTS);
        let honest = node.slots(domain.first - 1, domain.last())?;
        for position in 0..self.lie.slot {
            tree.push(honest.tree().leaf(position)?)?;
        }
        let mut boundary = traced.boundary;
        if boundary.hash() == honest.tree().leaf(self.lie.slot)? {
            return Err(LyingError::NoConsequence(self.lie.slot));
        }
        tree.push(boundary.hash())?;
        let mut from = slot + 1;
        for number in number..=domain.last() {
            let block = node.input(number)?;
            for slot in from..=LAST_SLOT {
                let outcome = execute_slot(&mut pending, &boundary, slot, &block, node.limits())?;
                if outcome.effect != Effect::Idle {
                    boundary = outcome.boundary;
                }
                tree.push(boundary.hash())?;
            }
            from = 0;
        }
        let slots = Slots::new(honest.start(), tree.finish()?);
        let boundary = boundary.machine();
        Ok(Claimed { slots: Arc::new(slots), steps: Arc::new(steps.finish()?), boundary })
    }

    /// A claim that differs from the honest one in its commitments alone.
    fn pretend(&self, domain: Domain) -> Result<Claimed, LyingError> {
        let honest = self.honest.slots(domain).map_err(LyingError::Unknown)?;
        let steps = self.honest.steps(domain, self.lie.slot).map_err(LyingError::Unknown)?;
        let end = self.honest.boundary(domain.last()).map_err(LyingError::Unknown)?;
        let liar = Liar::new(self.lie, end);
        Ok(Claimed {
            slots: Arc::new(liar.slots(&honest)?),
            steps: Arc::new(liar.steps(self.lie.slot, &steps)?),
            boundary: liar.boundary(),
        })
    }
}

impl Honest for LyingExecution {
    fn boundary(&self, block: u64) -> Known<Machine> {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        match claimed.iter().find(|(domain, _)| domain.last() == block) {
            Some((_, claimed)) => Ok(claimed.boundary.clone()),
            None => self.honest.boundary(block),
        }
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        let claimed = self.claimed(domain).ok_or(Need::Slots(domain))?;
        Ok(claimed.slots)
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        let claimed = self.claimed(domain).ok_or(Need::Slots(domain))?;
        if slot == self.lie.slot { Ok(claimed.steps) } else { self.honest.steps(domain, slot) }
    }
}

#[async_trait]
impl Evidence for LyingExecution {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        let domain = match need {
            Need::Slots(domain) => domain,
            Need::Steps(domain, slot) if slot == self.lie.slot => domain,
            need => return self.honest.gather(need).await,
        };
        if !self.lie.kind.is_executed() {
            self.honest.gather(Need::Slots(domain)).await?;
            self.honest.gather(Need::Steps(domain, self.lie.slot)).await?;
        }
        self.lie(domain).map_err(|error| EvidenceError::Failed(Box::new(error)))
    }
}

#[async_trait]
impl StepProver for LyingExecution {
    /// A liar has nothing to prove with.
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        Err(EvidenceError::NotYet(Need::Steps(transition.domain, transition.slot)))
    }
}
