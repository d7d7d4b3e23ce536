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

/// Hashes of the blocks' records, the first after genesis; they grow as batches are appended.
#[derive(Clone, Debug, Default)]
pub struct Records {
    pub hashes: Arc<Mutex<Vec<B256>>>,
    /// Places at which claims after the first begin: a slot's number in its claim is part of what it does.
    pub claims: Vec<usize>,
}

impl Records {
    fn get(&self, index: u32) -> Option<B256> {
        self.hashes.lock().unwrap().get(index as usize).copied()
    }

    fn len(&self) -> u32 {
        self.hashes.lock().unwrap().len() as u32
    }

    /// The number of a slot in its claim.
    fn in_claim(&self, slot: u32) -> u32 {
        let starts = self.claims.iter().map(|start| 1024 * *start as u32);
        slot - starts.filter(|start| *start <= slot).max().unwrap_or(0)
    }
}

/// The history of a toy rollup, as somebody tells it.
#[derive(Clone, Debug)]
pub struct Toy {
    pub genesis: B256,
    pub records: Records,
    /// Slots count from the first block after genesis.
    pub twist: Option<Twist>,
}

impl Toy {
    fn next(&self, slot: u32, step: u32, core: B256) -> B256 {
        let record = self.records.get(slot / 1024);
        let honest = match record {
            Some(record) if slot % 1024 < ACTIVE_SLOTS && step < STEPS => {
                let slot = U256::from(self.records.in_claim(slot));
                keccak256((record, slot, U256::from(step), core).abi_encode())
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
        let cores = self.cores(self.records.len());
        cores.iter().rev().find(|(at, _)| *at < slot).map_or(self.genesis, |(_, core)| *core)
    }

    /// The first slot of a domain, counted from genesis.
    fn offset(domain: Domain) -> u32 {
        (domain.first - GENESIS - 1) as u32 * 1024
    }

    /// The core at the boundary after `block`; a lie in the slots beyond the last one is part of its claim too.
    pub fn core_at(&self, block: u64) -> B256 {
        let blocks = (block - GENESIS) as u32;
        let slot = if blocks == self.records.len() { u32::MAX } else { 1024 * blocks };
        self.before(slot)
    }

    fn slots_of(&self, domain: Domain) -> Slots {
        let (offset, start) = (Self::offset(domain), self.core_at(domain.first - 1));
        let cores = self.cores(self.records.len());
        let beyond = 1024 * self.records.len();
        let inside = cores.iter().filter(|(slot, _)| {
            *slot >= offset && (*slot < offset + u32::from(domain.blocks) * 1024 || *slot >= beyond)
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

/// Somebody's execution of the toy rollup, honest or twisted.
#[derive(Clone, Debug)]
pub struct Execution {
    pub toy: Toy,
    /// A step at which its step commitments are wrong, though they end where the honest ones do.
    pub sham: Option<u32>,
    /// What was gathered: nothing else is known.
    pub known: Arc<Mutex<BTreeSet<Need>>>,
}

impl Execution {
    pub fn honest(genesis: B256, records: &Records) -> Self {
        let toy = Toy { genesis, records: records.clone(), twist: None };
        Self { toy, sham: None, known: Arc::default() }
    }

    pub fn twisted(genesis: B256, records: &Records, twist: Twist) -> Self {
        let toy = Toy { genesis, records: records.clone(), twist: Some(twist) };
        Self { toy, sham: None, known: Arc::default() }
    }

    /// Honest but for what it says of the steps in a disputed slot.
    pub fn sham(genesis: B256, records: &Records, step: u32) -> Self {
        Self { sham: Some(step), ..Self::honest(genesis, records) }
    }

    fn require(&self, need: Need) -> Known<()> {
        if self.known.lock().unwrap().contains(&need) { Ok(()) } else { Err(need) }
    }

    pub fn lies(&self) -> bool {
        self.toy.twist.is_some() || self.sham.is_some()
    }
}

impl Honest for Execution {
    fn boundary(&self, block: u64) -> Known<Machine> {
        self.require(Need::Boundary(block))?;
        Ok(boundary(self.toy.core_at(block)))
    }

    fn slots(&self, domain: Domain) -> Known<Arc<Slots>> {
        self.require(Need::Slots(domain))?;
        Ok(Arc::new(self.toy.slots_of(domain)))
    }

    fn steps(&self, domain: Domain, slot: u32) -> Known<Arc<Steps>> {
        self.require(Need::Steps(domain, slot))?;
        let honest = self.toy.steps_of(domain, slot);
        Ok(Arc::new(match self.sham {
            Some(step) => {
                let leaf = |at| honest.tree().leaf(at).unwrap();
                let changes: Vec<_> = (0..=STEPS)
                    .map(|at| (at, if at == step { keccak256(leaf(at)) } else { leaf(at) }))
                    .collect();
                let tree = tree(Height::STEPS, honest.start(), &changes);
                Steps::new(honest.start(), STEPS, tree)
            }
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
