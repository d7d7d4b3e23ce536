//! The proposer's own part of its configuration.

use serde::{Deserialize, Serialize};
use surety_engine::{dispute::plan::Policy, node::layers};

use crate::{batcher::BatcherConfig, mempool::MempoolSettings, rpc::RpcConfig};

/// The whole configuration.
pub(crate) type Config = layers::Config<Sections>;

/// The tables that only the proposer has.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Sections {
    /// When to propose and when to defend.
    #[serde(default)]
    pub(crate) proposer: Proposer,
    /// How much waits for a batch.
    #[serde(default)]
    pub(crate) mempool: MempoolSettings,
    /// Whether and how batches are posted.
    #[serde(default)]
    pub(crate) batcher: BatcherConfig,
    /// The L2's JSON-RPC.
    #[serde(default)]
    pub(crate) rpc: RpcConfig,
}

/// When to propose and when to defend.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
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

    use std::path::Path;

    use surety_engine::{l1::signer::KeySource, node::layers::Layers};

    use super::*;

    #[test]
    fn the_example_is_valid() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/proposer.toml");
        let config: Config = Layers::of(Path::new(file)).read().unwrap();
        assert_eq!(config.seat.proposer, Proposer::default(), "it shows the defaults");
        assert_eq!(config.seat.proposer.policy(), Policy::PROPOSER);
        assert_eq!(config.seat.mempool, MempoolSettings::default());
        assert_eq!(config.seat.batcher, BatcherConfig::default());
        assert!(matches!(config.daemon.key, Some(KeySource::Keystore { .. })));
    }
}
