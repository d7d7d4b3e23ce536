//! Makes the trace of a block, from a node or from a daemon's store.

use std::{
    fmt, fs,
    io::{self, Write},
    path::PathBuf,
};

use alloy::consensus::Header;
use alloy_primitives::{B256, U256};
use alloy_rlp::Decodable;
use clap::{Args, ValueEnum};
use eyre::{OptionExt, WrapErr};
use serde::Serialize;
use surety_engine::{
    l1::{client::L1Client, witness::fetch},
    node::{archive::Archive, deployment::Deployment, history::History as _},
    state::BlockRow,
    stateless::{
        build,
        encoding::{rlp, ssz},
        execute,
        scheme::Fork,
        trace::Trace,
    },
};

/// Makes the trace of a block: from a node that serves `debug_executionWitness`, or from the store of a daemon that is not
/// running.
#[derive(Clone, Debug, Args)]
pub(crate) struct MakeTrace {
    /// The node's URL. One with a key in it belongs in the variable SURETY_RPC: others can see arguments.
    #[arg(
        long,
        env = "SURETY_RPC",
        hide_env = true,
        value_name = "URL",
        required_unless_present = "store"
    )]
    rpc: Option<String>,
    /// The daemon's store, which is read instead of a node.
    #[arg(long, requires = "deployment")]
    store: Option<PathBuf>,
    /// The deployment that the daemon follows.
    #[arg(long)]
    deployment: Option<PathBuf>,
    /// The block's number.
    #[arg(long)]
    block: u64,
    /// The block's rules, where neither chain nor header tells: paris, shanghai, cancun, prague, osaka, bpo1 or bpo2.
    #[arg(long, conflicts_with = "store")]
    fork: Option<Fork>,
    /// Where to write it; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tell of it as JSON on standard output; the trace goes to the file.
    #[arg(long, requires = "out")]
    json: bool,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Encoding::Rlp)]
    encoding: Encoding,
}

/// What a trace is of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    block: u64,
    transactions: usize,
    gas_used: u64,
    bytes: usize,
    pre_state_root: B256,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { block, transactions, gas_used, bytes, pre_state_root } = self;
        write!(
            f,
            "block {block}, {transactions} transactions, {gas_used} gas, {bytes} bytes, pre-state root {pre_state_root}"
        )
    }
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// What the precompile takes.
    Rlp,
    /// The stateless input of EIP-8079's drafts.
    Ssz,
}

impl MakeTrace {
    pub(crate) async fn run(&self) -> eyre::Result<()> {
        let (pre, trace) = match (&self.store, &self.deployment, &self.rpc) {
            (Some(store), Some(deployment), _) => {
                of_store(&Archive::open(store, Deployment::read(deployment)?)?, self.block)?
            }
            (None, _, Some(url)) => {
                let client = L1Client::connect(url, None).await?;
                let fetched = fetch(client.provider(), self.block).await?;
                let trace = build::of_execution_witness(
                    fetched.chain_id,
                    self.fork,
                    fetched.block,
                    fetched.witness,
                )?;
                let pre = trace.pre_state_root().ok_or_eyre("a trace without its parent")?;
                (pre, trace)
            }
            _ => eyre::bail!("give --rpc, or --store and --deployment"),
        };
        let gas_used = U256::from(trace.header.gas_used);
        let proven = execute(pre, trace.header.state_root, &trace, gas_used)?;
        let encoded = match self.encoding {
            Encoding::Rlp => rlp::encode(&trace),
            Encoding::Ssz => ssz::encode(&trace, &proven.requests),
        };
        let report = Report {
            block: trace.header.number,
            transactions: proven.transactions,
            gas_used: trace.header.gas_used,
            bytes: encoded.len(),
            pre_state_root: pre,
        };
        match &self.out {
            Some(path) => fs::write(path, encoded).wrap_err_with(|| path.display().to_string())?,
            None => io::stdout().write_all(&encoded)?,
        }
        if self.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            eprintln!("{report}");
        }
        Ok(())
    }
}

/// The trace of a block that a daemon executed.
fn of_store(archive: &Archive, number: u64) -> eyre::Result<(B256, Trace)> {
    let (store, deployment) = (archive.store(), archive.deployment());
    let row = store.block(number)?.ok_or_else(|| eyre::eyre!("block {number} is not executed"))?;
    let before = number.checked_sub(1).ok_or_eyre("block 0 has no parent")?;
    let parent = store.block(before)?;
    let pre = match &parent {
        Some(parent) => parent.state_root,
        None if before == deployment.genesis.number => deployment.genesis.state_root,
        None => eyre::bail!("block {before} is not executed"),
    };
    let parent = parent.as_ref().map(header).transpose()?;
    let input = archive.input(number)?;
    let chain_id = deployment.genesis.chain_id;
    let source = archive.source();
    Ok((pre, build::of_input(source, chain_id, pre, parent, &input, header(&row)?)?))
}

fn header(row: &BlockRow) -> eyre::Result<Header> {
    Header::decode(&mut row.header.as_ref()).wrap_err("the store's header is malformed")
}
