//! What slot commitments add to execution: a mainnet block by plain revm, which ends in one state root, against the same
//! block slot by slot, which has a state root after each transaction and ends in a slot commitment too.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use alloy_primitives::{B256, Bytes};
use criterion::{Criterion, criterion_group, criterion_main};
use revm::{
    ExecuteCommitEvm, MainBuilder, MainContext, SystemCallCommitEvm,
    context::Context,
    database::{State, states::bundle_state::BundleRetention},
};
use support::{CpuTime, fixture};
use surety_engine::{
    authenticated::{
        account::{self, Account},
        storage,
    },
    commitment::{FoldBuilder, Height},
    conformance::SuretyBlock,
    derive::batch::entry_at,
    execute::{
        apply::credit,
        block::{execute_block, open},
        database::TrieDatabase,
        decode::decode_entry,
        environment::{block_env, cfg_env, tx_env},
        pending::Pending,
    },
    rules::addresses::{BEACON_ROOTS, BLOCK_HASHES},
    state::witness::BlockWitness,
};

/// Executes the whole block, then brings the tries up to date once; gives the state root.
fn plain(block: &SuretyBlock, witness: &BlockWitness) -> B256 {
    let mut pending = Pending::new(witness);
    let opened = open(&block.parent.block, &block.input).unwrap();
    let mut state = State::builder()
        .with_database(TrieDatabase::new(&pending, block.parent.state_root))
        .with_bundle_update()
        .build();
    let mut evm = Context::mainnet()
        .with_db(&mut state)
        .with_cfg(cfg_env(opened.chain_id))
        .with_block(block_env(&opened).unwrap())
        .build_mainnet();
    evm.system_call_commit(BEACON_ROOTS, Bytes::from(opened.l1_message_root)).unwrap();
    evm.system_call_commit(BLOCK_HASHES, Bytes::from(opened.head_hash)).unwrap();
    let mut cursor = 0;
    while let Some(entry) = entry_at(block.input.batch(), cursor) {
        let transaction = decode_entry(entry.bytes, opened.chain_id).unwrap();
        evm.transact_commit(tx_env(&transaction)).unwrap();
        cursor = entry.range.end;
    }
    drop(evm);
    state.merge_transitions(BundleRetention::PlainState);
    let changes = state.take_bundle();
    drop(state);

    let mut root = block.parent.state_root;
    for (address, changed) in changes.state {
        let old = account::read(&pending, root, address).unwrap().unwrap_or_default();
        let info = changed.info.unwrap_or_default();
        let mut storage_root = old.storage_root;
        for (key, slot) in changed.storage {
            if slot.present_value != slot.previous_or_original_value {
                let value = slot.present_value;
                storage_root = storage::write(&mut pending, storage_root, key, value).unwrap();
            }
        }
        let (nonce, balance, code_hash) = (info.nonce, info.balance, info.code_hash);
        let new = Account { nonce, balance, storage_root, code_hash };
        root = account::write(&mut pending, root, address, &new).unwrap();
    }
    for deposit in block.input.deposits() {
        root = credit(&mut pending, root, deposit.account, deposit.wei()).unwrap();
    }
    root
}

/// Executes the block slot by slot; gives the state root and the slot commitment.
fn committed(block: &SuretyBlock, witness: &BlockWitness) -> (B256, B256) {
    let mut pending = Pending::new(witness);
    let outcome = execute_block(&mut pending, &block.parent, &block.input, &block.limits).unwrap();
    let mut slots = FoldBuilder::new(Height::SLOTS);
    for (leaf, count) in outcome.leaves() {
        slots.repeat(leaf, count).unwrap();
    }
    (outcome.boundary.state_root, slots.finish().unwrap().root())
}

fn overhead(c: &mut Criterion<CpuTime>) {
    let witness = BlockWitness::read(fixture("blocks/mainnet-23587691-witness.json.xz")).unwrap();
    let block = SuretyBlock::new(&witness).unwrap();
    assert_eq!(plain(&block, &witness), committed(&block, &witness).0);
    let mut group = c.benchmark_group("mainnet block 23587691");
    group.bench_function("executed, one state root", |b| b.iter(|| plain(&block, &witness)));
    group.bench_function("executed, slots committed", |b| b.iter(|| committed(&block, &witness)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = overhead
}
criterion_main!(benches);
