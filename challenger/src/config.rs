//! The challenger's own part of its configuration.

use serde::{Deserialize, Serialize};
use surety_challenger::page::PageConfig;
use surety_engine::{dispute::plan::Policy, node::layers};

/// The whole configuration.
pub(crate) type Config = layers::Config<Sections>;

/// The tables that only the challenger has.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Sections {
    /// When to step in.
    #[serde(default)]
    pub(crate) challenger: Challenger,
    /// The watchtower page.
    #[serde(default)]
    pub(crate) page: PageConfig,
}

/// When to step in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Challenger {
    /// It leaves a move to others, or with `--watch-only` says nothing of it, until this many L1 blocks are left in which
    /// waiting is free; absent: it does not wait. Of challengers side by side each should have a number of its own.
    pub(crate) step_in_within: Option<u64>,
}

impl Challenger {
    /// The seat that it takes.
    pub(crate) const fn policy(self) -> Policy {
        Policy { steps_in: self.step_in_within, ..Policy::CHALLENGER }
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
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/challenger.toml");
        let config: Config = Layers::of(Path::new(file)).read().unwrap();
        assert_eq!(config.seat.challenger.policy(), Policy::CHALLENGER, "it shows the defaults");
        assert_eq!((config.daemon.node.poll_ms, config.daemon.node.lag_seconds), (2_000, 120));
        assert!(matches!(config.daemon.key, Some(KeySource::Keystore { .. })));
    }
}
