//! Surety's proposer: follows L1, executes the L2 chain, proposes bonded claims, defends them, and recovers its bonds.

mod batcher;
mod config;
mod mempool;
mod rpc;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use alloy::primitives::Address;
use clap::{Parser, Subcommand};
use eyre::WrapErr as _;
use surety_engine::{
    l1::{
        append::{append, append_blob},
        send::{Lane, LaneConfig},
        signer::KeyError,
    },
    node::{
        daemon::{Daemon, StartError},
        deployment::Deployment,
        process::{self, Failure},
    },
    telemetry::Telemetry,
};
use tracing::{error, info};

use crate::{
    batcher::{Batcher, BatcherConfig},
    config::Config,
    mempool::Mempool,
};

/// Proposes claims about a Surety rollup.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    process: process::Arguments,
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
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    process::init_tracing(arguments.process.log_json);
    match arguments.command {
        Some(Command::Append { batch, blob, fee_recipient }) => {
            let appended = append_batch(&arguments.process, &batch, blob, fee_recipient).await;
            appended.map_or_else(
                |error| {
                    error!("{error:#}");
                    ExitCode::FAILURE
                },
                |()| ExitCode::SUCCESS,
            )
        }
        None => process::exit(run(&arguments.process).await),
    }
}

async fn run(arguments: &process::Arguments) -> Result<(), Failure> {
    let config: Config = arguments.layers.read()?;
    if arguments.print_config {
        print!("{}", config.print()?);
        return Ok(());
    }
    let (policy, reads_blobs) =
        (config.seat.proposer.policy(), config.daemon.node.beacon.is_some());
    if arguments.check {
        return Ok(Daemon::check(&config.daemon).await?);
    }
    let mut shutdown = std::pin::pin!(process::shutdown()?);
    let telemetry = Telemetry::start(env!("CARGO_PKG_NAME"), config.daemon.telemetry).await?;
    let Some(daemon) = Daemon::start(&config.daemon, policy, &mut shutdown).await? else {
        return Ok(());
    };
    let daemon = daemon.reporting_to(telemetry.health().clone());
    let (node, store) = (Arc::clone(daemon.node()), Arc::clone(daemon.node().store()));
    let changes = node.head_changes();
    let mempool = Mempool::open(node, store, config.seat.mempool).map_err(Failure::service)?;
    let mempool = Arc::new(mempool);
    let keeping_up = tokio::spawn(mempool::keep_up(Arc::clone(&mempool), changes));
    let batcher =
        batcher(config.seat.batcher, &config.daemon.lane, &daemon, &mempool, reads_blobs)?;
    let batching = batcher.map(|batcher| tokio::spawn(batcher.run()));
    let server = rpc::Server::start(&daemon, mempool, &config.seat.rpc).await;
    let server = server.map_err(Failure::service)?;
    daemon.run(shutdown, |_| {}).await;
    if let Some(server) = server {
        server.stop().await;
    }
    if let Some(batching) = batching {
        batching.abort();
    }
    keeping_up.abort();
    Ok(())
}

/// The batcher, if one is wanted: with a lane of its own, or with the proposer's.
fn batcher(
    config: BatcherConfig,
    lane: &LaneConfig,
    daemon: &Daemon,
    mempool: &Arc<Mempool>,
    reads_blobs: bool,
) -> Result<Option<Batcher>, StartError> {
    if !config.enabled {
        return Ok(None);
    }
    let (node, mempool) = (Arc::clone(daemon.node()), Arc::clone(mempool));
    let (lane, may_use_blobs) = match &config.key {
        Some(key) => {
            let lane = Lane::new(node.l1().clone(), key.load()?, lane.into());
            (Arc::new(lane), reads_blobs)
        }
        None => (Arc::clone(daemon.lane().ok_or(KeyError::None)?), false),
    };
    Ok(Some(Batcher::new(node, mempool, lane, may_use_blobs, config)))
}

async fn append_batch(
    arguments: &process::Arguments,
    batch: &Path,
    blob: bool,
    fee_recipient: Address,
) -> eyre::Result<()> {
    let batch = std::fs::read(batch).wrap_err_with(|| format!("reading {}", batch.display()))?;
    let config: Config = arguments.layers.read()?;
    let deployment = Deployment::read(&config.daemon.node.deployment)?;
    let l1 = config.daemon.node.connect(&deployment).await?;
    let lane = (&config.daemon.lane).into();
    let lane = Lane::new(l1.clone(), config.daemon.key()?, lane);
    let inbox = deployment.inbox;
    let sent = if blob {
        append_blob(&l1, &lane, inbox, fee_recipient, &batch).await?
    } else {
        append(&l1, &lane, inbox, fee_recipient, batch.into()).await?
    };
    info!(transaction = %sent.hash, l1 = sent.block, gas = sent.gas, "batch appended");
    Ok(())
}
