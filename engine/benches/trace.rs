//! Steps a second: of a slot that only computes, and of a mainnet block.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{hint::black_box, path::Path};

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::{eip2718::Encodable2718, eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE},
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, hex, keccak256, map::B256Map};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use surety_engine::{
    authenticated::source::{CodeSource, NodeSource, SourceError},
    conformance::SuretyBlock,
    derive::{BlockInput, batch},
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::Boundary,
        pending::Pending,
    },
    machine::{Leaves, SlotInput, groups::Record, trace_slot},
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
    },
    state::{
        genesis::{Allocation, GenesisState},
        witness::BlockWitness,
    },
};

const CHAIN_ID: u64 = 7;
/// JUMPDEST PUSH0 PUSH1 3 ADD PUSH1 5 MUL DUP1 PUSH0 MSTORE POP PUSH0 JUMP, until the gas is gone.
const LOOP: [u8; 14] = hex!("5b5f600301600502805f52505f56");

#[derive(Clone, Debug, Default)]
struct Memory {
    nodes: B256Map<Bytes>,
    codes: B256Map<Bytes>,
}

impl NodeSource for Memory {
    fn node(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.nodes.node(hash)
    }
}

impl CodeSource for Memory {
    fn code(&self, hash: B256) -> Result<Option<Bytes>, SourceError> {
        self.codes.code(hash)
    }
}

fn looping() -> (Memory, Boundary, BlockInput) {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let contract = Address::repeat_byte(0xaa);
    let account = |code: Bytes| Allocation {
        nonce: U64::from(1),
        balance: U256::from(10).pow(U256::from(20)),
        code,
        ..Allocation::default()
    };
    let state = GenesisState {
        chain_id: CHAIN_ID,
        base_fee_per_gas: U256::from(1_000_000_000),
        gas_limit: Limits::SURETY.block_gas,
        alloc: [
            (BEACON_ROOTS, account(BEACON_ROOTS_CODE.clone())),
            (BLOCK_HASHES, account(HISTORY_STORAGE_CODE.clone())),
            (contract, account(Bytes::from_static(&LOOP))),
            (signer.address(), account(Bytes::new())),
        ]
        .into(),
        ..GenesisState::default()
    };
    let mut memory = Memory::default();
    let (genesis, codes) = state.build(&mut memory.nodes).unwrap();
    memory.codes = codes;
    let mut transaction = TxEip1559 {
        chain_id: CHAIN_ID,
        nonce: 1,
        gas_limit: 2_000_000,
        max_fee_per_gas: 2_000_000_000,
        to: TxKind::Call(contract),
        ..TxEip1559::default()
    };
    let signature = signer.sign_transaction_sync(&mut transaction).unwrap();
    let entry = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718();
    let batch = Bytes::from(batch::encode([entry]).unwrap());
    let slice = batch::slice(&batch).unwrap();
    let record = Record {
        number: 1,
        timestamp: 1,
        batch_root: slice.root,
        batch_length: slice.length,
        deposits_hash: keccak256([]),
        ..Record::default()
    };
    (memory, Boundary::genesis(&genesis), BlockInput::new(record, batch, Vec::new()).unwrap())
}

/// Traces all slots of a block; gives the number of steps.
fn trace<S: NodeSource + CodeSource + Clone>(
    source: S,
    parent: &Boundary,
    (block, outcome): (&BlockInput, &BlockOutcome),
) -> u64 {
    let mut boundary = parent;
    let mut steps = 0;
    for slot in &outcome.slots {
        let input = SlotInput {
            slot: slot.slot.into(),
            boundary,
            block: Some(block),
            limits: &Limits::SURETY,
        };
        steps += u64::from(trace_slot(source.clone(), &input, Leaves::default()).unwrap().steps);
        boundary = &slot.boundary;
    }
    steps
}

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("trace");
    group.sample_size(10);

    let (memory, parent, input) = looping();
    let mut pending = Pending::new(&memory);
    let outcome = execute_block(&mut pending, &parent, &input, &Limits::SURETY).unwrap();
    let count = trace(&pending, &parent, (&input, &outcome));
    group.throughput(Throughput::Elements(count));
    group.bench_function("a loop of 2M gas", |b| {
        b.iter(|| black_box(trace(&pending, &parent, (&input, &outcome))));
    });

    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/blocks");
    let witness = BlockWitness::read(fixtures.join("mainnet-23587691-witness.json.xz")).unwrap();
    let block = SuretyBlock::new(&witness).unwrap();
    let (outcome, pending) = block.execute(&witness).unwrap();
    let count = trace(&pending, &block.parent, (&block.input, &outcome));
    group.throughput(Throughput::Elements(count));
    group.bench_function("mainnet block 23587691", |b| {
        b.iter(|| black_box(trace(&pending, &block.parent, (&block.input, &outcome))));
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
