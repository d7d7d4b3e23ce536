//! The tracer against revm: a mainnet block, slot by slot.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::Path;

use alloy_primitives::U256;
use revm::{
    Database, Inspector,
    handler::MainnetContext,
    interpreter::{CallInputs, CallOutcome, Interpreter},
};
use surety_engine::{
    conformance::SuretyBlock,
    execute::block::{Effect, SlotOutcome},
    machine::{Divergence, Leaves, SlotInput, TraceError, prove_step, trace_slot, trace_slot_with},
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

/// What a meddler does to revm behind the tracer's back.
#[derive(Clone, Copy)]
enum Meddling {
    /// Gives the top frame gas when it begins.
    Gas,
    /// Gives it an item to start with.
    Stack,
    /// Gives the caller ether when the top frame ends.
    Balance,
    /// Says that it has failed.
    Status,
}

impl<DB: Database> Inspector<MainnetContext<DB>> for Meddling {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, _: &mut MainnetContext<DB>) {
        match self {
            Self::Gas => interpreter.gas.erase_cost(1),
            Self::Stack => assert!(interpreter.stack.push(U256::ZERO)),
            Self::Balance | Self::Status => {}
        }
    }

    fn call_end(
        &mut self,
        context: &mut MainnetContext<DB>,
        inputs: &CallInputs,
        outcome: &mut CallOutcome,
    ) {
        // the top frame alone
        if context.journaled_state.depth > 0 {
            return;
        }
        match self {
            Self::Balance => {
                let account = context.journaled_state.state.get_mut(&inputs.caller);
                account.unwrap().info.balance += U256::from(1);
            }
            Self::Status => {
                outcome.result.result = revm::interpreter::InstructionResult::Revert;
            }
            Self::Gas | Self::Stack => {}
        }
    }
}

#[test]
fn what_revm_does_behind_the_tracers_back_is_an_error() {
    let witness = witness();
    let block = SuretyBlock::new(&witness).unwrap();
    let (outcome, pending) = block.execute(&witness).unwrap();
    // a transaction that calls a contract
    let place = outcome.slots.iter().position(|slot| gas_used(slot) > 40_000).unwrap();
    let before = &outcome.slots[place - 1].boundary;
    let input = SlotInput {
        slot: outcome.slots[place].slot.into(),
        boundary: before,
        block: Some(&block.input),
        limits: &block.limits,
    };
    let cases = [
        (Meddling::Gas, Divergence::Frame),
        (Meddling::Stack, Divergence::Frame),
        (Meddling::Balance, Divergence::StateRoot),
        (Meddling::Status, Divergence::Logs),
    ];
    for (meddling, expected) in cases {
        let result = trace_slot_with(&pending, &input, Leaves::default(), meddling);
        match result {
            Err(TraceError::Diverged { about, .. }) => assert_eq!(about, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

/// Gas of a transaction that succeeded.
fn gas_used(slot: &SlotOutcome) -> u64 {
    match &slot.effect {
        Effect::Executed(executed) if executed.status => executed.gas_used,
        _ => 0,
    }
}

#[test]
fn a_missing_node_or_code_is_unknown() {
    let whole = witness();
    let block = SuretyBlock::new(&whole).unwrap();
    let input = SlotInput {
        slot: 0,
        boundary: &block.parent,
        block: Some(&block.input),
        limits: &block.limits,
    };
    let traced = trace_slot(&whole, &input, Leaves::default()).unwrap();
    assert!(traced.steps > 10);
    let mut without_codes = whole.clone();
    without_codes.codes.clear();
    let mut without_root = whole.clone();
    without_root.nodes.remove(&whole.parent_state_root);
    for witness in [without_codes, without_root] {
        assert!(trace_slot(&witness, &input, Leaves::default()).is_err());
    }
}
