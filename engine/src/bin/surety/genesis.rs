//! `surety genesis`: the genesis file of a new rollup.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_primitives::{Address, B256, Bytes, map::B256Map};
use clap::Args;
use eyre::{OptionExt as _, WrapErr as _};
use serde::Serialize;
use surety_engine::{
    artifacts::Artifacts,
    bridge::message::Crossing,
    deploy::Plan,
    genesis::{Alloc, BridgeEnds, NewChain},
    node::deployment::BridgeContracts,
    rules::limits::Limits,
};

/// Writes the genesis file of a new rollup, in geth's format, with all predeploys.
#[derive(Debug, Args)]
pub(crate) struct Genesis {
    /// L2 chain id.
    #[arg(long)]
    chain_id: u64,
    /// With a Bridge, which needs to know where the contracts on L1 will be.
    #[arg(
        long,
        required_unless_present = "no_bridge",
        conflicts_with = "no_bridge",
        requires_all = ["deployer", "nonce", "l1_chain_id"]
    )]
    bridge: bool,
    /// Without a Bridge: a testnet whose accounts may have ether.
    #[arg(long)]
    no_bridge: bool,
    /// The account that will deploy the contracts on L1.
    #[arg(long)]
    deployer: Option<Address>,
    /// Its nonce when it deploys the Inbox: the Bridge follows as the fifth contract after it, the TokenEscrow as the sixth.
    #[arg(long)]
    nonce: Option<u64>,
    /// L1 chain id.
    #[arg(long)]
    l1_chain_id: Option<u64>,
    /// L2 time of the genesis, seconds; now if left out. Deploy after it.
    #[arg(long)]
    timestamp: Option<u64>,
    /// Base fee of the genesis, wei per gas.
    #[arg(long, default_value_t = 1_000_000_000)]
    base_fee: u128,
    /// More accounts: JSON as `alloc` in geth's format. With a Bridge they have no ether.
    #[arg(long)]
    alloc: Option<PathBuf>,
    /// The compiled contracts.
    #[arg(long, default_value = "out")]
    artifacts: PathBuf,
    /// The file to write.
    #[arg(long, default_value = "genesis.json")]
    out: PathBuf,
    /// Prints the summary as JSON.
    #[arg(long)]
    json: bool,
}

/// What a deployer wants to know of a genesis.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    file: PathBuf,
    chain_id: u64,
    timestamp: u64,
    accounts: usize,
    hash: B256,
    state_root: B256,
    #[serde(skip_serializing_if = "Option::is_none")]
    bridge: Option<BridgeContracts>,
}

impl Genesis {
    pub(crate) fn run(self) -> eyre::Result<()> {
        let bridge = match (self.bridge, self.deployer, self.nonce) {
            (true, Some(deployer), Some(nonce)) => Some(Plan::bridge_around(deployer, nonce, None)),
            _ => None,
        };
        let file = self.chain(bridge)?.file(&Artifacts::new(&self.artifacts))?;
        let (genesis, _) = file.build(&mut B256Map::<Bytes>::default())?;
        std::fs::write(&self.out, file.to_json()?)
            .wrap_err_with(|| format!("cannot write {}", self.out.display()))?;
        let summary = Summary {
            chain_id: genesis.chain_id,
            timestamp: genesis.timestamp,
            accounts: file.alloc().len(),
            hash: genesis.hash,
            state_root: genesis.state_root,
            bridge,
            file: self.out,
        };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&summary)?);
        } else {
            summary.print();
        }
        Ok(())
    }

    fn chain(&self, bridge: Option<BridgeContracts>) -> eyre::Result<NewChain> {
        let ends = bridge.zip(self.l1_chain_id).map(|(contracts, l1_chain_id)| BridgeEnds {
            crossing: Crossing { l1_chain_id, bridge: contracts.bridge },
            token_escrow: contracts.token_escrow,
        });
        Ok(NewChain {
            chain_id: self.chain_id,
            timestamp: self.timestamp.map_or_else(now, Ok)?,
            base_fee: self.base_fee,
            gas_limit: Limits::SURETY.block_gas,
            bridge: ends,
            alloc: self.alloc()?,
        })
    }

    fn alloc(&self) -> eyre::Result<Alloc> {
        let Some(path) = &self.alloc else { return Ok(Alloc::new()) };
        let json =
            std::fs::read(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&json)
            .wrap_err_with(|| format!("{} is not an `alloc` in geth's format", path.display()))
    }
}

impl Summary {
    fn print(&self) {
        println!("{}: {} accounts", self.file.display(), self.accounts);
        println!("  chain id     {}", self.chain_id);
        println!("  timestamp    {}", self.timestamp);
        println!("  hash         {}", self.hash);
        println!("  state root   {}", self.state_root);
        if let Some(BridgeContracts { bridge, caller, token_escrow }) = self.bridge {
            println!("  Bridge       {bridge}");
            println!("  Caller       {caller}");
            println!("  TokenEscrow  {token_escrow}");
        }
    }
}

fn now() -> eyre::Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since.map(|since| since.as_secs()).ok_or_eyre("the clock is before 1970")
}
