//! `surety simulate-attack` as a user runs it: the challenger daemon against many sybils, who lose everything.
//!
//! The command itself fails unless the honest claim is confirmed, every sybil's bond is forfeited, every honest step match
//! was decided by a proof and nothing the daemon sent reverted. Here its numbers are held against the committed ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{process::Command, sync::Mutex};

use serde_json::Value;

/// The attacks share two cores: one at a time.
static FIELD: Mutex<()> = Mutex::new(());

fn simulate(sybils: u64, level: &str, further: &[&str]) -> Value {
    let _field = FIELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let test = std::env::current_exe().unwrap();
    let programs = test.parent().unwrap().parent().unwrap();
    assert!(programs.join("surety-challenger").exists(), "build the daemons: scripts/test does");
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_surety"))
        .args(["simulate-attack", "--json", "--level", level])
        .args(["--sybils", &sybils.to_string()])
        .args(further)
        .args(["--root", support::root().to_str().unwrap()])
        .args(["--programs", programs.to_str().unwrap()])
        .args(["--data", directory.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(directory.path().join("surety-challenger.log")).unwrap_or_default(),
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The committed row of the same attack.
fn committed(sybils: u64, level: &str) -> Value {
    let file = support::root().join("snapshots/attack.json");
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    rows.into_iter().find(|row| row["level"] == level && row["sybils"] == sybils).unwrap()
}

fn assert_as_committed(sybils: u64, level: &str) {
    let (now, then) = (simulate(sybils, level, &[]), committed(sybils, level));
    for part in [
        "/matches",
        "/attacker/bonds",
        "/attacker/lost",
        "/honest/peak_locked",
        "/honest/transactions",
        "/blocks",
    ] {
        let (now, then) = (now.pointer(part).unwrap(), then.pointer(part).unwrap());
        assert_eq!(now, then, "{sybils}, {level}: {part} has moved: run scripts/simulate-attack");
    }
    let gas = |row: &Value| {
        let of = |part: &str| row["honest"]["gas"][part].as_u64().unwrap();
        // which sybils get through to the honest side, and so which steps are proven, is not the same in every run
        of("total") - of("proofs")
    };
    let (now, then) = (gas(&now), gas(&then));
    let moved = now.abs_diff(then) * 100 > then;
    assert!(!moved, "{sybils}, {level}: {now} gas, was {then}: run scripts/simulate-attack");
}

/// The command itself checks every balance, receipt, claim and bond.
#[test]
fn a_rollup_in_use_and_under_attack_loses_nothing() {
    let _field = FIELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let test = std::env::current_exe().unwrap();
    let programs = test.parent().unwrap().parent().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_surety"))
        .args(["soak", "--json", "--blocks", "40", "--blocks-per-claim", "8", "--attacker"])
        .args(["--accounts", "1000"])
        .args(["--root", support::root().to_str().unwrap()])
        .args(["--programs", programs.to_str().unwrap()])
        .args(["--data", directory.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["blocks"].as_u64().unwrap() >= 40, "{report}");
    assert!(report["claims"].as_u64().unwrap() >= 1, "{report}");
    assert!(report["attacks"].as_u64().unwrap() >= 1, "{report}");
    assert_eq!(report["lost"], report["attacks"], "{report}");
}

#[test]
fn one_lying_claim_loses() {
    assert_as_committed(1, "root");
}

#[test]
fn one_step_commitment_more_loses() {
    assert_as_committed(1, "steps");
}

#[test]
fn t13_eight_lying_claims_lose_to_proofs_not_to_clocks() {
    assert_as_committed(8, "root");
}

#[test]
fn eight_step_commitments_lose() {
    assert_as_committed(8, "steps");
}

#[test]
fn t30_sixty_four_lying_claims_lock_one_root_and_one_step_bond() {
    assert_as_committed(64, "root");
}

#[test]
fn sixty_four_step_commitments_lose() {
    assert_as_committed(64, "steps");
}

/// `scripts/kill-test` kills a hundred times.
#[test]
fn t44_a_challenger_killed_in_the_midst_of_an_attack_wins_the_same() {
    let (now, then) =
        (simulate(1, "root", &["--kills", "6", "--seed", "44"]), committed(1, "root"));
    assert!(now["kills"].as_u64().unwrap() > 0);
    for part in ["/matches", "/attacker/bonds", "/attacker/lost", "/honest/peak_locked"] {
        assert_eq!(now.pointer(part), then.pointer(part), "{part}");
    }
}
