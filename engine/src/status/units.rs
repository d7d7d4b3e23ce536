//! Amounts and times as they are written for programs: wei in decimal, deadlines in blocks and about how many seconds.

use std::fmt;

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::dispute::domain::Instant;

/// Seconds between two L1 blocks, unless a slot is missed.
pub const SECONDS_PER_L1_BLOCK: u64 = 12;

/// An amount of wei; a decimal string in JSON, since numbers there are exact to 2^53 only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wei(pub U256);

impl fmt::Display for Wei {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Serialize for Wei {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Wei {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        U256::from_str_radix(&text, 10).map(Self).map_err(D::Error::custom)
    }
}

/// A point in time ahead, as seen from the snapshot's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Until {
    /// The first L1 block in which it is there.
    pub l1_block: u64,
    /// Blocks until then; 0 when it has passed.
    pub blocks_left: u64,
    /// About how many seconds that is.
    pub seconds_left: u64,
}

impl Until {
    /// How far `at` lies ahead of `now`.
    #[must_use]
    pub const fn new(at: Instant, now: Instant) -> Self {
        let blocks_left = at.since(now).0;
        let seconds_left = blocks_left.saturating_mul(SECONDS_PER_L1_BLOCK);
        Self { l1_block: at.0, blocks_left, seconds_left }
    }
}

/// Ether, for people: as many decimals as it has, at most six.
#[must_use]
pub fn ether(wei: U256) -> String {
    let (whole, micros) = wei.div_rem(U256::from(1_000_000_000_000_000_000_u64));
    let micros = micros / U256::from(1_000_000_000_000_u64);
    let decimals = format!("{micros:0>6}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole} ETH"),
        decimals => format!("{whole}.{decimals} ETH"),
    }
}

/// L2 blocks, for people.
#[must_use]
pub fn l2_blocks(first: u64, last: u64) -> String {
    if first == last { format!("L2 block {first}") } else { format!("L2 blocks {first} to {last}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn wei_are_decimal_strings() {
        let amount = Wei(U256::MAX);
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, format!("\"{}\"", U256::MAX));
        assert_eq!(serde_json::from_str::<Wei>(&json).unwrap(), amount);
        for bad in ["5", "\"0x5\"", "\"-1\"", "\"1.5\""] {
            assert!(serde_json::from_str::<Wei>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ether_has_the_decimals_it_needs() {
        let shown = |wei: u64| ether(U256::from(wei));
        assert_eq!(shown(0), "0 ETH");
        assert_eq!(shown(2_025_000_000_000_000_000), "2.025 ETH");
        assert_eq!(shown(1_000_000_000_000), "0.000001 ETH");
        assert_eq!(shown(999_999_999_999), "0 ETH");
    }

    #[test]
    fn a_time_that_has_passed_is_now() {
        assert_eq!(Until::new(Instant(15), Instant(10)).seconds_left, 60);
        assert_eq!(Until::new(Instant(5), Instant(10)).blocks_left, 0);
    }
}
