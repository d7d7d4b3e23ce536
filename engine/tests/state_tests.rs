//! The state-test runner itself: what it replaces, what it skips, and that it finds differences.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::path::Path;

use alloy_primitives::{Address, U256, address, hex};
use revm::primitives::hardfork::SpecId;
use serde_json::{Value, json};
use surety_engine::{
    conformance::{
        Selection, Verifier,
        state_tests::{
            Tally,
            case::{CaseError, LIMITS, Skipped, Verdict, check},
            fixture::Test,
            normal::Normalisation,
        },
    },
    rules::limits::Limits,
};

const SENDER: Address = address!("0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b");
const CONTRACT: &str = "0x1000000000000000000000000000000000001000";
const NO_LOGS: &str = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
const WRONG_ROOT: &str = "0x00000000000000000000000000000000000000000000000000000000deadbeef";

/// A test in block 300 that calls a contract with `code`; it holds no signed bytes.
fn calls(code: &[u8]) -> Value {
    json!({
        "env": {
            "currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba",
            "currentGasLimit": "0x1312d00",
            "currentNumber": "0x012c",
            "currentTimestamp": "0x03e8",
            "currentRandom": "0x00",
            "currentBaseFee": "0x07",
            "currentExcessBlobGas": "0x00",
        },
        "pre": {
            SENDER.to_string(): { "nonce": "0x00", "balance": "0x3635c9adc5dea00000", "code": "0x", "storage": {} },
            CONTRACT: { "nonce": "0x01", "balance": "0x00", "code": hex::encode_prefixed(code), "storage": {} },
        },
        "transaction": {
            "nonce": "0x00",
            "gasPrice": "0x0a",
            "gasLimit": ["0x0f4240"],
            "to": CONTRACT,
            "value": ["0x00"],
            "data": ["0x"],
            "sender": SENDER,
            "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8",
        },
        "post": { "Osaka": [{
            "hash": WRONG_ROOT,
            "logs": NO_LOGS,
            "indexes": { "data": 0, "gas": 0, "value": 0 },
        }] },
    })
}

fn verifier(limits: &Limits) -> Verifier {
    Verifier::deploy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out"), limits).unwrap()
}

fn run_with(test: &Value, limits: &Limits) -> (Result<Verdict, CaseError>, Tally) {
    let test: Test = serde_json::from_value(test.clone()).unwrap();
    let (mut verifier, mut tally) = (verifier(limits), Tally::default());
    let post = &test.post["Osaka"][0];
    let result = check(&test, post, SpecId::OSAKA, Selection::All, &mut verifier, &mut tally);
    (result, tally)
}

fn run(test: &Value) -> Result<Verdict, CaseError> {
    run_with(test, &LIMITS).0
}

/// Takes over the state root that plain revm has found, which the wrong one must have been compared with.
fn correct(test: &mut Value) {
    match run(test) {
        Err(CaseError::Differs {
            between: "revm and the fixture",
            what: "state root",
            computed,
            ..
        }) => {
            test["post"]["Osaka"][0]["hash"] = computed.into();
        }
        other => panic!("{other:?}"),
    }
}

fn normalisations(mut test: Value) -> Vec<Normalisation> {
    correct(&mut test);
    match run(&test) {
        Ok(Verdict::Passed { executed: true, normalisations }) => normalisations,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_step_is_verified_and_counted() {
    let mut test = calls(&hex!("6001600201"));
    correct(&mut test);
    let (result, tally) = run_with(&test, &LIMITS);
    assert_eq!(result.unwrap(), Verdict::Passed { executed: true, normalisations: Vec::new() });
    // begin, enter, PUSH1, PUSH1, ADD, STOP, settle
    assert_eq!((tally.steps_traced(), tally.steps_verified()), (7, 7));
    let report = tally.report();
    let add = report.kinds.iter().find(|row| row.opcode == "ADD").unwrap();
    assert_eq!((add.outcome.as_str(), add.steps), ("success", 1));
    assert!(add.median_gas.is_some() && add.median_gas == add.max_gas);
}

#[test]
fn block_hashes_are_read_from_the_history_contract() {
    // of 299, the newest; 44, the oldest; 43, none
    let test = calls(&hex!("61012b405f55602c40600155602b40600255"));
    assert_eq!(normalisations(test), [Normalisation::BlockHashes]);
}

#[test]
fn a_dearer_blob_gas_is_a_wei() {
    let mut test = calls(&hex!("4a5f55"));
    test["env"]["currentExcessBlobGas"] = "0x1000000".into();
    assert_eq!(normalisations(test), [Normalisation::BlobBaseFee]);
}

#[test]
fn a_block_gas_limit_beyond_64_bits_is_the_largest() {
    let mut test = calls(&hex!("455f55"));
    test["env"]["currentGasLimit"] = "0x10000000000000000".into();
    assert_eq!(normalisations(test), [Normalisation::BlockGasLimit]);
}

#[test]
fn empty_accounts_are_removed() {
    // pays one of them nothing
    let mut test = calls(&hex!("5f5f5f5f5f60aa61fffff1"));
    test["pre"]["0x00000000000000000000000000000000000000aa"] =
        json!({ "nonce": "0x00", "balance": "0x00", "code": "0x", "storage": {} });
    assert_eq!(normalisations(test), [Normalisation::EmptyAccounts]);
}

#[test]
fn an_invalid_transaction_must_be_expected() {
    let mut test = calls(&[]);
    test["transaction"]["nonce"] = "0x05".into();
    assert!(matches!(run(&test), Err(CaseError::Refused(_))));
    test["post"]["Osaka"][0]["expectException"] =
        "TransactionException.NONCE_MISMATCH_TOO_HIGH".into();
    correct(&mut test);
    let passed = Verdict::Passed { executed: false, normalisations: Vec::new() };
    assert_eq!(run(&test).unwrap(), passed);

    test["transaction"]["nonce"] = "0x00".into();
    assert!(matches!(run(&test), Err(CaseError::Executed(_))));
}

#[test]
fn logs_are_compared() {
    let mut test = calls(&hex!("5f5fa0"));
    match run(&test) {
        Err(CaseError::Differs { what: "logs hash", computed, .. }) => {
            test["post"]["Osaka"][0]["logs"] = computed.into();
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(normalisations(test), []);
}

#[test]
fn what_no_chain_of_ours_has_is_skipped() {
    let mut blob = calls(&[]);
    let transaction = &mut blob["transaction"];
    transaction["maxFeePerGas"] = "0x0a".into();
    transaction["maxPriorityFeePerGas"] = "0x00".into();
    transaction["maxFeePerBlobGas"] = "0x01".into();
    transaction["blobVersionedHashes"] = json!([format!("0x01{}", "00".repeat(31))]);
    correct(&mut blob);
    assert_eq!(run(&blob).unwrap(), Verdict::Skipped(Skipped::Blob));

    let mut gas = calls(&[]);
    gas["transaction"]["gasLimit"] = json!(["0x1000001"]);
    gas["post"]["Osaka"][0]["expectException"] =
        "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM".into();
    correct(&mut gas);
    assert_eq!(run(&gas).unwrap(), Verdict::Skipped(Skipped::Gas));

    let mut storage = calls(&[]);
    storage["transaction"]["to"] = "".into();
    storage["pre"][SENDER.create(0).to_string()] =
        json!({ "nonce": "0x00", "balance": "0x01", "code": "0x", "storage": { "0x01": "0x02" } });
    assert_eq!(run(&storage).unwrap(), Verdict::Skipped(Skipped::StorageOnly));
}

#[test]
fn a_verifier_with_other_rules_is_found_out() {
    let mut test = calls(&[]);
    let above = Limits::SURETY.transaction_gas + 1;
    test["transaction"]["gasLimit"] = json!([U256::from(above)]);
    correct(&mut test);
    assert!(run(&test).is_ok());
    let Err(CaseError::Steps(failures)) = run_with(&test, &Limits::SURETY).0 else {
        panic!("the verifier has another limit");
    };
    assert!(failures[0].contains("step 0 (Boundary, success"), "{failures:?}");
}
