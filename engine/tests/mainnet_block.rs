//! Mainnet block 23587691 executed as a Surety block, from its committed witness alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, keccak256};
use surety_engine::{
    authenticated::{
        account,
        source::{CodeSource, NodeSource, SourceError},
    },
    derive::{
        BlockInput, batch,
        deposits::{Deposit, pack},
    },
    execute::{
        block::{BlockOutcome, Effect, execute_block, execute_slot},
        boundary::{Boundary, Genesis},
        error::ExecuteError,
        pending::Pending,
        receipts::ethereum_receipts_root,
    },
    machine::groups::Record,
    rules::limits::Limits,
    state::witness::BlockWitness,
};

const FEE_RECIPIENT: Address = address!("0x7e2a2fa2a064f693f0a55c5639476d913ff12d05");
const PARENT_HASH: B256 =
    b256!("0x149e213219b83fc61891ed608d40b2ac06cf8d276b8bf6f864e70eda20c95a2b");
const MAINNET_STATE_ROOT: B256 =
    b256!("0xbc9739571d28afc0a1ae21d7f1869b84cd0eb648db01457dd80a7be1de718287");

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

fn witness() -> BlockWitness {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/blocks");
    BlockWitness::read(fixtures.join("mainnet-23587691-witness.json.xz")).unwrap()
}

fn genesis(witness: &BlockWitness) -> Genesis {
    Genesis {
        chain_id: 1,
        number: 23_587_690,
        hash: PARENT_HASH,
        state_root: witness.parent_state_root,
        timestamp: 1_760_586_983,
        base_fee: U256::from(136_347_964),
        gas_limit: 12_000_000,
        gas_used: 6_000_000,
    }
}

fn input(witness: &BlockWitness, context: Record, deposits: Vec<Deposit>) -> BlockInput {
    let batch = Bytes::from(batch::encode(&witness.transactions).unwrap());
    let slice = batch::slice(&batch).unwrap();
    let record = Record {
        number: 23_587_691,
        timestamp: 1_760_586_995,
        fee_recipient: FEE_RECIPIENT,
        batch_root: slice.root,
        batch_length: slice.length,
        deposits_hash: keccak256(pack(&deposits)),
        deposit_count: u8::try_from(deposits.len()).unwrap(),
        ..context
    };
    BlockInput::new(record, batch, deposits).unwrap()
}

/// The block as the demo appends it: randomness and message root are the Inbox's own.
fn as_surety(witness: &BlockWitness) -> (Boundary, BlockInput) {
    let context = Record {
        prev_randao: keccak256("randomness of an L1 block"),
        l1_message_root: keccak256("message root"),
        ..Record::default()
    };
    (Boundary::genesis(&genesis(witness)), input(witness, context, Vec::new()))
}

/// The block in mainnet's own environment, its withdrawals as deposits.
fn as_mainnet(witness: &BlockWitness) -> (Boundary, BlockInput) {
    let header = &witness.header;
    let genesis = Genesis {
        gas_limit: header.gas_limit,
        gas_used: header.gas_limit / 2,
        base_fee: U256::from(header.base_fee_per_gas.unwrap()),
        ..genesis(witness)
    };
    let context = Record {
        prev_randao: header.mix_hash,
        l1_message_root: header.parent_beacon_block_root.unwrap(),
        ..Record::default()
    };
    let deposits = witness
        .withdrawals
        .iter()
        .map(|it| Deposit { index: it.index, account: it.address, amount: it.amount })
        .collect();
    (Boundary::genesis(&genesis), input(witness, context, deposits))
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
