//! Mainnet block 23587691 executed as a Surety block, from its committed witness alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use alloy_primitives::{Address, B256, Bytes};
use surety_engine::{
    authenticated::{
        account,
        source::{CodeSource, NodeSource, SourceError},
    },
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, Effect, execute_block, execute_slot},
        boundary::Boundary,
        error::ExecuteError,
        pending::Pending,
        receipts::ethereum_receipts_root,
    },
    machine::groups::Record,
    rules::limits::Limits,
    state::witness::BlockWitness,
};

use support::mainnet::{FEE_RECIPIENT, MAINNET_STATE_ROOT, as_mainnet, as_surety, witness};

#[derive(Clone, Debug)]
struct Source(BlockWitness);

impl NodeSource for Source {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.0.nodes.node(hash)
    }
}

impl CodeSource for Source {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.0.codes.code(hash)
    }
}

fn execute(source: Source, (parent, input): (Boundary, BlockInput)) -> BlockOutcome {
    execute_block(&mut Pending::new(source), &parent, &input, &Limits::SURETY).unwrap()
}

#[test]
fn as_a_surety_block_every_entry_runs_as_on_mainnet() {
    let witness = witness();
    let outcome = execute(Source(witness.clone()), as_surety(&witness));
    assert_eq!(outcome.skipped().count(), 0);
    assert_eq!(outcome.executed().count(), 40);
    assert_eq!(outcome.header.gas_used, 1_429_580);
    assert_eq!(ethereum_receipts_root(outcome.executed()), witness.header.receipts_root);
    assert_eq!(outcome.header.base_fee_per_gas, witness.header.base_fee_per_gas);
    assert_eq!(outcome.header.timestamp, witness.header.timestamp);
    assert_eq!(outcome.header.parent_hash, witness.header.parent_hash);
    // the message root is not mainnet's beacon root, and no withdrawal is credited
    assert_ne!(outcome.header.state_root, MAINNET_STATE_ROOT);
}

#[test]
fn in_mainnets_environment_the_state_root_is_mainnets() {
    let witness = witness();
    let outcome = execute(Source(witness.clone()), as_mainnet(&witness));
    assert_eq!(outcome.executed().count(), 40);
    assert_eq!(outcome.boundary.state_root, MAINNET_STATE_ROOT);
    assert_eq!(outcome.boundary.state_root, witness.header.state_root);
    assert_eq!(ethereum_receipts_root(outcome.executed()), witness.header.receipts_root);
}

#[test]
fn slots_and_leaves_cover_the_block() {
    let witness = witness();
    let outcome = execute(Source(witness.clone()), as_surety(&witness));
    assert_eq!(outcome.slots.len(), 42);
    assert_eq!(outcome.slots[0].effect, Effect::Begun);
    let leaves: Vec<(B256, u32)> = outcome.leaves().collect();
    assert_eq!(leaves.iter().map(|leaf| leaf.1).sum::<u32>(), 1024);
    // the last entry's boundary fills the idle slots 41..=1022
    assert_eq!((leaves[39].1, leaves[40].1, leaves[41].1), (1, 983, 1));
    assert_eq!(leaves[41].0, outcome.boundary.hash());
    let block = &outcome.boundary.block;
    assert_eq!(block.head_hash, outcome.header.hash_slow());
    assert!(!block.open);
}

#[test]
fn slot_by_slot_is_the_same_as_at_once() {
    let witness = witness();
    let (parent, input) = as_surety(&witness);
    let whole = execute(Source(witness.clone()), (parent.clone(), input.clone()));
    let mut pending = Pending::new(Source(witness));
    let mut boundary = parent;
    for expected in &whole.slots {
        let slot =
            execute_slot(&mut pending, &boundary, expected.slot, &input, &Limits::SURETY).unwrap();
        assert_eq!(&slot, expected);
        boundary = slot.boundary;
    }
    assert_eq!(boundary, whole.boundary);
}

#[test]
fn t38_whatever_node_or_code_is_missing_the_answer_is_unknown() {
    let witness = witness();
    let block = as_surety(&witness);
    let whole = execute(Source(witness.clone()), block.clone());
    let (mut needed_nodes, mut needed_codes) = (0, 0);
    // every seventh node keeps this short
    for hash in witness.nodes.keys().step_by(7) {
        let mut without = witness.clone();
        without.nodes.remove(hash);
        needed_nodes += check_unknown_or_same(without, &block, &whole);
    }
    for hash in witness.codes.keys() {
        let mut without = witness.clone();
        without.codes.remove(hash);
        needed_codes += check_unknown_or_same(without, &block, &whole);
    }
    assert!(needed_nodes > 80, "{needed_nodes}");
    assert!(needed_codes > 10, "{needed_codes}");
}

fn check_unknown_or_same(
    witness: BlockWitness,
    (parent, input): &(Boundary, BlockInput),
    whole: &BlockOutcome,
) -> usize {
    match execute_block(&mut Pending::new(Source(witness)), parent, input, &Limits::SURETY) {
        Ok(outcome) => {
            assert_eq!(&outcome, whole);
            0
        }
        Err(error) => {
            assert!(error.is_unknown(), "{error}");
            1
        }
    }
}

#[test]
fn t38_another_time_or_fee_recipient_ends_in_a_missing_node() {
    let witness = witness();
    let (parent, input) = as_surety(&witness);
    for record in [
        Record { timestamp: 1_760_586_996, ..input.record().clone() },
        Record { fee_recipient: Address::repeat_byte(0x33), ..input.record().clone() },
    ] {
        let other = BlockInput::new(record, input.batch().clone(), Vec::new()).unwrap();
        let mut pending = Pending::new(Source(witness.clone()));
        let error = execute_block(&mut pending, &parent, &other, &Limits::SURETY).unwrap_err();
        assert!(matches!(error, ExecuteError::State(_)) && error.is_unknown(), "{error}");
    }
}

#[test]
fn what_is_made_is_enough_to_go_on_from() {
    let witness = witness();
    let (parent, input) = as_surety(&witness);
    let mut pending = Pending::new(Source(witness.clone()));
    let outcome = execute_block(&mut pending, &parent, &input, &Limits::SURETY).unwrap();
    let (nodes, codes) = pending.take();
    assert!(codes.is_empty());
    let mut kept = witness;
    kept.nodes.extend(nodes);
    let root = outcome.boundary.state_root;
    let paid = account::read(&kept.nodes, root, FEE_RECIPIENT).unwrap().unwrap();
    let before = account::read(&kept.nodes, parent.state_root, FEE_RECIPIENT).unwrap();
    assert!(paid.balance > before.unwrap_or_default().balance);
}
