//! The toy machine of `contracts/test/support/ToyMachine.sol`: one word of state, three active slots a block, five steps
//! a slot. Everything else is a fixed point.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::SolValue;
use async_trait::async_trait;
use surety_engine::commitment::{Fold, FoldBuilder, Height, Slots, Steps};
use surety_engine::dispute::domain::Domain;
use surety_engine::dispute::honest::{
    Evidence, EvidenceError, Honest, Known, Need, StepProver, Transition,
};
use surety_engine::fault::{Liar, Lie, LieKind};
use surety_engine::machine::groups::Machine;

use super::deploy::GENESIS;

const ACTIVE_SLOTS: u32 = 3;
const STEPS: u32 = 5;

/// The Machine group whose roots are `core`.
pub fn boundary(core: B256) -> Machine {
    Machine { block_hash: core, state_root: core, ..Machine::default() }
}

/// A lie that the toy machine itself tells: the state after one step is another one, and what follows follows from it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Twist {
    pub slot: u32,
    pub step: u32,
    pub salt: u64,
}

/// The history of a toy rollup, as somebody tells it.
#[derive(Clone, Debug)]
pub struct Toy {
    pub genesis: B256,
    /// Hashes of the blocks' records, the first after genesis.
    pub records: Vec<B256>,
    /// Slots count from the first block after genesis.
    pub twist: Option<Twist>,
}

impl Toy {
    fn next(&self, slot: u32, step: u32, core: B256) -> B256 {
        let record = self.records.get((slot / 1024) as usize);
        let honest = match record {
            Some(record) if slot % 1024 < ACTIVE_SLOTS && step < STEPS => {
                keccak256((*record, U256::from(slot), U256::from(step), core).abi_encode())
            }
            _ => core,
        };
        match self.twist {
            Some(twist) if twist.slot == slot && twist.step == step => {
                keccak256((honest, U256::from(twist.salt)).abi_encode())
            }
            _ => honest,
        }
    }

    /// Steps of a slot at which the state can change.
    fn active_steps(&self, slot: u32) -> BTreeSet<u32> {
        let mut steps: BTreeSet<u32> = (0..STEPS).collect();
        steps.extend(self.twist.filter(|twist| twist.slot == slot).map(|twist| twist.step));
        steps
    }

    fn after_slot(&self, slot: u32, core: B256) -> B256 {
        self.active_steps(slot).into_iter().fold(core, |core, step| self.next(slot, step, core))
    }

    /// The states after the slots of the first `blocks` blocks at which it can change, and beyond them a lie's.
    fn cores(&self, blocks: u32) -> Vec<(u32, B256)> {
        let mut slots: BTreeSet<u32> = (0..blocks)
            .flat_map(|block| (0..ACTIVE_SLOTS).map(move |slot| 1024 * block + slot))
            .collect();
        slots.extend(self.twist.map(|twist| twist.slot));
        let mut core = self.genesis;
        slots
            .into_iter()
            .map(|slot| {
                core = self.after_slot(slot, core);
                (slot, core)
            })
            .collect()
    }

    fn before(&self, slot: u32) -> B256 {
        let cores = self.cores(self.records.len() as u32);
        cores.iter().rev().find(|(at, _)| *at < slot).map_or(self.genesis, |(_, core)| *core)
    }

    /// The first slot of a domain, counted from genesis.
    fn offset(domain: Domain) -> u32 {
        (domain.first - GENESIS - 1) as u32 * 1024
    }

    /// The core at the boundary after `block`; a lie in the slots beyond the last one is part of its claim too.
    fn core_at(&self, block: u64) -> B256 {
        let blocks = (block - GENESIS) as u32;
        let slot = if blocks as usize == self.records.len() { u32::MAX } else { 1024 * blocks };
        self.before(slot)
    }

    fn slots_of(&self, domain: Domain) -> Slots {
        let (offset, start) = (Self::offset(domain), self.core_at(domain.first - 1));
        let cores = self.cores(self.records.len() as u32);
        let inside = cores.iter().filter(|(slot, _)| {
            *slot >= offset && *slot < offset + u32::from(domain.blocks) * 1024
                || self.twist.is_some_and(|twist| twist.slot == *slot && *slot >= offset)
        });
        let changes: Vec<_> =
            inside.map(|(slot, core)| (slot - offset, boundary(*core).hash())).collect();
        Slots::new(boundary(start).hash(), tree(Height::SLOTS, boundary(start).hash(), &changes))
    }

    fn steps_of(&self, domain: Domain, slot: u32) -> Steps {
        let slot = Self::offset(domain) + slot;
        let start = self.before(slot);
        let mut core = start;
        let changes: Vec<_> = self
            .active_steps(slot)
            .into_iter()
            .map(|step| {
                core = self.next(slot, step, core);
                (step, boundary(core).hash())
            })
            .collect();
        let tree = tree(Height::STEPS, boundary(start).hash(), &changes);
        Steps::new(boundary(start).hash(), STEPS, tree)
    }
}

/// The tree that begins with `start` and changes at the given leaves.
fn tree(height: Height, start: B256, changes: &[(u32, B256)]) -> Fold {
    let mut builder = FoldBuilder::new(height);
    let mut last = start;
    for &(at, leaf) in changes {
        builder.repeat(last, at - builder.len()).unwrap();
        builder.push(leaf).unwrap();
        last = leaf;
    }
    if builder.is_empty() {
        builder.push(start).unwrap();
    }
    builder.finish().unwrap()
}

/// Somebody's execution of the toy rollup: honest, twisted, or a liar's commitments over honest ones.
#[derive(Clone, Debug)]
pub struct Execution {
    pub toy: Toy,
    pub lie: Option<Lie>,
    /// What was gathered: nothing else is known.
    pub known: Arc<Mutex<BTreeSet<Need>>>,
}

impl Execution {
    pub fn honest(genesis: B256, records: &[B256]) -> Self {
        let toy = Toy { genesis, records: records.to_vec(), twist: None };
        Self { toy, lie: None, known: Arc::default() }
    }

    pub fn twisted(genesis: B256, records: &[B256], twist: Twist) -> Self {
        let toy = Toy { genesis, records: records.to_vec(), twist: Some(twist) };
        Self { toy, lie: None, known: Arc::default() }
    }

    pub fn lying(genesis: B256, records: &[B256], lie: Lie) -> Self {
        Self { lie: Some(lie), ..Self::honest(genesis, records) }
    }

    fn require(&self, need: Need) -> Known<()> {
        if self.known.lock().unwrap().contains(&need) { Ok(()) } else { Err(need) }
    }

    fn end(&self) -> u64 {
        GENESIS + self.toy.records.len() as u64
    }

    fn liar(&self, lie: Lie) -> Liar {
        Liar::new(lie, boundary(self.toy.core_at(self.end())))
    }

    pub fn lies(&self) -> bool {
        self.lie.is_some() || self.toy.twist.is_some()
    }
}

impl Honest for Execution {
    fn boundary(&self, block: u64) -> Known<Machine> {
        self.require(Need::Boundary(block))?;
        let honest = boundary(self.toy.core_at(block));
        Ok(match self.lie {
            Some(lie) if block == self.end() => self.liar(lie).boundary(),
            _ => honest,
        })
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        self.require(Need::Slots(domain))?;
        let honest = self.toy.slots_of(domain);
        Ok(Arc::new(match self.lie {
            Some(lie) => self.liar(lie).slots(&honest).unwrap(),
            None => honest,
        }))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        self.require(Need::Steps(domain, slot))?;
        let honest = self.toy.steps_of(domain, slot);
        Ok(Arc::new(match self.lie {
            Some(lie) => self.liar(lie).steps(slot, &honest).unwrap(),
            None => honest,
        }))
    }
}

#[async_trait]
impl Evidence for Execution {
    async fn gather(&self, need: Need) -> Result<(), EvidenceError> {
        self.known.lock().unwrap().insert(need);
        Ok(())
    }
}

#[async_trait]
impl StepProver for Execution {
    async fn prove_step(&self, transition: Transition) -> Result<Bytes, EvidenceError> {
        if self.lies() {
            // A proof would only show the lie.
            return Err(EvidenceError::NotYet(Need::Steps(transition.domain, transition.slot)));
        }
        let slot = Toy::offset(transition.domain) + transition.slot;
        let start = self.toy.before(slot);
        let core = (0..transition.step.min(STEPS))
            .fold(start, |core, step| self.toy.next(slot, step, core));
        Ok(boundary(core).encode().to_vec().into())
    }
}

/// Whether the liar's claim is no claim of its own: its trace is the honest one.
pub fn same_trace(lie: Lie) -> bool {
    lie.kind == LieKind::WrongBoundary
}
