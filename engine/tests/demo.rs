//! The demo as a user runs it: both daemons as processes, on an L1 of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{path::PathBuf, process::Command};

use alloy::primitives::U256;
use serde_json::Value;

/// Where cargo puts programs of this build.
fn programs() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().to_owned()
}

fn run(arguments: &[&str]) -> Value {
    let programs = programs();
    assert!(programs.join("surety-challenger").exists(), "build the daemons: scripts/test does");
    let directory = tempfile::tempdir().unwrap();
    let json = directory.path().join("facts.json");
    let output = Command::new(env!("CARGO_BIN_EXE_surety"))
        .arg("demo")
        .args(["--root", support::root().to_str().unwrap()])
        .args(["--programs", programs.to_str().unwrap()])
        .args(["--data", directory.path().to_str().unwrap()])
        .args(["--json", json.to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap();
    let log = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap_or_default();
    assert!(
        output.status.success(),
        "{}\n{}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        log("surety-proposer.log"),
        log("surety-challenger.log"),
    );
    serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap()
}

fn wei(value: &Value) -> U256 {
    value.as_str().unwrap().parse().unwrap()
}

/// What every story with a liar must end in.
fn assert_slashed(facts: &Value) {
    assert_eq!(facts["outcome"], "liar slashed");
    assert_eq!(facts["block"]["executed"], 40);
    assert_eq!(facts["block"]["skipped"], 0);
    assert_eq!(facts["block"]["gas_used"], 1_429_580);
    assert_eq!(facts["block"]["receipts_root_is_mainnets"], true);
    // a root and a step bond
    assert_eq!(wei(&facts["bond_wei"]), U256::from(4_050_000_000_000_000_000_u64));
    assert!(wei(&facts["burned_wei"]) * U256::from(2) >= wei(&facts["bond_wei"]));
    assert_eq!(facts["moves"], 12);
    let dispute = &facts["dispute"];
    assert!(dispute["depth"].as_u64().unwrap() > 0, "the default lie is inside a nested call");
    assert_ne!(dispute["claimed"], dispute["proven"]);
}

#[test]
fn the_liar_is_slashed() {
    let facts = run(&[]);
    assert_slashed(&facts);
    assert!(facts["gas"]["opening_max"].as_u64().unwrap() < 140_000);
    assert!(facts["gas"]["honest_line_total"].as_u64().unwrap() < 2_500_000);
}

#[test]
fn without_a_liar_no_dispute_transaction_is_sent() {
    let facts = run(&["--honest"]);
    assert_eq!(facts["outcome"], "honest confirmed");
    assert_eq!(facts["moves"], 0);
    assert_eq!(wei(&facts["bond_wei"]), U256::ZERO);
}

/// The liar is wrong inside a transaction of the batch, which both sides have from the blob.
#[test]
fn a_lie_about_a_batch_in_a_blob_is_slashed() {
    let facts = run(&["--blob"]);
    assert_slashed(&facts);
    assert!(facts["dispute"]["slot"].as_u64().unwrap() > 0);
}

/// The liar copies one element of the blob wrongly: L1 opens that element.
#[test]
fn a_wrongly_copied_element_of_a_blob_is_slashed() {
    let facts = run(&["--blob", "--lie", "element"]);
    assert_eq!(facts["outcome"], "liar slashed");
    assert_eq!(facts["block"]["executed"], 40);
    assert!(wei(&facts["burned_wei"]) * U256::from(2) >= wei(&facts["bond_wei"]));
    let dispute = &facts["dispute"];
    assert_eq!((&dispute["opcode"], &dispute["slot"]), (&"Blob".into(), &0.into()));
    assert_eq!(dispute["step"], 4095);
    assert_ne!(dispute["claimed"], dispute["proven"]);
}

#[test]
fn t44_killing_a_daemon_at_ten_random_moments_changes_nothing() {
    assert_slashed(&run(&["--kills", "10", "--seed", "44"]));
}

/// What the second of two challengers sent, by verb, with the gas of all of it.
fn second(facts: &Value) -> (Vec<&str>, u64) {
    let transactions = facts["transactions"].as_array().unwrap().iter();
    let own: Vec<_> = transactions.filter(|sent| sent["from"] == "second").collect();
    let gas = own.iter().map(|sent| sent["gas"].as_u64().unwrap()).sum();
    (own.iter().map(|sent| sent["verb"].as_str().unwrap()).collect(), gas)
}

/// The command itself fails if one of them has more than a root and a step bond locked at a time, or loses any of it.
#[test]
fn a_challenger_that_waits_beside_another_has_nothing_to_do() {
    let facts = run(&["--second-challenger", "1"]);
    assert_slashed(&facts);
    let (verbs, _) = second(&facts);
    for verb in ["openRoot", "turn", "lastTurn", "joinSteps", "resolve", "lockBond"] {
        assert!(!verbs.contains(&verb), "{verbs:?}");
    }
}

#[test]
fn two_challengers_at_once_cost_a_few_reverts_and_nothing_else() {
    let facts = run(&["--second-challenger", "5"]);
    assert_slashed(&facts);
    // at most one for each move that both can make: six turns, joining, the proof, and the ends
    assert!(facts["reverted"].as_u64().unwrap() <= 12, "{}", facts["reverted"]);
    let reverted =
        facts["transactions"].as_array().unwrap().iter().filter(|sent| sent["succeeded"] == false);
    let gas: u64 = reverted.map(|sent| sent["gas"].as_u64().unwrap()).sum();
    assert!(gas < 2_000_000, "{gas} gas");
}
