//! `surety swap deploy`.

use std::path::PathBuf;

use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
};
use clap::Args;
use eyre::ensure;
use surety_engine::{
    artifacts::Artifacts,
    genesis::DEPLOYMENT_PROXY,
    l1::send::Call,
    swap::contracts::{Creation, SWAP_ARBITER, SWAP_VAULT, creation},
};

use super::seats;

/// Where, and from which compiled contracts.
#[derive(Clone, Debug, Args)]
pub(crate) struct Deploy {
    /// Configuration file (TOML) like a daemon's, with a store of its own, at the rollup.
    #[arg(long, env = "SURETY_CONFIG")]
    config: PathBuf,
    /// The repository's root, with `out/`.
    #[arg(long, default_value = ".")]
    root: PathBuf,
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
        if seat.node().l1().provider().get_code_at(SWAP_ARBITER).await?.is_empty() {
            let (to, data) = (Some(DEPLOYMENT_PROXY), arbiter.data);
            let call = Call { to, data, value: U256::ZERO, label: "deploy SwapArbiter" };
            let sent = seat.lane().send(&call).await?;
            println!("SwapArbiter {SWAP_ARBITER}: {}, {} gas", sent.hash, sent.gas);
        } else {
            println!("SwapArbiter {SWAP_ARBITER}: there already");
        }
        if seat.has_vault()? {
            println!("SwapVault {SWAP_VAULT}: there already");
        } else {
            let sent = seat.create(vault).await?;
            println!("SwapVault {SWAP_VAULT}: posted by {}, {} gas", sent.hash, sent.gas);
        }
        Ok(())
    }
}

fn expect(creation: &Creation, address: Address) -> eyre::Result<()> {
    ensure!(creation.address == address, "the compiled contracts are of another version");
    Ok(())
}
