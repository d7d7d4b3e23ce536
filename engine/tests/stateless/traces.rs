//! Tracers tell of mainnet's transactions what a mainnet node told: calls, the state before, and what changed.

use std::{collections::BTreeMap, fs::File, io::Read, time::Duration};

use alloy::{
    eips::Encodable2718 as _,
    rpc::types::{
        Block as RpcBlock, TransactionReceipt,
        trace::geth::{
            AccountState, CallFrame, DiffMode, GethDebugBuiltInTracerType, GethDebugTracerConfig,
            GethDebugTracerType, GethDebugTracingOptions, GethTrace, PreStateFrame, PreStateMode,
        },
    },
};
use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::B256Map};
use serde::Deserialize;
use serde_json::json;
use surety_engine::{
    authenticated::{
        account::{self, Account},
        mpt::EMPTY_ROOT,
        storage,
    },
    derive::{BlockInput, batch, deposits::pack},
    execute::{
        block::{Effect, execute_slot},
        boundary::Boundary,
        pending::Pending,
        skip::Skip,
    },
    machine::groups::{Block, Record},
    rules::limits::Limits,
    simulate::{Place, Quota, Replay, Tracer, replay},
};
use xz2::read::XzDecoder;

use crate::support;

#[derive(Deserialize)]
struct Traced<T> {
    result: T,
}

#[derive(Deserialize)]
struct Fixture {
    block: RpcBlock,
    receipts: Vec<TransactionReceipt>,
    #[serde(rename = "prestatetrace")]
    before: Vec<Traced<PreStateMode>>,
    #[serde(rename = "difftrace")]
    changes: Vec<Traced<DiffMode>>,
    #[serde(rename = "calltrace")]
    calls: Vec<Traced<CallFrame>>,
}

/// Mainnet's transactions are not bound by our cap.
const LIMITS: Limits = Limits { transaction_gas: u64::MAX, ..Limits::ETHEREUM };
const QUOTA: Quota = Quota { gas: u64::MAX, time: Duration::from_secs(60), recorded: 256 << 20 };

fn fixture() -> Fixture {
    let file = support::root().join("fixtures/blocks/mainnet-22244135-traces.json.xz");
    let mut json = Vec::new();
    XzDecoder::new(File::open(file).unwrap()).read_to_end(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// A state that has nothing but these accounts.
fn world(accounts: &PreStateMode) -> (B256Map<Bytes>, B256) {
    let (mut memory, mut root) = (B256Map::<Bytes>::default(), EMPTY_ROOT);
    for (address, state) in &accounts.0 {
        let mut storage_root = EMPTY_ROOT;
        for (key, value) in &state.storage {
            let (key, value) = (U256::from_be_bytes(key.0), U256::from_be_bytes(value.0));
            storage_root = storage::write(&mut memory, storage_root, key, value).unwrap();
        }
        let code_hash = match &state.code {
            Some(code) if !code.is_empty() => keccak256(code),
            _ => KECCAK256_EMPTY,
        };
        memory.extend(state.code.clone().map(|code| (code_hash, code)));
        let account = Account {
            nonce: state.nonce.unwrap_or_default(),
            balance: state.balance.unwrap_or_default(),
            storage_root,
            code_hash,
        };
        root = account::write(&mut memory, root, *address, &account).unwrap();
    }
    (memory, root)
}

fn tracer(tracer: GethDebugBuiltInTracerType, config: serde_json::Value) -> Tracer {
    Tracer::new(GethDebugTracingOptions {
        tracer: Some(GethDebugTracerType::BuiltInTracer(tracer)),
        tracer_config: GethDebugTracerConfig(config),
        ..GethDebugTracingOptions::default()
    })
    .unwrap()
}

#[test]
fn they_tell_what_a_node_of_mainnet_told_of_block_22244135() {
    let Fixture { block, receipts, before, changes, calls } = fixture();
    let header = &block.header.inner;
    let call_tracer = tracer(GethDebugBuiltInTracerType::CallTracer, json!({}));
    let state_tracer = tracer(GethDebugBuiltInTracerType::PreStateTracer, json!({}));
    let change_tracer =
        tracer(GethDebugBuiltInTracerType::PreStateTracer, json!({ "diffMode": true }));
    let (mut compared, mut skipped, mut empty) = (0, Vec::new(), 0);
    for (index, transaction) in block.transactions.txns().enumerate() {
        let receipt = &receipts[index];
        let (memory, state_root) = world(&before[index].result);
        let entries = [transaction.inner.encoded_2718()];
        let bytes = Bytes::from(batch::encode(entries).unwrap());
        let slice = batch::slice(&bytes).unwrap();
        let record = Record {
            number: header.number,
            batch_root: slice.root,
            batch_length: slice.length,
            deposits_hash: keccak256(pack(&[])),
            ..Record::default()
        };
        let input = BlockInput::new(record, bytes, Vec::new()).unwrap();
        let gas_used = receipt.inner.cumulative_gas_used() - receipt.gas_used;
        let open = Block {
            number: header.number,
            timestamp: header.timestamp,
            prev_randao: header.mix_hash,
            fee_recipient: header.beneficiary,
            base_fee: U256::from(header.base_fee_per_gas.unwrap()),
            gas_limit: header.gas_limit,
            chain_id: 1,
            head_hash: header.parent_hash,
            batch: input.slice(),
            gas_used,
            open: true,
            ..Block::default()
        };
        let start = Boundary { state_root, block: open };
        let outcome = execute_slot(&mut Pending::new(&memory), &start, 1, &input, &LIMITS).unwrap();
        let executed = match outcome.effect {
            Effect::Executed(executed) => executed,
            Effect::Skipped(reason) => {
                skipped.push((index, reason));
                continue;
            }
            other => panic!("{index}: {other:?}"),
        };
        assert_eq!(executed.transaction.hash, receipt.transaction_hash);
        assert_eq!(executed.gas_used, receipt.gas_used, "transaction {index}");
        assert_eq!(executed.status, receipt.inner.status(), "transaction {index}");
        let place = Place {
            slot: 1,
            before: &start,
            after: &outcome.boundary,
            input: &input,
            index: 0,
            block_hash: header.hash_slow(),
        };
        let run = |tracer: &Tracer| {
            let Replay { executed: again, trace } =
                replay(&memory, place, &LIMITS, tracer, QUOTA).unwrap().unwrap();
            assert_eq!(again, *executed);
            trace
        };
        let GethTrace::CallTracer(frame) = run(&call_tracer) else { panic!("calls") };
        assert_eq!(frame, calls[index].result, "transaction {index}");
        let GethTrace::PreStateTracer(PreStateFrame::Default(state)) = run(&state_tracer) else {
            panic!("the state before")
        };
        let (there, not_there): (BTreeMap<_, _>, BTreeMap<_, _>) =
            before[index].result.0.clone().into_iter().partition(|(_, state)| !is_empty(state));
        assert_eq!(state.0, there, "transaction {index}");
        empty += not_there.len();
        let GethTrace::PreStateTracer(PreStateFrame::Diff(diff)) = run(&change_tracer) else {
            panic!("what changed")
        };
        assert_eq!(diff, changes[index].result, "transaction {index}");
        compared += 1;
    }
    // Prague's floor price of calldata, which Cancun had not; and that node lists accounts that are not there, which geth does not
    assert_eq!(skipped, [(23, Skip::FloorGas)]);
    assert_eq!((compared, empty), (124, 11));
}

/// Whether the state has no such account.
fn is_empty(state: &AccountState) -> bool {
    state.balance.is_none_or(|balance| balance.is_zero())
        && state.nonce.unwrap_or_default() == 0
        && state.code.as_ref().is_none_or(|code| code.is_empty())
}
