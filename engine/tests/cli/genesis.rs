//! `surety genesis`, as a deployer uses it.

use std::{
    path::Path,
    process::{Command, Output},
};

use alloy_primitives::{Address, B256, Bytes, address, map::B256Map};
use serde_json::{Value, json};
use surety_engine::{deploy::Plan, genesis::GenesisFile};

use crate::{
    desk::{DEPLOYER as DEPLOYER_TEXT, Desk},
    support,
};

const DEPLOYER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const WITH_BRIDGE: [&str; 6] = [
    "--deployer",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "--nonce",
    "3",
    "--l1-chain-id",
    "31337",
];

fn genesis(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_surety"))
        .current_dir(directory)
        .args(["genesis", "--chain-id", "61331", "--timestamp", "1800000000"])
        .arg("--artifacts")
        .arg(support::root().join("out"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The summary of a genesis that is written, compared with the file.
fn written(directory: &Path, arguments: &[&str]) -> Value {
    let output = genesis(directory, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let path = directory.join(summary["file"].as_str().unwrap());
    let file = GenesisFile::from_json(&std::fs::read(path).unwrap()).unwrap();
    let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
    assert_eq!(summary["hash"], json!(genesis.hash));
    assert_eq!(summary["stateRoot"], json!(genesis.state_root));
    assert_eq!(genesis.chain_id, 61_331);
    summary
}

/// Why there is none.
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = genesis(directory, arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_genesis_with_and_without_a_bridge() {
    let directory = tempfile::tempdir().unwrap();
    let with = written(directory.path(), &WITH_BRIDGE);
    let contracts = Plan::bridge_around(DEPLOYER, 3, None);
    assert_eq!(with["bridge"], json!(contracts));
    assert_eq!(with["accounts"], 9);
    let without = written(directory.path(), &["--no-bridge", "--out", "testnet.json"]);
    assert_eq!(without["bridge"], Value::Null);
    assert_eq!(without["accounts"], 6);
    assert_ne!(with["stateRoot"], without["stateRoot"]);

    let text = genesis(directory.path(), &[&WITH_BRIDGE[..], &["--force"]].concat()).stdout;
    let root: B256 = with["stateRoot"].as_str().unwrap().parse().unwrap();
    assert!(String::from_utf8(text).unwrap().contains(&root.to_string()));
}

#[test]
fn a_genesis_is_replaced_only_by_force() {
    let directory = tempfile::tempdir().unwrap();
    let (path, later) = (directory.path().join("genesis.json"), ["--base-fee", "7"]);
    let first = written(directory.path(), &WITH_BRIDGE);
    let kept = std::fs::read(&path).unwrap();
    let again = genesis(directory.path(), &[&WITH_BRIDGE[..], &later].concat());
    assert_eq!(again.status.code(), Some(2));
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(error.contains("genesis.json exists") && error.contains("--force"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), kept);
    let second = written(directory.path(), &[&WITH_BRIDGE[..], &later, &["--force"]].concat());
    assert_ne!(second["hash"], first["hash"]);
}

#[test]
fn the_l1_of_a_genesis_may_be_said_by_a_file_or_the_environment() {
    let desk = Desk::new();
    let artifacts = Desk::artifacts();
    let fixed = ["genesis", "--chain-id", "61331", "--deployer", DEPLOYER_TEXT];
    let made = |more: &[&str]| {
        desk.json(&[&fixed[..], &["--artifacts", &artifacts, "--force"], more].concat())
    };
    let expected = json!(Plan::bridge(DEPLOYER, 0, None));
    // the desk's environment names its L1
    assert_eq!(made(&[])["bridge"], expected);
    let file = format!("[node]\nl1 = {:?}\n", desk.anvil.endpoint());
    std::fs::write(desk.path("me.toml"), file).unwrap();
    assert_eq!(made(&["--config", "me.toml"])["bridge"], expected);
    let (code, error) = desk.fails(&[&fixed[..], &["--l1", "http://127.0.0.1:1"]].concat());
    assert_eq!(code, 2, "what exists is not asked about: {error}");
    let nowhere = ["--l1", "http://127.0.0.1:1", "--out", "second.json"];
    let (code, error) = desk.fails(&[&fixed[..], &nowhere].concat());
    assert_eq!(code, 75, "a flag wins over the environment: {error}");
}

#[test]
fn ether_is_for_chains_without_a_bridge() {
    let directory = tempfile::tempdir().unwrap();
    let alloc = json!({ DEPLOYER.to_string(): { "balance": "0xde0b6b3a7640000" } });
    std::fs::write(directory.path().join("alloc.json"), alloc.to_string()).unwrap();
    let rich = ["--alloc", "alloc.json"];
    let error = refused(directory.path(), &[&WITH_BRIDGE[..], &rich].concat());
    assert!(error.contains("has ether, but the rollup has a Bridge"), "{error}");
    assert!(!directory.path().join("genesis.json").exists());
    let testnet = written(directory.path(), &[&["--no-bridge"][..], &rich].concat());
    assert_eq!(testnet["accounts"], 7);
}

#[test]
fn a_bridge_needs_to_know_who_deploys_it_where() {
    let directory = tempfile::tempdir().unwrap();
    let error = refused(directory.path(), &[]);
    assert!(error.contains("--deployer"), "{error}");
    let error = refused(directory.path(), &["--deployer", &DEPLOYER.to_string()]);
    assert!(error.contains("--l1 URL") && error.contains("--nonce and --l1-chain-id"), "{error}");
    let error = refused(directory.path(), &WITH_BRIDGE[..4]);
    assert!(error.contains("--l1-chain-id"), "{error}");
    refused(directory.path(), &[&WITH_BRIDGE[..], &["--no-bridge"]].concat());
}
