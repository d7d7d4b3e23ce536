//! `surety swap deploy`.

use std::{fmt, path::PathBuf};

use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
};
use clap::Args;
use eyre::ensure;
use serde::Serialize;
use surety_engine::{
    artifacts::Artifacts,
    genesis::DEPLOYMENT_PROXY,
    l1::send::Call,
    swap::contracts::{Creation, SWAP_ARBITER, SWAP_VAULT, creation},
};

use super::seats;
use crate::terminal::{done::Done, output::Output, sent::After as _};

/// Deploys what swaps take, where it is missing: the arbiter on L1 and the vault on a rollup.
#[derive(Clone, Debug, Args)]
pub(crate) struct Deploy {
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the rollup.
    #[arg(long, env = "SURETY_CONFIG", value_name = "FILE")]
    config: PathBuf,
    /// The repository's root, with `out/`.
    #[arg(long, default_value = ".", value_name = "DIRECTORY")]
    root: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    arbiter: Contract,
    vault: Contract,
}

/// A contract; without a transaction it was there already.
#[derive(Serialize)]
struct Contract {
    address: Address,
    #[serde(flatten)]
    sent: Option<Done>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, contract) in [("SwapArbiter", &self.arbiter), ("SwapVault", &self.vault)] {
            match &contract.sent {
                Some(done) => writeln!(f, "{name} {}: {done}", contract.address)?,
                None => writeln!(f, "{name} {}: there already", contract.address)?,
            }
        }
        Ok(())
    }
}

impl Deploy {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let artifacts = Artifacts::new(self.root.join("out"));
        let (seat, _) = seats::open(&self.config).await?;
        seat.follow().await?;
        let arbiter = creation(&artifacts, "SwapArbiter")?;
        let vault = creation(&artifacts, "SwapVault")?;
        expect(&arbiter, SWAP_ARBITER)?;
        expect(&vault, SWAP_VAULT)?;
        let code = seat.node().l1().provider().get_code_at(SWAP_ARBITER).await?;
        let arbiter = match code.is_empty() {
            true => {
                let (to, data) = (Some(DEPLOYMENT_PROXY), arbiter.data);
                let call = Call { to, data, value: U256::ZERO, label: "deploy SwapArbiter" };
                Some(Done::from(seat.lane().send(&call).await?))
            }
            false => None,
        };
        let sent = arbiter.map(|done: Done| done.transaction);
        let vault = match seat.has_vault().after(sent)? {
            true => None,
            false => Some(Done::from(seat.create(vault).await.after(sent)?)),
        };
        self.output.say(&Report {
            arbiter: Contract { address: SWAP_ARBITER, sent: arbiter },
            vault: Contract { address: SWAP_VAULT, sent: vault },
        })
    }
}

fn expect(creation: &Creation, address: Address) -> eyre::Result<()> {
    ensure!(creation.address == address, "the compiled contracts are of another version");
    Ok(())
}
