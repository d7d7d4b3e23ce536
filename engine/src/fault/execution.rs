//! A liar that really executes its lie: revm is made to give one wrong result, and everything after follows from it.

use std::{
    cell::Cell,
    collections::BTreeMap,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::{B256, Bytes, U256};
use async_trait::async_trait;
use revm::{
    Inspector,
    interpreter::{Interpreter, interpreter::EthInterpreter},
};
use thiserror::Error;

use super::{Lie, LieKind};
use crate::{
    authenticated::source::NodeStore as _,
    commitment::{FoldBuilder, FoldError, Height, SLOTS_PER_BLOCK, Slots, Steps, StepsBuilder},
    dispute::{
        domain::Domain,
        honest::{Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition},
    },
    execute::{
        block::{Effect, LAST_SLOT, execute_slot},
        boundary::Boundary,
        error::ExecuteError,
        pending::Pending,
    },
    machine::{
        Leaves, SlotInput, StepInfo, StepSink, TraceError, groups::Machine, trace_slot_with,
    },
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
    #[error("step {0} leaves nothing to lie about")]
    NothingThere(u32),
    /// The lie's slot is not among the blocks.
    #[error("slot {0} is not among the claim's blocks")]
    OutsideDomain(u32),
}

/// What a liar claims over one domain.
#[derive(Clone, Debug)]
struct Claimed {
    slots: Arc<Slots>,
    steps: Arc<Steps>,
    boundary: Boundary,
}

/// An execution that is honest up to one step of the first domain it is asked about.
#[derive(Debug)]
pub struct LyingExecution {
    honest: Execution,
    lie: Lie,
    claimed: Mutex<BTreeMap<Domain, Claimed>>,
}

impl LyingExecution {
    /// Lies once on top of `honest`.
    #[must_use]
    pub fn new(honest: Execution, lie: Lie) -> Self {
        Self { honest, lie, claimed: Mutex::new(BTreeMap::new()) }
    }

    fn claimed(&self, domain: Domain) -> Option<Claimed> {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.get(&domain).cloned()
    }

    /// Executes the lie and all that follows from it.
    ///
    /// # Errors
    /// [`LyingError`].
    pub fn lie(&self, domain: Domain) -> Result<(), LyingError> {
        if self.claimed(domain).is_some() {
            return Ok(());
        }
        let claimed = self.execute(domain)?;
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
        let at = Rc::new(Cell::new(0));
        let mut leaves = Counted { leaves: Leaves::default(), next: Rc::clone(&at) };
        let mut corruption = Corruption { lie: self.lie, next: at, armed: false, told: false };
        let input = SlotInput {
            slot: self.lie.slot,
            boundary: &before,
            block: Some(&block),
            limits: node.limits(),
        };
        let store = Arc::clone(node.store());
        let traced = trace_slot_with(Arc::clone(&store), &input, &mut leaves, &mut corruption)?;
        if !corruption.told {
            return Err(LyingError::NothingThere(self.lie.step));
        }
        let mut steps = StepsBuilder::new(before.hash());
        for leaf in leaves.leaves.0 {
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
        Ok(Claimed { slots: Arc::new(slots), steps: Arc::new(steps.finish()?), boundary })
    }
}

impl Honest for LyingExecution {
    fn boundary(&self, block: u64) -> Known<Machine> {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        match claimed.iter().find(|(domain, _)| domain.last() == block) {
            Some((_, claimed)) => Ok(claimed.boundary.machine()),
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
        let failed = |error| EvidenceError::Failed(Box::new(error));
        match need {
            Need::Slots(domain) => self.lie(domain).map_err(failed),
            Need::Steps(domain, slot) if slot == self.lie.slot => self.lie(domain).map_err(failed),
            need => self.honest.gather(need).await,
        }
    }
}

#[async_trait]
impl StepProver for LyingExecution {
    /// A liar has nothing to prove with.
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        Err(EvidenceError::NotYet(Need::Steps(transition.domain, transition.slot)))
    }
}

/// Keeps the leaves, and tells the corruption which step comes next.
struct Counted {
    leaves: Leaves,
    next: Rc<Cell<u32>>,
}

impl StepSink for Counted {
    fn step(&mut self, info: &StepInfo, post: B256) {
        self.next.set(info.index + 1);
        self.leaves.step(info, post);
    }
}

/// Changes what one opcode leaves, before the tracer looks.
struct Corruption {
    lie: Lie,
    next: Rc<Cell<u32>>,
    armed: bool,
    told: bool,
}

impl<CTX> Inspector<CTX, EthInterpreter> for Corruption {
    fn step(&mut self, _: &mut Interpreter, _: &mut CTX) {
        self.armed = !self.told && self.next.get() == self.lie.step;
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _: &mut CTX) {
        if !std::mem::take(&mut self.armed) {
            return;
        }
        self.told = match self.lie.kind {
            LieKind::Gas => interpreter.gas.record_regular_cost(1),
            LieKind::Arithmetic => match interpreter.stack.top() {
                Some(top) => {
                    *top ^= U256::ONE;
                    true
                }
                None => false,
            },
            _ => false,
        };
    }
}
