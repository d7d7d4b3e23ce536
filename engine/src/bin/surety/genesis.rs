//! `surety genesis`: the genesis file of a new rollup.

use std::{
    fmt, io,
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
    deploy::{Plan, Surveyor},
    genesis::{Alloc, BridgeEnds, NewChain},
    node::{
        deployment::BridgeContracts,
        file::{self, Existing},
    },
    rules::limits::Limits,
};

use crate::{
    place::Place,
    terminal::{
        failure::{Advise as _, Usage},
        output::Output,
    },
};

/// Writes the genesis file of a new rollup, in geth's format, with all predeploys.
///
/// The L2's end of the bridge knows the Bridge on L1, whose address follows from the deployer's nonce: L1 is asked for it, unless
/// --nonce and --l1-chain-id tell, and `surety deploy` must be the account's next transactions.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  surety genesis --chain-id 61331 --l1 http://127.0.0.1:8545 --deployer 0xf39F...")]
pub(crate) struct Genesis {
    /// L2 chain id.
    #[arg(long)]
    chain_id: u64,
    /// Without a Bridge: a testnet whose accounts may have ether.
    #[arg(long, conflicts_with_all = ["deployer", "nonce", "l1_chain_id", "l1"])]
    no_bridge: bool,
    /// The account that will deploy the contracts on L1.
    #[arg(long, required_unless_present = "no_bridge", value_name = "ADDRESS")]
    deployer: Option<Address>,
    /// A step verifier that is on L1 already, and will not be deployed again.
    #[arg(long, conflicts_with_all = ["nonce", "no_bridge"], value_name = "ADDRESS")]
    verifier: Option<Address>,
    /// Without L1: the deployer's nonce when it deploys the Inbox; the Bridge follows as the fifth contract after it, the
    /// TokenEscrow as the sixth.
    #[arg(long, requires = "l1_chain_id", conflicts_with = "l1")]
    nonce: Option<u64>,
    /// Without L1: its chain id.
    #[arg(long, requires = "nonce")]
    l1_chain_id: Option<u64>,
    /// L2 time of the genesis, seconds. Default: that of L1's newest block if L1 is asked, else now. Deploy after it.
    #[arg(long)]
    timestamp: Option<u64>,
    /// Base fee of the genesis, wei per gas.
    #[arg(long, default_value_t = 1_000_000_000)]
    base_fee: u128,
    /// More accounts: JSON as `alloc` in geth's format. With a Bridge they have no ether.
    #[arg(long, value_name = "FILE")]
    alloc: Option<PathBuf>,
    /// The compiled contracts.
    #[arg(long, env = "SURETY_ARTIFACTS", default_value = "out", value_name = "DIRECTORY")]
    artifacts: PathBuf,
    /// The file to write.
    #[arg(long, default_value = "genesis.json", value_name = "FILE")]
    out: PathBuf,
    /// Replace the file if it is there. That of a rollup cannot be made again: its nonces and its time are gone.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    output: Output,
}

/// Where on L1 the Bridge will be.
#[derive(Clone, Copy, Debug)]
struct Site {
    l1_chain_id: u64,
    contracts: BridgeContracts,
    /// L1's time, if it was asked.
    time: Option<u64>,
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
    pub(crate) async fn run(self) -> eyre::Result<()> {
        if !self.force && self.out.exists() {
            return self.exists();
        }
        let site = self.site().await?;
        let chain = self.chain(site)?.file(&Artifacts::new(&self.artifacts))?;
        let (genesis, _) = chain.build(&mut B256Map::<Bytes>::default())?;
        let json = chain.to_json()?;
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        match file::write(&self.out, json.as_bytes(), existing) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return self.exists(),
            written => written.wrap_err_with(|| format!("cannot write {}", self.out.display()))?,
        }
        self.output.say(&Summary {
            chain_id: genesis.chain_id,
            timestamp: genesis.timestamp,
            accounts: chain.alloc().len(),
            hash: genesis.hash,
            state_root: genesis.state_root,
            bridge: site.map(|site| site.contracts),
            file: self.out,
        })
    }

    fn exists(&self) -> eyre::Result<()> {
        Err(Usage(format!("{} exists", self.out.display()))).advise(|| {
            "go on with it by surety deploy, name another file with --out, or replace it with --force"
        })
    }

    /// Where the Bridge will be, if there is one.
    async fn site(&self) -> eyre::Result<Option<Site>> {
        let Some(deployer) = self.deployer else { return Ok(None) };
        let (inbox, l1_chain_id, time) = match (self.nonce, self.l1_chain_id) {
            (Some(nonce), Some(l1_chain_id)) => (nonce, l1_chain_id, None),
            _ => {
                let l1 = self.place.connect(None).await;
                let l1 =
                    l1.wrap_err("L1 tells where the Bridge will be, or --nonce and --l1-chain-id")?;
                let surveyor = Surveyor::arrive(&l1, deployer).await?;
                let inbox = Plan::inbox(surveyor.nonce(), self.verifier.is_none(), None);
                (inbox, l1.chain_id(), Some(surveyor.head().timestamp))
            }
        };
        let contracts = Plan::bridge_around(deployer, inbox, None);
        Ok(Some(Site { l1_chain_id, contracts, time }))
    }

    fn chain(&self, site: Option<Site>) -> eyre::Result<NewChain> {
        let ends = |site: Site| BridgeEnds {
            crossing: Crossing { l1_chain_id: site.l1_chain_id, bridge: site.contracts.bridge },
            token_escrow: site.contracts.token_escrow,
        };
        let time = self.timestamp.or_else(|| site.and_then(|site| site.time));
        Ok(NewChain {
            chain_id: self.chain_id,
            timestamp: time.map_or_else(now, Ok)?,
            base_fee: self.base_fee,
            gas_limit: Limits::SURETY.block_gas,
            bridge: site.map(ends),
            alloc: self.alloc()?,
        })
    }

    fn alloc(&self) -> eyre::Result<Alloc> {
        let Some(path) = &self.alloc else { return Ok(Alloc::new()) };
        let json = std::fs::read(path)
            .map_err(|error| Usage(format!("cannot read {}: {error}", path.display())))?;
        Ok(serde_json::from_slice(&json).map_err(|error| {
            Usage(format!("{} is not an `alloc` in geth's format: {error}", path.display()))
        })?)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} accounts", self.file.display(), self.accounts)?;
        writeln!(f, "  chain id     {}", self.chain_id)?;
        writeln!(f, "  timestamp    {}", self.timestamp)?;
        writeln!(f, "  hash         {}", self.hash)?;
        writeln!(f, "  state root   {}", self.state_root)?;
        if let Some(BridgeContracts { bridge, caller, token_escrow }) = self.bridge {
            writeln!(f, "  Bridge       {bridge}")?;
            writeln!(f, "  Caller       {caller}")?;
            writeln!(f, "  TokenEscrow  {token_escrow}")?;
        }
        Ok(())
    }
}

fn now() -> eyre::Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since.map(|since| since.as_secs()).ok_or_eyre("the clock is before 1970")
}
