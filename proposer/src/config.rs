//! The proposer's configuration file.

use serde::Deserialize;
use surety_engine::{dispute::plan::Policy, node::daemon::DaemonConfig};

use crate::{mempool::MempoolSettings, rpc::RpcConfig};

/// The whole file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Config {
    /// What every daemon has.
    #[serde(flatten)]
    pub(crate) daemon: DaemonConfig,
    /// What is the proposer's alone.
    #[serde(default)]
    pub(crate) proposer: Proposer,
    /// How much waits for a batch.
    #[serde(default)]
    pub(crate) mempool: MempoolSettings,
    /// The L2's JSON-RPC.
    #[serde(default)]
    pub(crate) rpc: RpcConfig,
}

/// When to propose and when to defend.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Proposer {
    /// L2 blocks that a claim covers at least, up to 1024.
    pub(crate) blocks_per_claim: u16,
    /// It leaves a move to challengers until this many L1 blocks are left in which waiting is free; absent: it does not.
    pub(crate) defend_within: Option<u64>,
}

impl Default for Proposer {
    fn default() -> Self {
        Self { blocks_per_claim: 1, defend_within: None }
    }
}

impl Proposer {
    /// The seat that it takes.
    pub(crate) fn policy(self) -> Policy {
        Policy {
            propose_after: Some(self.blocks_per_claim.clamp(1, 1024)),
            steps_in: self.defend_within,
            ..Policy::PROPOSER
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use surety_engine::l1::signer::KeySource;

    use super::*;

    const FILE: &str = r#"
        [node]
        l1 = "http://127.0.0.1:8545"
        deployment = "deployment.json"
        store = "store"
        genesis = { kind = "witness", path = "witness.json.xz" }
        [key]
        kind = "mnemonic"
        path = "phrase"
    "#;

    #[test]
    fn what_is_left_out_has_its_default() {
        let config: Config = toml::from_str(FILE).unwrap();
        assert_eq!(config.proposer.policy(), Policy::PROPOSER);
        assert_eq!(config.daemon.node.poll_ms, 2_000);
    }

    #[test]
    fn the_example_is_valid() {
        let config: Config =
            toml::from_str(include_str!("../../docs/examples/proposer.toml")).unwrap();
        assert_eq!(config.proposer, Proposer::default(), "it shows the defaults");
        assert!(matches!(config.daemon.key, KeySource::Keystore { .. }));
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        let file = format!("{FILE}\n[proposer]\ndefend_whithin = 5");
        assert!(toml::from_str::<Config>(&file).is_err());
    }
}
