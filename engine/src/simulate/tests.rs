//! Calls in a small world of hand-made programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::time::Duration;

use alloy::rpc::types::{
    BlockOverrides, TransactionInput, TransactionRequest,
    state::{AccountOverride, EvmOverrides, StateOverridesBuilder},
    trace::geth::{
        GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions,
        GethDefaultTracingOptions, GethTrace,
    },
};
use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256, map::B256Map};
use proptest::prelude::*;

use super::{
    Called, End, Quota, Scene, SimulateError, Tracer, access_list, call, estimate, trace_call,
};
use crate::{
    authenticated::{
        account::{self, Account},
        mpt::EMPTY_ROOT,
        storage,
    },
    execute::boundary::Boundary,
    machine::groups::Block,
    rules::limits::Limits,
};

const RICH: Address = address!("0x00000000000000000000000000000000000000aa");
const PROGRAM: Address = address!("0x00000000000000000000000000000000000000cc");
const OTHER: Address = address!("0x00000000000000000000000000000000000000dd");
const ETHER: u64 = 1_000_000_000_000_000_000;
const BASE_FEE: u64 = 1_000_000_000;

type Memory = B256Map<Bytes>;

/// A state with a rich account, and `codes` at their addresses, each with slot 1 set to 7.
fn world(codes: &[(Address, &[u8])]) -> (Memory, Boundary) {
    let mut memory = Memory::default();
    let rich = Account { balance: U256::from(ETHER), nonce: 5, ..Account::default() };
    let mut root = account::write(&mut memory, EMPTY_ROOT, RICH, &rich).unwrap();
    for (at, code) in codes {
        let code = Bytes::copy_from_slice(code);
        let code_hash = keccak256(&code);
        memory.insert(code_hash, code);
        let slots = storage::write(&mut memory, EMPTY_ROOT, U256::ONE, U256::from(7));
        let storage_root = slots.unwrap();
        let account = Account { nonce: 1, storage_root, code_hash, ..Account::default() };
        root = account::write(&mut memory, root, *at, &account).unwrap();
    }
    let block = Block {
        number: 100,
        timestamp: 1_000,
        prev_randao: B256::repeat_byte(3),
        fee_recipient: Address::repeat_byte(4),
        base_fee: U256::from(BASE_FEE),
        gas_limit: 12_000_000,
        chain_id: 7,
        ..Block::default()
    };
    (memory, Boundary { state_root: root, block })
}

fn quota() -> Quota {
    Quota::of_transaction(&Limits::SURETY)
}

fn scene(memory: &Memory, at: &Boundary) -> Scene<Memory> {
    Scene::new(memory.clone(), at, quota()).unwrap()
}

fn scene_of(code: &[u8]) -> Scene<Memory> {
    let (memory, at) = world(&[(PROGRAM, code)]);
    scene(&memory, &at)
}

fn to(callee: Address) -> TransactionRequest {
    TransactionRequest::default().from(RICH).to(callee)
}

fn words(called: &Called) -> Vec<U256> {
    called.output.chunks(32).map(U256::from_be_slice).collect()
}

/// Returns what each opcode pushes.
fn tells(opcodes: &[u8]) -> Vec<u8> {
    let mut code = Vec::new();
    for (index, opcode) in opcodes.iter().enumerate() {
        code.extend([*opcode, 0x60, u8::try_from(32 * index).unwrap(), 0x52]);
    }
    let length = u16::try_from(32 * opcodes.len()).unwrap().to_be_bytes();
    code.extend([0x61, length[0], length[1], 0x5f, 0xf3]);
    code
}

/// Returns a slot's value.
fn reads(slot: u8) -> [u8; 9] {
    [0x60, slot, 0x54, 0x5f, 0x52, 0x60, 32, 0x5f, 0xf3]
}

/// JUMPDEST, PUSH0, JUMP: for ever.
const LOOPS: [u8; 3] = [0x5b, 0x5f, 0x56];

#[test]
fn a_call_sees_its_block_and_pays_nothing_unless_it_names_a_price() {
    // NUMBER, TIMESTAMP, COINBASE, PREVRANDAO, GASLIMIT, CHAINID, BASEFEE, GASPRICE
    let scene = scene_of(&tells(&[0x43, 0x42, 0x41, 0x44, 0x45, 0x46, 0x48, 0x3a]));
    let seen = words(&call(&scene, to(PROGRAM)).unwrap());
    assert_eq!(seen[..2], [U256::from(100), U256::from(1_000)]);
    assert_eq!(seen[2], U256::from_be_slice(&[4; 20]));
    assert_eq!(seen[3], U256::from_be_bytes([3; 32]));
    assert_eq!(seen[4..6], [U256::from(12_000_000), U256::from(7)]);
    assert_eq!(seen[6..], [U256::ZERO, U256::ZERO]);

    let priced = to(PROGRAM).max_fee_per_gas(3_000_000_000).max_priority_fee_per_gas(5);
    let seen = words(&call(&scene, priced).unwrap());
    assert_eq!(seen[6..], [U256::from(BASE_FEE), U256::from(BASE_FEE + 5)]);
    let refused = call(&scene, to(PROGRAM).max_fee_per_gas(5)).unwrap_err();
    assert_eq!(refused.to_string(), "max fee per gas less than block base fee");
    // a tip alone is for whatever base fee there is
    let seen = words(&call(&scene, to(PROGRAM).max_priority_fee_per_gas(9)).unwrap());
    assert_eq!(seen[7], U256::from(BASE_FEE + 9));
}

#[test]
fn anybody_may_call_contracts_too_but_not_with_value_that_they_have_not() {
    let (memory, at) = world(&[(PROGRAM, &tells(&[0x33, 0x34]))]);
    let scene = scene(&memory, &at);
    let from = |from| TransactionRequest::default().from(from).to(PROGRAM).nonce(99);
    let seen = words(&call(&scene, from(PROGRAM)).unwrap());
    assert_eq!(seen, [U256::from_be_slice(PROGRAM.as_slice()), U256::ZERO]);
    let paid = call(&scene, from(RICH).value(U256::from(3))).unwrap();
    assert_eq!(words(&paid)[1], U256::from(3));
    let refused = call(&scene, from(OTHER).value(U256::from(3))).unwrap_err();
    assert!(refused.to_string().starts_with("insufficient funds for gas * price + value"));
}

#[test]
fn requests_that_contradict_themselves_are_refused() {
    let scene = scene_of(&[]);
    let mut two_inputs = to(PROGRAM);
    two_inputs.input = TransactionInput { input: Some(vec![1].into()), data: Some(vec![2].into()) };
    let requests = [
        two_inputs,
        to(PROGRAM).gas_price(5).max_fee_per_gas(5),
        to(PROGRAM).max_fee_per_gas(5).max_priority_fee_per_gas(6),
        TransactionRequest { blob_versioned_hashes: Some(vec![B256::ZERO]), ..to(PROGRAM) },
        to(PROGRAM).transaction_type(3),
    ];
    for request in requests {
        let refused = call(&scene, request.clone());
        assert!(matches!(refused, Err(SimulateError::Request(_))), "{request:?}: {refused:?}");
    }
    let elsewhere = TransactionRequest { chain_id: Some(8), ..to(PROGRAM) };
    assert!(matches!(call(&scene, elsewhere), Err(SimulateError::Invalid(_))));
}

#[test]
fn a_revert_has_its_data_and_a_failure_its_reason() {
    // MSTORE8(0, 0xab), REVERT(0, 1)
    let called = call(&scene_of(&[0x60, 0xab, 0x5f, 0x53, 0x60, 1, 0x5f, 0xfd]), to(PROGRAM));
    let called = called.unwrap();
    assert_eq!((called.end, called.output), (End::Revert, Bytes::from_static(&[0xab])));
    let called = call(&scene_of(&[0xfe]), to(PROGRAM)).unwrap();
    assert!(matches!(called.end, End::Halt(_)));
    assert_eq!(called.gas_used, Limits::SURETY.transaction_gas);
}

#[test]
fn state_is_overridden_whole_or_in_part() {
    let scene = |overrides: AccountOverride| {
        let (memory, at) = world(&[(PROGRAM, &reads(1))]);
        let state = StateOverridesBuilder::default().append(PROGRAM, overrides).build();
        scene(&memory, &at).with(EvmOverrides::state(Some(state)))
    };
    let slot = |key: u8, value: u8| (B256::with_last_byte(key), B256::with_last_byte(value));
    let read = |overrides: AccountOverride| {
        words(&call(&scene(overrides).unwrap(), to(PROGRAM)).unwrap())[0].to::<u8>()
    };
    let none = AccountOverride::default;
    assert_eq!(read(none()), 7);
    assert_eq!(read(none().with_state_diff([slot(1, 9)])), 9);
    assert_eq!(read(none().with_state_diff([slot(2, 9)])), 7);
    assert_eq!(read(none().with_state([slot(1, 9)])), 9);
    assert_eq!(read(none().with_state([slot(2, 9)])), 0, "all others are gone");
    assert_eq!(read(none().with_code(reads(3).to_vec())), 0);
    // SELFBALANCE
    let rich = none().with_code(tells(&[0x47])).with_balance(U256::from(77));
    assert_eq!(read(rich), 77);
    let both = none().with_state([slot(1, 1)]).with_state_diff([slot(1, 1)]);
    assert!(matches!(scene(both), Err(SimulateError::Request(_))));
    let moved = none().with_move_precompile_to_opt(Some(OTHER));
    assert!(matches!(scene(moved), Err(SimulateError::Request(_))));
    // an account that is not there gets code, and a delegation runs its delegate's
    let (memory, at) = world(&[(PROGRAM, &reads(1))]);
    let state = StateOverridesBuilder::default()
        .with_7702_delegation_designator(OTHER, PROGRAM)
        .with_state_diff(OTHER, [slot(1, 42)])
        .build();
    let scene = self::scene(&memory, &at).with(EvmOverrides::state(Some(state))).unwrap();
    assert_eq!(words(&call(&scene, to(OTHER)).unwrap())[0], U256::from(42));
}

#[test]
fn the_block_is_overridden() {
    // NUMBER, TIMESTAMP, COINBASE, PREVRANDAO, GASLIMIT, BLOBBASEFEE
    let code = tells(&[0x43, 0x42, 0x41, 0x44, 0x45, 0x4a]);
    let overrides = BlockOverrides {
        number: Some(U256::from(5)),
        time: Some(6),
        coinbase: Some(Address::with_last_byte(7)),
        random: Some(B256::with_last_byte(8)),
        gas_limit: Some(9),
        blob_base_fee: Some(U256::from(10)),
        base_fee: Some(U256::from(11)),
        ..BlockOverrides::default()
    };
    let overridden = |code: &[u8], overrides: BlockOverrides| {
        scene_of(code).with(EvmOverrides::block(Some(Box::new(overrides))))
    };
    let scene = overridden(&code, overrides).unwrap();
    let seen: Vec<u64> = words(&call(&scene, to(PROGRAM)).unwrap()).iter().map(U256::to).collect();
    assert_eq!(seen, [5, 6, 7, 8, 9, 10]);
    let refused = call(&scene, to(PROGRAM).max_fee_per_gas(10)).unwrap_err();
    assert!(matches!(refused, SimulateError::Invalid(_)), "the base fee is 11");
    // BLOCKHASH(99), which the history contract would answer, were there one
    let code = [0x60, 99, 0x40, 0x5f, 0x52, 0x60, 32, 0x5f, 0xf3];
    let hash = B256::repeat_byte(0x77);
    let overrides =
        BlockOverrides { block_hash: Some([(99, hash)].into()), ..BlockOverrides::default() };
    let called = call(&overridden(&code, overrides).unwrap(), to(PROGRAM)).unwrap();
    assert_eq!(called.output, Bytes::from(hash));
    let high = BlockOverrides { base_fee: Some(U256::MAX), ..BlockOverrides::default() };
    assert!(matches!(overridden(&code, high), Err(SimulateError::Request(_))));
}

fn estimated(scene: &Scene<Memory>, request: TransactionRequest) -> Result<u64, SimulateError> {
    estimate(scene, request, Limits::SURETY.transaction_gas)
}

/// The estimate is enough, and little more than what is just enough.
fn check_estimate(scene: &Scene<Memory>, request: &TransactionRequest) -> u64 {
    let gas = estimated(scene, request.clone()).unwrap();
    let succeeds = |gas| {
        let request = TransactionRequest { gas: Some(gas), ..request.clone() };
        call(scene, request).is_ok_and(|called| called.is_success())
    };
    assert!(succeeds(gas), "{gas} is enough");
    assert!(!succeeds(gas - gas / 60 - 1), "much less than {gas} is not");
    gas
}

/// Calls `OTHER` with all gas that may be passed on, and fails if that fails.
fn passes_on() -> Vec<u8> {
    let mut code = vec![0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73];
    code.extend(OTHER.as_slice());
    // GAS, CALL, PUSH jump destination, JUMPI, REVERT(0, 0), JUMPDEST
    code.extend([0x5a, 0xf1, 0x60, 34, 0x57, 0x5f, 0x5f, 0xfd, 0x5b]);
    assert_eq!(code.len(), 35);
    code
}

/// Fails when less than `gas` is left.
fn demands(gas: u32) -> Vec<u8> {
    let [_, high, middle, low] = gas.to_be_bytes();
    // gas < GAS, JUMPI over INVALID
    vec![0x5a, 0x62, high, middle, low, 0x10, 0x60, 10, 0x57, 0xfe, 0x5b]
}

#[test]
fn gas_is_estimated_for_all_that_a_transaction_does() {
    let nobody = Address::repeat_byte(0x99);
    let transfer = to(nobody).value(U256::from(5));
    assert_eq!(estimated(&scene_of(&[]), transfer).unwrap(), 21_000);
    // data to an account without code costs its floor: 4 tokens a byte at 10 gas
    let data = to(nobody).input(Bytes::from(vec![1; 1_000]).into());
    assert_eq!(check_estimate(&scene_of(&[]), &data), 21_000 + 40_000);
    // SSTORE(9, 1): 22,100 on top
    let stores = scene_of(&[0x60, 1, 0x60, 9, 0x55]);
    assert_eq!(check_estimate(&stores, &to(PROGRAM)), 21_000 + 6 + 22_100);
    // SSTORE(1, 0) gets gas back, but needs it first
    let clears = scene_of(&[0x5f, 0x60, 1, 0x55]);
    let used = call(&clears, to(PROGRAM)).unwrap().gas_used;
    assert!(check_estimate(&clears, &to(PROGRAM)) > used);
    // what a callee demands, and what must be kept back for it at each depth
    let (memory, at) = world(&[(PROGRAM, &passes_on()), (OTHER, &demands(500_000))]);
    let gas = check_estimate(&scene(&memory, &at), &to(PROGRAM));
    assert!(gas > 21_000 + 500_000 * 64 / 63, "{gas}");
    // a creation, with initcode that deploys one byte
    let initcode = vec![0x60, 1, 0x5f, 0xf3];
    let creation = TransactionRequest::default().from(RICH).create();
    let creation = creation.input(Bytes::from(initcode).into());
    let gas = check_estimate(&scene_of(&[]), &creation);
    assert!(gas > 53_000, "{gas}");
    // an access list is paid for
    let list = vec![alloy::eips::eip2930::AccessListItem {
        address: OTHER,
        storage_keys: vec![B256::ZERO; 3],
    }];
    let listed = to(PROGRAM).access_list(list.into());
    assert_eq!(check_estimate(&scene_of(&[]), &listed), 21_000 + 2_400 + 3 * 1_900);
}

#[test]
fn what_fails_with_all_gas_has_no_estimate() {
    let reverts = scene_of(&[0x60, 0xab, 0x5f, 0x53, 0x60, 1, 0x5f, 0xfd]);
    let refused = estimated(&reverts, to(PROGRAM)).unwrap_err();
    assert!(matches!(refused, SimulateError::Reverted(data) if data[..] == [0xab]));
    let refused = estimated(&scene_of(&[0xfe]), to(PROGRAM)).unwrap_err();
    assert!(matches!(refused, SimulateError::Halted(_)), "{refused}");
    let most = Limits::SURETY.transaction_gas;
    let refused = estimated(&scene_of(&LOOPS), to(PROGRAM)).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(gas) if gas == most), "{refused}");
    // more data than a transaction can pay for
    let data = to(OTHER).input(Bytes::from(vec![1; 300_000]).into());
    let refused = estimated(&scene_of(&[]), data).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(gas) if gas == most), "{refused}");
    // what is asked for, and what the sender can pay, bound it, too
    let stores = scene_of(&[0x60, 1, 0x60, 9, 0x55]);
    let refused = estimated(&stores, to(PROGRAM).gas_limit(30_000)).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(30_000)), "{refused}");
    let price = u128::from(ETHER / 30_000);
    let refused = estimated(&stores, to(PROGRAM).max_fee_per_gas(price)).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(30_000)), "{refused}");
    // a value that leaves nothing for gas is a matter of funds
    let spent = to(PROGRAM).max_fee_per_gas(2_000_000_000);
    for value in [ETHER, ETHER + 10] {
        let refused = estimated(&stores, spent.clone().value(U256::from(value))).unwrap_err();
        assert_eq!(refused.to_string(), "insufficient funds for transfer");
        let refused = call(&stores, spent.clone().value(U256::from(value))).unwrap_err();
        let funds = "insufficient funds for gas * price + value: have 1000000000000000000 want ";
        assert!(refused.to_string().starts_with(funds), "{refused}");
    }
    let left = spent.value(U256::from(ETHER - 20_000 * 2_000_000_000));
    let refused = estimated(&stores, left).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(20_000)), "{refused}");
    let poor = TransactionRequest { from: Some(OTHER), ..to(PROGRAM) };
    let refused = estimated(&stores, poor.max_fee_per_gas(2_000_000_000)).unwrap_err();
    assert!(matches!(refused, SimulateError::Gas(0)), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A callee at some depth that demands gas, however much, and data of any length.
    #[test]
    fn an_estimate_is_enough_and_not_much_more(demand in 0_u32..6_000_000, bytes in 0_usize..3_000, zeros: bool) {
        let (memory, at) = world(&[(PROGRAM, &passes_on()), (OTHER, &demands(demand))]);
        let data = vec![u8::from(!zeros); bytes];
        check_estimate(&scene(&memory, &at), &to(PROGRAM).input(Bytes::from(data).into()));
    }
}

#[test]
fn an_access_list_is_what_is_touched() {
    // SLOAD(1); BALANCE(OTHER); SSTORE(2, 1)
    let mut code = vec![0x60, 1, 0x54, 0x73];
    code.extend(OTHER.as_slice());
    code.extend([0x31, 0x60, 1, 0x60, 2, 0x55]);
    let scene = scene_of(&code);
    let (list, called) = access_list(&scene, to(PROGRAM)).unwrap();
    let touched: Vec<(Address, Vec<B256>)> =
        list.0.iter().map(|item| (item.address, item.storage_keys.clone())).collect();
    let slots = vec![B256::with_last_byte(1), B256::with_last_byte(2)];
    assert_eq!(touched, [(PROGRAM, slots), (OTHER, vec![])]);
    let with = call(&scene, to(PROGRAM).access_list(list)).unwrap();
    assert_eq!(with, called, "the gas is that of the transaction with its list");
    let (list, called) = access_list(&scene_of(&[0xfe]), to(PROGRAM)).unwrap();
    assert!(list.is_empty() && !called.is_success(), "a failing transaction has one, too");
}

fn limited(code: &[u8], quota: Quota) -> Scene<Memory> {
    let (memory, at) = world(&[(PROGRAM, code), (OTHER, &[])]);
    Scene::new(memory, &at, quota).unwrap()
}

#[test]
fn what_runs_too_long_is_stopped() {
    let quota = Quota { gas: u64::MAX, time: Duration::from_millis(20), recorded: usize::MAX };
    let scene = limited(&LOOPS, quota);
    let began = std::time::Instant::now();
    assert!(matches!(call(&scene, to(PROGRAM)), Err(SimulateError::Time(_))));
    let refused = estimate(&scene, to(PROGRAM), u64::MAX).unwrap_err();
    assert!(matches!(refused, SimulateError::Time(_)), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(5));
    // also when a callee loops and its caller goes on
    let (memory, at) = world(&[(PROGRAM, &passes_on()), (OTHER, &LOOPS)]);
    let scene = Scene::new(memory, &at, quota).unwrap();
    assert!(matches!(call(&scene, to(PROGRAM)), Err(SimulateError::Time(_))));
}

fn options(tracer: Option<GethDebugBuiltInTracerType>) -> GethDebugTracingOptions {
    GethDebugTracingOptions {
        tracer: tracer.map(GethDebugTracerType::BuiltInTracer),
        ..GethDebugTracingOptions::default()
    }
}

#[test]
fn a_trace_that_is_too_large_is_refused() {
    let quota = Quota { recorded: 1 << 20, ..quota() };
    let refused = |code: &[u8], options: GethDebugTracingOptions| {
        let tracer = Tracer::new(options).unwrap();
        match trace_call(&limited(code, quota), to(PROGRAM).gas_limit(5_000_000), &tracer) {
            Err(SimulateError::TraceSize(bytes)) => bytes == 1 << 20,
            Err(other) => panic!("{other}"),
            Ok(_) => false,
        }
    };
    let config = |config| GethDebugTracingOptions { config, ..options(None) };
    let logs = GethDefaultTracingOptions::default;
    assert!(refused(&LOOPS, options(None)), "each step is a record");
    assert!(!refused(&LOOPS, config(logs().with_limit(100))), "unless only some are asked for");
    assert!(!refused(&LOOPS, options(Some(GethDebugBuiltInTracerType::CallTracer))));
    // CODECOPY of nothing to 100,000: memory at each of few steps
    let expands = [
        0x5f, 0x5f, 0x62, 1, 0x86, 0xa0, 0x53, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b,
        0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b,
    ];
    assert!(!refused(&expands, options(None)));
    assert!(refused(&expands, config(logs().with_enable_memory(true))));
    // SLOAD of ever other slots: each shows all before it
    let reads = [0x5f, 0x5b, 0x60, 1, 0x01, 0x80, 0x54, 0x50, 0x60, 1, 0x56];
    let some = |options: GethDefaultTracingOptions| config(options.with_disable_stack(true));
    assert!(refused(&reads, some(logs())));
    // the data of calls: CALLs OTHER with 100,000 bytes for ever
    let mut calls = vec![0x5b, 0x5f, 0x5f, 0x62, 1, 0x86, 0xa0, 0x5f, 0x5f, 0x73];
    calls.extend(OTHER.as_slice());
    calls.extend([0x5a, 0xf1, 0x50, 0x5f, 0x56]);
    assert!(refused(&calls, options(Some(GethDebugBuiltInTracerType::CallTracer))));
}

#[test]
fn tracers_tell_of_a_call() {
    let (memory, at) = world(&[(PROGRAM, &passes_on()), (OTHER, &reads(1))]);
    let scene = scene(&memory, &at);
    let trace = |tracer| trace_call(&scene, to(PROGRAM), &Tracer::new(options(tracer)).unwrap());
    let GethTrace::Default(frame) = trace(None).unwrap() else { panic!("struct logs") };
    assert!(!frame.failed && frame.struct_logs.iter().any(|log| log.op == "SLOAD"));
    let called = call(&scene, to(PROGRAM)).unwrap();
    assert_eq!(frame.gas, called.gas_used);
    let traced = trace(Some(GethDebugBuiltInTracerType::CallTracer)).unwrap();
    let GethTrace::CallTracer(frame) = traced else { panic!("calls") };
    assert_eq!((frame.from, frame.to, frame.calls.len()), (RICH, Some(PROGRAM), 1));
    assert_eq!(frame.calls[0].output, Some(U256::from(7).to_be_bytes::<32>().into()));
    let traced = trace(Some(GethDebugBuiltInTracerType::PreStateTracer)).unwrap();
    let GethTrace::PreStateTracer(state) = traced else { panic!("the state before") };
    let state = state.as_default().unwrap();
    let slot = state.0[&OTHER].storage[&B256::with_last_byte(1)];
    assert_eq!(slot, B256::with_last_byte(7));
    assert_eq!(state.0[&RICH].balance, Some(U256::from(ETHER)));

    let unknown = [
        GethDebugTracerType::JsTracer("{result: () => 1}".to_owned()),
        GethDebugTracerType::BuiltInTracer(GethDebugBuiltInTracerType::MuxTracer),
    ];
    for tracer in unknown {
        let options = GethDebugTracingOptions { tracer: Some(tracer), ..options(None) };
        assert!(matches!(Tracer::new(options), Err(SimulateError::Request(_))));
    }
}
