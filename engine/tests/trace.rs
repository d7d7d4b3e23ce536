//! The tracer against revm: a mainnet block, slot by slot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;

use surety_engine::{
    conformance::SuretyBlock,
    machine::{Leaves, SlotInput, prove_step, trace_slot},
    state::witness::BlockWitness,
};

fn witness() -> BlockWitness {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/blocks");
    BlockWitness::read(fixtures.join("mainnet-23587691-witness.json.xz")).unwrap()
}

#[test]
fn every_slot_of_a_mainnet_block_leads_to_its_boundary() {
    let witness = witness();
    let block = SuretyBlock::new(&witness).unwrap();
    let (outcome, pending) = block.execute(&witness).unwrap();
    let mut boundary = block.parent.clone();
    let mut steps = 0;
    let start = std::time::Instant::now();
    for slot in &outcome.slots {
        let input = SlotInput {
            slot: slot.slot.into(),
            boundary: &boundary,
            block: Some(&block.input),
            limits: &block.limits,
        };
        let mut leaves = Leaves::default();
        let traced = trace_slot(&pending, &input, &mut leaves).unwrap();
        assert_eq!(traced.boundary, slot.boundary, "slot {}", slot.slot);
        assert_eq!(leaves.0.len(), traced.steps as usize);
        assert_eq!(leaves.0.last(), Some(&slot.boundary.hash()));
        steps += traced.steps;
        boundary = traced.boundary;
    }
    println!("{steps} steps in {:?}", start.elapsed());
    assert_eq!(boundary, outcome.boundary);
    assert!(steps > 16_448, "one step for each opcode at least");
}

#[test]
fn steps_beyond_the_end_are_fixed_points() {
    let witness = witness();
    let block = SuretyBlock::new(&witness).unwrap();
    let (outcome, pending) = block.execute(&witness).unwrap();
    let boundary = &outcome.slots[40].boundary;
    let input = SlotInput { slot: 41, boundary, block: Some(&block.input), limits: &block.limits };
    for step in [0, 1, 77] {
        let (_, proof) = prove_step(&pending, &input, step).unwrap();
        assert_eq!((proof.pre, proof.post), (boundary.hash(), boundary.hash()));
        assert_eq!(proof.context.step, step);
    }
}
