//! A liar on top of an honest history: right up to one step, wrong there, and executed on from where the lie leads.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::{B256, Bytes, keccak256};
use async_trait::async_trait;
use thiserror::Error;

use super::{
    Corrupted, Lie, LieKind,
    forgery::{forge, made, miscopied},
    trace_lie,
};
use crate::{
    authenticated::mpt::MptError,
    commitment::{Fold, FoldBuilder, FoldError, Height, SLOTS_PER_BLOCK, Slots, Steps},
    dispute::{
        domain::Domain,
        honest::{Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition},
    },
    execute::{
        block::{Effect, LAST_SLOT, execute_slot},
        error::ExecuteError,
    },
    machine::{SlotInput, TraceError, groups::Machine},
    node::{Node, NodeError, evidence::Execution, history::History},
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
    /// A trie could not be changed.
    #[error(transparent)]
    Trie(#[from] MptError),
    /// No opcode of that step leaves what the lie changes.
    #[error("step {1} leaves nothing for a lie of kind {0}")]
    NothingThere(LieKind, u32),
    /// The lie changes nothing that outlives its slot, so that the claim would be the honest one.
    #[error("the lie has no consequence beyond slot {0}")]
    NoConsequence(u32),
    /// The honest execution does not know what the lie is about.
    #[error("{0} is not known")]
    Unknown(Need),
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
#[derive(Debug)]
pub struct LyingExecution<H = Node> {
    honest: Execution<H>,
    lie: Lie,
    claimed: Arc<Mutex<BTreeMap<Domain, Claimed>>>,
}

impl<H> Clone for LyingExecution<H> {
    fn clone(&self) -> Self {
        let Self { honest, lie, claimed } = self;
        Self { honest: honest.clone(), lie: *lie, claimed: Arc::clone(claimed) }
    }
}

impl<H: History> LyingExecution<H> {
    /// Lies once on top of `honest`.
    #[must_use]
    pub fn new(honest: Execution<H>, lie: Lie) -> Self {
        Self { honest, lie, claimed: Arc::default() }
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

    /// Tells the lie and all that follows from it. One that is about the commitments alone needs the honest ones, which
    /// [`Evidence::gather`] makes.
    ///
    /// # Errors
    /// [`LyingError`].
    pub fn lie(&self, domain: Domain) -> Result<(), LyingError> {
        if self.claimed(domain).is_some() {
            return Ok(());
        }
        let claimed = match self.lie.kind {
            LieKind::WrongBoundary => self.misname_end(domain)?,
            LieKind::GarbageTrace => self.scramble(domain)?,
            _ => self.execute(domain)?,
        };
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).insert(domain, claimed);
        Ok(())
    }

    /// The lying slot, and every later one executed from where it leads.
    fn execute(&self, domain: Domain) -> Result<Claimed, LyingError> {
        let (history, lie) = (self.honest.node(), self.lie);
        let outside = || LyingError::OutsideDomain(lie.slot);
        let number = domain.first + u64::from(lie.slot / SLOTS_PER_BLOCK);
        if number > domain.last() {
            return Err(outside());
        }
        let slot = u16::try_from(lie.slot % SLOTS_PER_BLOCK).map_err(|_| outside())?;
        let before = history.before(number, slot)?;
        let mut block = history.input(number)?;
        if lie.kind == LieKind::Element {
            block = miscopied(&block, lie).ok_or(LyingError::NothingThere(lie.kind, lie.step))?;
        }
        let limits = history.limits();
        let input = SlotInput { slot: lie.slot, boundary: &before, block: Some(&block), limits };
        let told = if lie.kind.is_executed() {
            trace_lie(history.source(), &input, lie)?
        } else {
            forge(history.source(), &input, lie)?
        };
        let Corrupted { leaves, traced } =
            told.ok_or(LyingError::NothingThere(lie.kind, lie.step))?;
        let mut steps = FoldBuilder::new(Height::STEPS);
        for leaf in &leaves {
            steps.push(*leaf)?;
        }
        let steps = Steps::new(before.hash(), steps.len(), steps.finish()?);

        let honest = history.slots(domain.first - 1, domain.last())?;
        if traced.boundary.hash() == honest.tree().leaf(lie.slot)? {
            return Err(LyingError::NoConsequence(lie.slot));
        }
        let mut tree = until(honest.tree(), lie.slot)?;
        let mut pending = made(history.source(), &traced);
        let mut boundary = traced.boundary;
        tree.push(boundary.hash())?;
        let (mut from, mut number) = (slot + 1, number);
        loop {
            for slot in from..=LAST_SLOT {
                let outcome = execute_slot(&mut pending, &boundary, slot, &block, limits)?;
                if outcome.effect != Effect::Idle {
                    boundary = outcome.boundary;
                }
                tree.push(boundary.hash())?;
            }
            if number == domain.last() {
                break;
            }
            (from, number) = (0, number + 1);
            block = history.input(number)?;
        }
        let slots = Slots::new(honest.start(), tree.finish()?);
        let boundary = boundary.machine();
        Ok(Claimed { slots: Arc::new(slots), steps: Arc::new(steps), boundary })
    }

    /// The trace is right, and the boundary that goes with it another.
    fn misname_end(&self, domain: Domain) -> Result<Claimed, LyingError> {
        let (slots, steps) = self.commitments(domain)?;
        let end = self.honest.boundary(domain.last()).map_err(LyingError::Unknown)?;
        let boundary = Machine { state_root: keccak256(end.state_root), ..end };
        Ok(Claimed { slots, steps, boundary })
    }

    /// From the lie's step on the trace consists of hashes of nothing, up to the right boundary.
    fn scramble(&self, domain: Domain) -> Result<Claimed, LyingError> {
        let Lie { slot, step, .. } = self.lie;
        let (slots, steps) = self.commitments(domain)?;
        let boundary = self.honest.boundary(domain.last()).map_err(LyingError::Unknown)?;
        let garbage = keccak256(slots.tree().leaf(slot)?);

        let mut garbled = until(slots.tree(), slot)?;
        garbled.repeat(garbage, Height::SLOTS.leaves() - 1 - slot)?;
        garbled.push(slots.boundary())?;
        let steps = leap(&steps, step, garbage)?;
        let slots = Slots::new(slots.start(), garbled.finish()?);
        Ok(Claimed { slots: Arc::new(slots), steps: Arc::new(steps), boundary })
    }

    /// The honest commitments.
    fn commitments(&self, domain: Domain) -> Result<(Arc<Slots>, Arc<Steps>), LyingError> {
        let slots = self.honest.slots(domain).map_err(LyingError::Unknown)?;
        let steps = self.honest.steps(domain, self.lie.slot).map_err(LyingError::Unknown)?;
        Ok((slots, steps))
    }
}

/// A step commitment that is `honest` up to step `step`, which leads at once to `last`.
///
/// # Errors
/// [`FoldError`] for a step that the tree does not have.
pub fn leap(honest: &Steps, step: u32, last: B256) -> Result<Steps, FoldError> {
    let mut leaves = until(honest.tree(), step)?;
    leaves.push(last)?;
    Ok(Steps::new(honest.start(), honest.taken(), leaves.finish()?))
}

/// The leaves of `honest` before `place`.
fn until(honest: &Fold, place: u32) -> Result<FoldBuilder, FoldError> {
    let mut builder = FoldBuilder::new(honest.height());
    for (leaf, count) in honest.runs() {
        builder.repeat(leaf, count.min(place - builder.len()))?;
    }
    Ok(builder)
}

impl<H: History> Honest for LyingExecution<H> {
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
impl<H: History> Evidence for LyingExecution<H> {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        let domain = match need {
            Need::Slots(domain) => domain,
            Need::Steps(domain, slot) if slot == self.lie.slot => domain,
            need => return self.honest.gather(need).await,
        };
        if matches!(self.lie.kind, LieKind::WrongBoundary | LieKind::GarbageTrace) {
            self.honest.gather(Need::Slots(domain)).await?;
            self.honest.gather(Need::Steps(domain, self.lie.slot)).await?;
        }
        self.lie(domain).map_err(|error| EvidenceError::Failed(Box::new(error)))
    }
}

#[async_trait]
impl<H: History> StepProver for LyingExecution<H> {
    /// A liar has nothing to prove with.
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        Err(EvidenceError::NotYet(Need::Steps(transition.domain, transition.slot)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::commitment::StepsBuilder;

    #[test]
    fn a_leap_agrees_up_to_its_step_and_ends_where_it_is_told_to() {
        let state = |k: u32| keccak256(k.to_be_bytes());
        let mut honest = StepsBuilder::new(state(0));
        for k in 1..=100 {
            honest.push(state(k)).unwrap();
        }
        let honest = honest.finish().unwrap();
        let end = keccak256("end");
        let forged = leap(&honest, 40, end).unwrap();
        assert_eq!(forged.start(), honest.start());
        assert_eq!(forged.before(40).unwrap(), honest.before(40).unwrap());
        assert_eq!((forged.before(41).unwrap(), forged.boundary()), (end, end));
        assert_ne!(forged.tree().root(), leap(&honest, 41, end).unwrap().tree().root());
        assert!(leap(&honest, Height::STEPS.leaves(), end).is_err(), "no such step");
    }
}
