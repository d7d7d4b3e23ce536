//! Executed blocks in memory.

use std::sync::Arc;

use surety_engine::{
    commitment::{Slots, SlotsBuilder},
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, LAST_SLOT, execute_block},
        boundary::{Boundary, Genesis},
        pending::Pending,
    },
    machine::{SlotInput, StepInfo, StepSink, trace_slot},
    node::{NodeError, history::History},
    rules::limits::Limits,
};

use crate::support::scenario::Memory;

/// A chain of blocks with everything that executing them made.
#[derive(Debug)]
pub struct Blocks {
    memory: Arc<Memory>,
    genesis: Boundary,
    executed: Vec<(BlockInput, BlockOutcome)>,
}

impl Blocks {
    pub fn execute(
        genesis: &Genesis,
        memory: Memory,
        inputs: impl Iterator<Item = BlockInput>,
    ) -> Self {
        let mut pending = Pending::new(memory.clone());
        let genesis = Boundary::genesis(genesis);
        let mut boundary = genesis.clone();
        let mut executed = Vec::new();
        for input in inputs {
            let outcome = execute_block(&mut pending, &boundary, &input, &Limits::SURETY).unwrap();
            boundary = outcome.boundary.clone();
            executed.push((input, outcome));
        }
        let (nodes, codes) = pending.take();
        let mut memory = memory;
        memory.extend(nodes);
        memory.extend(codes);
        Self { memory: Arc::new(memory), genesis, executed }
    }

    fn block(&self, number: u64) -> Result<&(BlockInput, BlockOutcome), NodeError> {
        let index = number.checked_sub(self.genesis.block.number + 1);
        let found = index.and_then(|index| self.executed.get(index as usize));
        found.ok_or(NodeError::Missing { what: "block", number })
    }

    /// What the steps of a slot do.
    pub fn steps(&self, number: u64, slot: u16) -> Vec<StepInfo> {
        let (boundary, block) = (self.before(number, slot).unwrap(), self.input(number).unwrap());
        let input = SlotInput {
            slot: slot.into(),
            boundary: &boundary,
            block: Some(&block),
            limits: self.limits(),
        };
        let mut infos = Infos::default();
        trace_slot(self.source(), &input, &mut infos).unwrap();
        infos.0
    }
}

impl History for Blocks {
    type Source = Arc<Memory>;

    fn source(&self) -> Self::Source {
        Arc::clone(&self.memory)
    }

    fn limits(&self) -> &Limits {
        &Limits::SURETY
    }

    fn sealed(&self, number: u64) -> Result<Boundary, NodeError> {
        if number == self.genesis.block.number {
            return Ok(self.genesis.clone());
        }
        self.boundary(number, LAST_SLOT)
    }

    fn boundary(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        let (_, outcome) = self.block(number)?;
        let last = outcome.slots.iter().rfind(|it| it.slot <= slot).unwrap();
        Ok(last.boundary.clone())
    }

    fn input(&self, number: u64) -> Result<BlockInput, NodeError> {
        Ok(self.block(number)?.0.clone())
    }

    fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError> {
        let mut builder = SlotsBuilder::new(self.sealed(after)?.hash());
        for number in after + 1..=end {
            let hashes: Vec<_> =
                self.block(number)?.1.slots.iter().map(|slot| slot.boundary.hash()).collect();
            let (begin, rest) = hashes.split_first().unwrap();
            let (sealed, entries) = rest.split_last().unwrap();
            builder.push_block(*begin, entries, *sealed)?;
        }
        Ok(builder.finish()?)
    }
}

#[derive(Default)]
struct Infos(Vec<StepInfo>);

impl StepSink for Infos {
    fn step(&mut self, info: &StepInfo, _: alloy_primitives::B256) {
        self.0.push(*info);
    }
}
