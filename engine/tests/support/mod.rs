//! What the integration tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

pub mod mainnet;
pub mod scenario;

use std::{ops::Deref, path::PathBuf};

use alloy::{
    node_bindings::{Anvil, AnvilInstance},
    primitives::Address,
};
use surety_engine::{execute::boundary::Genesis, node::deployment::Deployment};
use tempfile::TempDir;

/// The repository's root, where npm and forge put what the tests use.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A deployment on the first block of L1 1, without a Bridge, whose contracts are nowhere.
pub fn nowhere(genesis: Genesis) -> Deployment {
    let nobody = Address::repeat_byte(7);
    Deployment {
        l1_chain_id: 1,
        l1_block: 1,
        inbox: nobody,
        bonds: nobody,
        tournament: nobody,
        rollup: nobody,
        step_verifier: nobody,
        lens: nobody,
        settlement: None,
        bridge: None,
        genesis,
    }
}

/// A running L1, with the states that it writes to the disk.
pub struct L1 {
    anvil: AnvilInstance,
    _states: TempDir,
}

impl Deref for L1 {
    type Target = AnvilInstance;

    fn deref(&self) -> &AnvilInstance {
        &self.anvil
    }
}

/// An L1 of our own: Osaka with EIP-7825's cap, a block a transaction.
pub fn anvil(extra: &[&str]) -> L1 {
    let binary = root().join("node_modules/.bin/anvil");
    assert!(binary.exists(), "anvil is missing: run scripts/setup");
    let states = TempDir::new().unwrap();
    let anvil = Anvil::at(binary)
        .args(["--hardfork", "osaka", "--enable-tx-gas-limit", "--cache-path"])
        .arg(states.path().to_str().unwrap())
        .args(extra)
        .spawn();
    L1 { anvil, _states: states }
}

/// Compares the committed `fixtures/<path>` with what its generator makes now; `UPDATE_FIXTURES=1` writes it.
pub fn check_fixture(path: &str, current: &serde_json::Value) {
    let file = root().join("fixtures").join(path);
    let text = serde_json::to_string_pretty(current).unwrap() + "\n";
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).expect("run with UPDATE_FIXTURES=1");
    assert!(committed == text, "{path} is not current: run with UPDATE_FIXTURES=1");
}
