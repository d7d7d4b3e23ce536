//! Surety's proposer: follows L1, executes the L2 chain, proposes bonded claims, defends them, and recovers its bonds.

mod config;
#[allow(dead_code, unused_imports, reason = "the RPC and the batcher come next")]
mod mempool;
#[allow(dead_code, reason = "more methods come next")]
mod rpc;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use alloy::primitives::Address;
use clap::{Parser, Subcommand};
use eyre::WrapErr as _;
use surety_engine::{
    l1::{
        append::{append, append_blob},
        client::L1Client,
        send::{Lane, LaneSettings},
    },
    node::{daemon::Daemon, deployment::Deployment, process},
    telemetry::Telemetry,
};
use tracing::info;

use crate::{config::Config, mempool::Mempool};

/// Proposes claims about a Surety rollup.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Configuration file (TOML).
    #[arg(long, env = "SURETY_CONFIG")]
    config: PathBuf,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Append one batch to the Inbox and exit.
    Append {
        /// The batch: entries of `u16 length ‖ EIP-2718 bytes`.
        #[arg(long)]
        batch: PathBuf,
        /// Puts it into a blob.
        #[arg(long)]
        blob: bool,
        /// Who gets the L2 block's priority fees.
        #[arg(long)]
        fee_recipient: Address,
    },
}

#[tokio::main]
async fn main() -> eyre::Result<()> {
    let arguments = Arguments::parse();
    process::init_tracing(arguments.log_json);
    let config: Config = process::read_config(&arguments.config)?;
    match arguments.command {
        Some(Command::Append { batch, blob, fee_recipient }) => {
            append_batch(&config, &batch, blob, fee_recipient).await
        }
        None => run(config).await,
    }
}

async fn run(config: Config) -> eyre::Result<()> {
    let shutdown = process::shutdown()?;
    let telemetry = Telemetry::start(env!("CARGO_PKG_NAME"), config.daemon.telemetry).await?;
    let daemon = Daemon::open(config.daemon, config.proposer.policy()).await?;
    let daemon = daemon.reporting_to(telemetry.health().clone());
    let (node, store) = (Arc::clone(daemon.node()), Arc::clone(daemon.node().store()));
    let changes = node.head_changes();
    let mempool = Arc::new(Mempool::open(node, store, config.mempool)?);
    let keeping_up = tokio::spawn(mempool::keep_up(Arc::clone(&mempool), changes));
    let server = rpc::Server::start(Arc::clone(daemon.node()), mempool, &config.rpc).await?;
    daemon.run(shutdown, |_| {}).await;
    if let Some(server) = server {
        server.stop().await;
    }
    keeping_up.abort();
    Ok(())
}

async fn append_batch(
    config: &Config,
    batch: &Path,
    blob: bool,
    fee_recipient: Address,
) -> eyre::Result<()> {
    let batch = std::fs::read(batch).wrap_err_with(|| format!("reading {}", batch.display()))?;
    let deployment = Deployment::read(&config.daemon.node.deployment)?;
    let l1 = L1Client::connect(&config.daemon.node.l1, Some(deployment.l1_chain_id)).await?;
    let lane = Lane::new(l1.clone(), config.daemon.key.load()?, LaneSettings::default());
    let inbox = deployment.inbox;
    let sent = if blob {
        append_blob(&l1, &lane, inbox, fee_recipient, &batch).await?
    } else {
        append(&l1, &lane, inbox, fee_recipient, batch.into()).await?
    };
    info!(transaction = %sent.hash, l1 = sent.block, gas = sent.gas, "batch appended");
    Ok(())
}
