//! What the integration tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

use std::path::PathBuf;

use alloy::node_bindings::{Anvil, AnvilInstance};

/// The repository's root, where npm and forge put what the tests use.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// An L1 of our own: Osaka with EIP-7825's cap, a block a transaction.
pub fn anvil(extra: &[&str]) -> AnvilInstance {
    let binary = root().join("node_modules/.bin/anvil");
    assert!(binary.exists(), "anvil is missing: run scripts/setup");
    Anvil::at(binary).args(["--hardfork", "osaka", "--enable-tx-gas-limit"]).args(extra).spawn()
}
