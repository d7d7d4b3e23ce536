//! How the lane behaves.

use std::time::Duration;

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// Wei in a gwei.
const GWEI: u64 = 1_000_000_000;

/// How the lane behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSettings {
    /// Most that is ever paid, wei per gas.
    pub max_fee: u128,
    /// How long an attempt waits before its fees are raised.
    pub patience: Duration,
    /// Attempts before the lane gives up and the caller plans anew.
    pub attempts: u32,
    /// By how much an attempt's fees are above the last one's, percent; pools want 10 at least, and 100 with blobs.
    pub bump_percent: u32,
    /// Wei that are kept for disputes: nothing is sent that would leave less, but for [`Lane::defend`](super::Lane::defend).
    pub floor: U256,
}

impl Default for LaneSettings {
    fn default() -> Self {
        (&LaneConfig::default()).into()
    }
}

/// The same in a configuration file, where amounts are in gwei.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaneConfig {
    /// Most that is ever paid, gwei per gas.
    pub max_fee_gwei: u64,
    /// Seconds that an attempt waits before its fees are raised.
    pub patience_seconds: u64,
    /// Attempts before the call is planned anew.
    pub attempts: u32,
    /// By how much fees are raised, percent.
    pub bump_percent: u32,
    /// What is kept for disputes, gwei: below it nothing is claimed, batched or relayed.
    pub floor_gwei: u64,
}

impl Default for LaneConfig {
    fn default() -> Self {
        Self {
            max_fee_gwei: 500,
            patience_seconds: 45,
            attempts: 10,
            bump_percent: 13,
            floor_gwei: 0,
        }
    }
}

impl From<&LaneConfig> for LaneSettings {
    fn from(config: &LaneConfig) -> Self {
        Self {
            max_fee: u128::from(config.max_fee_gwei) * u128::from(GWEI),
            patience: Duration::from_secs(config.patience_seconds),
            attempts: config.attempts,
            bump_percent: config.bump_percent,
            floor: U256::from(config.floor_gwei) * U256::from(GWEI),
        }
    }
}
