//! `surety trace` and `surety execute`, as a user calls them.

use std::{
    path::Path,
    process::{Command, Output},
};

use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use surety_engine::{
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::Boundary,
        pending::Pending,
    },
    node::deployment::Deployment,
    rules::limits::Limits,
    state::{BlockRow, Store},
    stateless::encoding::rlp,
};
use tempfile::TempDir;

use crate::{
    mainnet::{prague, shanghai},
    support::{self, mainnet},
};

fn surety(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_surety")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_proven_trace_ends_with_0() {
    let path = support::root().join("fixtures/traces/mainnet-18884864.rlp.xz");
    let path = path.to_str().unwrap();
    let output = surety(&["execute", path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (_, trace) = shanghai();
    let said = text(&output.stdout);
    let header = &trace.header;
    for expected in [
        header.state_root.to_string(),
        header.receipts_root.to_string(),
        "4266500".to_owned(),
        "proven, 30 transactions".to_owned(),
    ] {
        assert!(said.contains(&expected), "{said}");
    }
    let report: Value =
        serde_json::from_slice(&surety(&["execute", "--json", path]).stdout).unwrap();
    assert_eq!(report["proven"], json!(true));
    assert_eq!(report["gasUsed"], json!(4_266_500));
    assert_eq!(report["receiptsRoot"], json!(header.receipts_root));
    assert_eq!(report["reason"], Value::Null);
}

#[test]
fn a_trace_that_proves_nothing_ends_with_1_and_names_what_is_missing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("trace.rlp");
    let (pre, mut trace) = prague();
    let (hash, _) = trace.witness.nodes.pop_first().unwrap();
    std::fs::write(&path, rlp::encode(&trace)).unwrap();
    let (path, pre) = (path.to_str().unwrap(), pre.to_string());
    let output = surety(&["execute", path, "--pre-state-root", &pre]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains(&format!("{hash}")), "{}", text(&output.stdout));
    let output = surety(&["execute", path, "--pre-state-root", &pre, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["proven"], &report["missing"]), (&json!(false), &json!(true)));
}

#[test]
fn what_is_no_trace_ends_with_2() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("trace.rlp");
    let (_, trace) = prague();
    for bytes in [Vec::new(), vec![0xc0], vec![0; 8], rlp::encode(&trace)[1..].to_vec()] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(surety(&["execute", path.to_str().unwrap()]).status.code(), Some(2));
    }
    // a trace without its parent's header, and nobody says where it starts
    std::fs::write(&path, rlp::encode(&trace)).unwrap();
    assert_eq!(surety(&["execute", path.to_str().unwrap()]).status.code(), Some(2));
    assert_eq!(surety(&["execute", "nowhere.rlp"]).status.code(), Some(2));
}

#[test]
fn a_daemons_store_gives_the_trace_of_its_block() {
    let witness = mainnet::witness();
    let (start, input) = mainnet::as_surety(&witness);
    let outcome =
        execute_block(&mut Pending::new(&witness), &start, &input, &Limits::SURETY).unwrap();
    let directory = TempDir::new().unwrap();
    let store = directory.path().join("store");
    let deployment = directory.path().join("deployment.json");
    std::fs::write(&deployment, deployment_json()).unwrap();
    let identity = Deployment::read(&deployment).unwrap().identity();
    fill(&store, identity, &start, &input, &outcome);
    let trace = |encoding: &str, out: &str| {
        let paths = [&store, &deployment].map(|path| path.to_str().unwrap());
        let [store, deployment] = paths;
        let place = ["--store", store, "--deployment", deployment, "--block", "23587691"];
        let how = ["--encoding", encoding, "--out", out, "--json"];
        surety(&[&["trace"], &place[..], &how].concat())
    };
    for encoding in ["rlp", "ssz"] {
        let out = directory.path().join(encoding);
        let output = trace(encoding, out.to_str().unwrap());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let pre = start.state_root.to_string();
        let output = surety(&["execute", out.to_str().unwrap(), "--pre-state-root", &pre]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(said.contains(&outcome.header.state_root.to_string()), "{said}");
        assert!(said.contains("proven, 40 transactions"), "{said}");
    }
    // what cannot be written is not told as done
    let output = trace("rlp", directory.path().to_str().unwrap());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
}

/// What a daemon leaves in its store.
fn fill(path: &Path, identity: B256, start: &Boundary, input: &BlockInput, outcome: &BlockOutcome) {
    let store = Store::open(path).unwrap();
    let mut commit = mainnet::witness().to_commit();
    let row = BlockRow {
        hash: outcome.header.hash_slow(),
        state_root: outcome.header.state_root,
        record: Bytes::copy_from_slice(&input.record().encode()),
        batch: input.batch().clone(),
        header: alloy_rlp::encode(&outcome.header).into(),
        ..BlockRow::default()
    };
    assert_ne!(row.state_root, start.state_root);
    commit.block(input.record().number, &row).meta("deployment", identity.as_slice());
    store.commit(commit).unwrap();
}

fn deployment_json() -> String {
    let genesis = mainnet::genesis(&mainnet::witness());
    let nobody = Address::ZERO;
    let deployment = json!({
        "l1ChainId": 1,
        "l1Block": 0,
        "inbox": nobody,
        "bonds": nobody,
        "tournament": nobody,
        "rollup": nobody,
        "stepVerifier": nobody,
        "lens": nobody,
        "settlement": null,
        "genesis": genesis,
    });
    assert_ne!(genesis.state_root, B256::ZERO);
    deployment.to_string()
}
