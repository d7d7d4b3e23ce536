//! The precompile, called by a contract.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, hex};
use alloy_sol_types::SolValue;
use revm::{
    ExecuteEvm, MainBuilder,
    bytecode::Bytecode,
    context::{BlockEnv, CfgEnv, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    handler::MainnetContext,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};
use surety_engine::stateless::{
    encoding::rlp,
    precompile::{Answer, BYTE_GAS, CALL_GAS, ExecutePrecompiles, answer},
    trace::Trace,
};

use crate::{mainnet::prague, surety::as_surety};

/// Where ethrex has it.
const EXECUTE: Address = address!("0x0000000000000000000000000000000000000101");
const CALLER: Address = Address::repeat_byte(0xca);

fn input(pre: B256, post: B256, trace: &[u8], gas_used: u64) -> Vec<u8> {
    (pre, post, Bytes::copy_from_slice(trace), U256::from(gas_used)).abi_encode_params()
}

fn question((pre, trace): &(B256, Trace)) -> Vec<u8> {
    input(*pre, trace.header.state_root, &rlp::encode(trace), trace.header.gas_used)
}

/// A contract that hands its calldata to EXECUTE and returns whether the call succeeded, the size of what it gave, and its first
/// word.
fn contract(at: Address) -> Bytes {
    let mut code = hex!("365f5f375f5f365f73").to_vec();
    code.extend(at);
    // gas staticcall; success, returndatasize and the first word to memory; return 96 bytes
    code.extend(hex!("5afa5f523d6020525f6040523d5f60403e60605ff3"));
    code.into()
}

fn call(at: Address, data: Vec<u8>) -> (bool, U256, U256, u64) {
    let mut database = CacheDB::new(EmptyDB::default());
    let code = Bytecode::new_legacy(contract(EXECUTE));
    database.insert_account_info(CALLER, AccountInfo::default().with_code(code));
    let mut cfg = CfgEnv::new_with_spec(SpecId::OSAKA);
    cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    let block = BlockEnv { basefee: 0, gas_limit: u64::MAX, ..BlockEnv::default() };
    let mut evm = MainnetContext::new(database, SpecId::OSAKA)
        .with_cfg(cfg)
        .with_block(block)
        .build_mainnet()
        .with_precompiles(ExecutePrecompiles::new(SpecId::OSAKA, at));
    let transaction = TxEnv {
        kind: TxKind::Call(CALLER),
        data: data.into(),
        gas_limit: 100_000_000,
        gas_price: 0,
        ..TxEnv::default()
    };
    match evm.transact(transaction).unwrap().result {
        result @ ExecutionResult::Success { .. } => {
            let gas = result.tx_gas_used();
            let output = result.into_output().unwrap();
            let (success, size, word) = <(U256, U256, U256)>::abi_decode_params(&output).unwrap();
            (success == U256::ONE, size, word, gas)
        }
        result => panic!("{result:?}"),
    }
}

#[test]
fn a_contract_is_told_what_is_proven() {
    for question in [question(&prague()), question(&as_surety())] {
        let (success, size, word, _) = call(EXECUTE, question);
        assert!(success);
        assert_eq!((size, word), (U256::from(32), U256::ONE));
    }
}

#[test]
fn t68_without_the_precompile_the_call_succeeds_with_nothing() {
    let elsewhere = address!("0x0000000000000000000000000000000000000102");
    let (success, size, word, _) = call(elsewhere, question(&as_surety()));
    assert!(success);
    assert_eq!((size, word), (U256::ZERO, U256::ZERO));
}

#[test]
fn whatever_is_not_proven_is_answered_with_zero() {
    let (pre, trace) = as_surety();
    let post = trace.header.state_root;
    let encoded = rlp::encode(&trace);
    let gas = trace.header.gas_used;
    let mut missing = trace.clone();
    missing.witness.nodes.pop_first();
    let mut padded = question(&(pre, trace.clone()));
    padded.push(0);
    let questions = [
        input(pre, B256::repeat_byte(7), &encoded, gas),
        input(pre, post, &encoded, gas + 1),
        input(post, post, &encoded, gas),
        input(pre, post, &encoded[1..], gas),
        input(pre, post, &rlp::encode(&missing), gas),
        padded,
        Vec::new(),
    ];
    for question in questions {
        let (success, size, word, _) = call(EXECUTE, question);
        assert!(success);
        assert_eq!((size, word), (U256::from(32), U256::ZERO));
    }
}

#[test]
fn gas_covers_the_work_before_it_is_done() {
    let (pre, trace) = as_surety();
    let question = question(&(pre, trace.clone()));
    let reading = CALL_GAS + BYTE_GAS * question.len() as u64;
    let most = reading + trace.gas_limits();
    let proven = Answer { proven: true, gas: reading + trace.header.gas_used };
    assert_eq!(answer(&question, most), Some(proven));
    assert_eq!(answer(&question, most - 1), None);
    assert_eq!(answer(&question, reading - 1), None);

    // a question with an obvious answer costs its bytes alone
    let other = input(pre, B256::ZERO, &rlp::encode(&trace), trace.header.gas_used);
    assert_eq!(answer(&other, reading), Some(Answer { proven: false, gas: reading }));
    // one that takes execution costs all that it may have taken
    let mut missing = trace.clone();
    let last = *missing.witness.nodes.last_key_value().unwrap().0;
    missing.witness.nodes.remove(&last);
    let question =
        input(pre, trace.header.state_root, &rlp::encode(&missing), trace.header.gas_used);
    let most = CALL_GAS + BYTE_GAS * question.len() as u64 + trace.gas_limits();
    assert_eq!(answer(&question, u64::MAX), Some(Answer { proven: false, gas: most }));
    assert_eq!(answer(&[], 0), None);
}
