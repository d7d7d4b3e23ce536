//! The second scenario, where everything fails that can, step by step: the tracer against execution, and the compiled
//! verifier against the tracer. The latter needs `forge build`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use support::{
    root,
    scenario::{BLOCKS, block, genesis},
};
use surety_engine::{
    conformance::{Selection, Verifier, check_block},
    execute::{
        block::{execute_block, execute_slot},
        boundary::Boundary,
        pending::Pending,
    },
    machine::{Leaves, SlotInput, trace_slot},
    rules::limits::Limits,
};

#[test]
fn every_slot_leads_to_its_boundary() {
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
            let traced = trace_slot(&pending, &input, &mut Leaves::default())
                .unwrap_or_else(|error| panic!("block {number}, slot {slot}: {error}"));
            let executed =
                execute_slot(&mut pending, &boundary, slot, &block, &Limits::SURETY).unwrap();
            assert_eq!(traced.boundary, executed.boundary, "block {number}, slot {slot}");
            boundary = executed.boundary;
        }
        assert_eq!(boundary.block.head_hash, fixture.block_hash);
    }
}

#[test]
fn the_verifier_repeats_every_step() {
    let (genesis, memory) = genesis();
    let mut pending = Pending::new(memory);
    let mut boundary = Boundary::genesis(&genesis);
    let mut verifier = Verifier::deploy(&root().join("out"), &Limits::SURETY).unwrap();
    let mut steps = 0;
    for number in 1..=BLOCKS {
        let input = block(number).input();
        let outcome = execute_block(&mut pending, &boundary, &input, &Limits::SURETY).unwrap();
        let report = check_block(
            &pending,
            &boundary,
            (&input, &outcome),
            &Limits::SURETY,
            Selection::All,
            &mut verifier,
        )
        .unwrap();
        assert!(report.failures().is_empty(), "block {number}: {:#?}", report.failures());
        steps += report.passed();
        boundary = outcome.boundary;
    }
    println!("steps verified: {steps}");
    assert!(steps > 10_000);
}
