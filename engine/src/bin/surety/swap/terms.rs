//! `surety swap terms`.

use std::path::{Path, PathBuf};

use alloy::primitives::{Address, B256, U256};
use clap::Args;
use eyre::ensure;
use surety_engine::{
    node::{daemon::StartError, deployment::Deployment, layers::Layers},
    swap::{
        contracts::{SWAP_ARBITER, SWAP_VAULT},
        terms::{Leg, Terms},
    },
};

use crate::terminal::failure::Usage;

/// Who gives what to whom, and until when.
#[derive(Clone, Debug, Args)]
pub(crate) struct Write {
    /// Configuration file at the first leg's rollup.
    #[arg(long)]
    one: PathBuf,
    /// Who gives there.
    #[arg(long)]
    one_from: Address,
    /// Who gets it.
    #[arg(long)]
    one_to: Address,
    /// How much: wei, or the token's smallest unit.
    #[arg(long)]
    one_amount: U256,
    /// Of which token there; without it, ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    one_token: Address,
    /// Configuration file at the second leg's rollup.
    #[arg(long)]
    two: PathBuf,
    /// Who gives there.
    #[arg(long)]
    two_from: Address,
    /// Who gets it.
    #[arg(long)]
    two_to: Address,
    /// How much.
    #[arg(long)]
    two_amount: U256,
    /// Of which token there; without it, ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    two_token: Address,
    /// L1 time, seconds, before which both locks must be in confirmed claims and told to the arbiter.
    #[arg(long)]
    deadline: u64,
    /// Tells this swap from others with the same terms: a number that was not used before.
    #[arg(long, default_value_t = U256::ZERO)]
    salt: U256,
}

impl Write {
    pub(crate) fn run(&self) -> eyre::Result<()> {
        let leg = |bridge, token, from, to, amount| Leg {
            bridge,
            vault: SWAP_VAULT,
            token,
            from,
            to,
            amount,
        };
        let ((first, l1), (second, other)) = (bridge(&self.one)?, bridge(&self.two)?);
        ensure!(l1 == other, Usage("the rollups are on different L1s".to_owned()));
        let terms = Terms {
            arbiter: SWAP_ARBITER,
            one: leg(first, self.one_token, self.one_from, self.one_to, self.one_amount),
            two: leg(second, self.two_token, self.two_from, self.two_to, self.two_amount),
            deadline: self.deadline,
            salt: B256::from(self.salt),
        };
        println!("{}", serde_json::to_string_pretty(&terms)?);
        Ok(())
    }
}

/// The Bridge and the chain id of L1 of the rollup in a configuration.
fn bridge(config: &Path) -> eyre::Result<(Address, u64)> {
    let config = Layers::of(config).shared()?;
    let deployment = Deployment::read(&config.node.deployment)?;
    let bridge = deployment.bridge.ok_or(StartError::NoBridge)?.bridge;
    Ok((bridge, deployment.l1_chain_id))
}
