//! The tracer against execution on the second scenario, where everything fails that can.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use support::scenario::{BLOCKS, block, genesis};
use surety_engine::{
    execute::{block::execute_slot, boundary::Boundary, pending::Pending},
    machine::{Leaves, SlotInput, trace_slot},
    rules::limits::Limits,
};

#[test]
fn every_slot_of_the_scenario_leads_to_its_boundary() {
    let (genesis, memory) = genesis();
    let mut pending = Pending::new(memory);
    let mut boundary = Boundary::genesis(&genesis);
    for number in 1..=BLOCKS {
        let fixture = block(number);
        let block = fixture.input();
        let entries = u16::try_from(fixture.entries.len()).unwrap();
        for slot in (0..=entries + 1).chain([1023]) {
            let input = SlotInput {
                slot: slot.into(),
                boundary: &boundary,
                block: Some(&block),
                limits: &Limits::SURETY,
            };
            let mut leaves = Leaves::default();
            let name = match slot.checked_sub(1).and_then(|at| fixture.entries.get(usize::from(at)))
            {
                Some(entry) => entry.name.clone(),
                None => format!("slot {slot}"),
            };
            let traced = trace_slot(&pending, &input, &mut leaves)
                .unwrap_or_else(|error| panic!("block {number}, {name}: {error}"));
            let executed =
                execute_slot(&mut pending, &boundary, slot, &block, &Limits::SURETY).unwrap();
            assert_eq!(traced.boundary, executed.boundary, "block {number}, {name}");
            boundary = executed.boundary;
        }
        assert_eq!(boundary.block.head_hash, fixture.block_hash);
    }
}
