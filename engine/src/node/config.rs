//! The part of a daemon's configuration that both daemons share.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::l1::beacon::BeaconConfig;

/// How a node reads L1 and where it keeps what it knows.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// JSON-RPC endpoint of an L1 node.
    pub l1: String,
    /// The deployment file.
    pub deployment: PathBuf,
    /// Directory of the store; made if it is missing.
    pub store: PathBuf,
    /// Where the genesis state comes from.
    pub genesis: GenesisSource,
    /// Where blobs come from. Without it the node stops at the first batch that is in a blob.
    #[serde(default)]
    pub beacon: Option<BeaconConfig>,
    /// Milliseconds between looks at L1.
    #[serde(default = "default_poll")]
    pub poll_ms: u64,
    /// How far L1's newest block may lie behind the newest one ever seen, in seconds of L1 time, before an alert.
    #[serde(default = "default_lag")]
    pub lag_seconds: u64,
}

/// The state before the first block.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum GenesisSource {
    /// The part of a state that one block touches, from that block's execution witness.
    Witness {
        /// JSON, xz-compressed or not.
        path: PathBuf,
    },
    /// A genesis file in geth's format.
    Geth {
        /// JSON.
        path: PathBuf,
    },
}

impl NodeConfig {
    /// Time between looks at L1.
    #[must_use]
    pub const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}

const fn default_poll() -> u64 {
    2_000
}

const fn default_lag() -> u64 {
    120
}
