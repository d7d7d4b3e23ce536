//! The part of a daemon's configuration that both daemons share.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::{code::UnknownCode, deployment::Deployment};
use crate::{
    l1::{
        beacon::BeaconConfig,
        client::{L1Client, L1Error},
        settings::{Endpoints, L1Settings},
    },
    state::CacheSize,
};

/// How a node reads L1 and where it keeps what it knows.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// JSON-RPC endpoints of L1 nodes: one, or a list with the preferred one first.
    pub l1: Endpoints,
    /// What is asked of them.
    #[serde(default)]
    pub l1_settings: L1Settings,
    /// The deployment file.
    pub deployment: PathBuf,
    /// Directory of the store; made if it is missing.
    pub store: PathBuf,
    /// What to do about contracts whose code this build does not know.
    #[serde(default)]
    pub unknown_code: UnknownCode,
    /// Megabytes of step commitments that are kept in the store's directory, so that a restart in the midst of a dispute does
    /// not trace again.
    #[serde(default = "default_traces")]
    pub traces_mb: u64,
    /// Megabytes of memory for pages of the store.
    #[serde(default)]
    pub cache_mb: CacheSize,
    /// Megabytes of memory that commitments of disputes may take. What does not fit is made again when it is asked for.
    #[serde(default = "default_memory")]
    pub evidence_mb: u64,
    /// Where the genesis state comes from.
    pub genesis: GenesisSource,
    /// Where blobs come from. Without it nothing is executed from the first batch on that is in a blob: anybody may append one.
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
    /// A node with the defaults of everything else.
    #[must_use]
    pub fn new(
        l1: impl Into<Endpoints>,
        deployment: PathBuf,
        store: PathBuf,
        genesis: GenesisSource,
    ) -> Self {
        Self {
            l1: l1.into(),
            l1_settings: L1Settings::default(),
            deployment,
            store,
            unknown_code: UnknownCode::default(),
            traces_mb: default_traces(),
            cache_mb: CacheSize::default(),
            evidence_mb: default_memory(),
            genesis,
            beacon: None,
            poll_ms: default_poll(),
            lag_seconds: default_lag(),
        }
    }

    /// Connects to L1, which must be the deployment's.
    ///
    /// # Errors
    /// [`L1Error`].
    pub async fn connect(&self, deployment: &Deployment) -> Result<L1Client, L1Error> {
        L1Client::connect_with(&self.l1, Some(deployment.l1_chain_id), self.l1_settings).await
    }

    /// Time between looks at L1.
    #[must_use]
    pub const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}

const fn default_traces() -> u64 {
    1_024
}

const fn default_memory() -> u64 {
    1_024
}

const fn default_poll() -> u64 {
    2_000
}

const fn default_lag() -> u64 {
    120
}
