//! What every command of the bridge needs: a node, a key, and a way to say what was done.

use std::{fmt::Display, path::PathBuf, sync::Arc, time::Duration};

use alloy::primitives::{U256, utils::parse_ether};
use clap::Args;
use eyre::bail;
use serde::Serialize;
use surety_engine::{
    dispute::{
        domain::Snapshot,
        observe::{self, Observer},
    },
    l1::{
        send::{Lane, LaneSettings},
        signer::Key,
    },
    node::{Node, layers::Layers, pinned::Pinned, wiring},
    relay::account::L2Account,
    telemetry::TelemetryConfig,
};
use tokio::time::sleep;

/// Whose node and key, and how to answer.
#[derive(Clone, Debug, Args)]
pub(crate) struct SeatArguments {
    /// Configuration file (TOML) like a daemon's, with a store of its own.
    #[arg(long, env = "SURETY_CONFIG")]
    config: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// An open node that has followed L1 to its head, and a key that acts on both chains.
pub(crate) struct Seat {
    pub(crate) node: Arc<Node>,
    pub(crate) key: Key,
    pub(crate) lane: Lane,
    pub(crate) account: L2Account,
    pub(crate) poll: Duration,
    pub(crate) lag_seconds: u64,
    pub(crate) telemetry: TelemetryConfig,
    json: bool,
}

impl SeatArguments {
    pub(crate) async fn open(&self) -> eyre::Result<Seat> {
        let config = Layers::of(&self.config).shared()?;
        let key = config.key()?;
        let node = Arc::new(Node::open(&config.node).await?);
        wiring::check(node.l1(), node.deployment()).await?;
        if node.deployment().bridge.is_none() {
            bail!("this rollup has no Bridge");
        }
        let lane = Lane::new(node.l1().clone(), key.clone(), LaneSettings::default());
        let account = L2Account::new(Arc::clone(&node), key.clone());
        let (poll, lag_seconds) = (config.node.poll(), config.node.lag_seconds);
        let telemetry = config.telemetry;
        let json = self.json;
        let seat = Seat { node, key, lane, account, poll, lag_seconds, telemetry, json };
        seat.follow().await?;
        Ok(seat)
    }
}

impl Seat {
    /// Follows L1 to its head.
    pub(crate) async fn follow(&self) -> eyre::Result<()> {
        while self.node.tick().await?.behind {}
        Ok(())
    }

    /// Waits a moment, and follows L1 again. What is unknown for now is asked again later.
    pub(crate) async fn wait(&self) {
        sleep(self.poll).await;
        if let Err(error) = self.follow().await {
            tracing::warn!(%error, "unknown for now");
        }
    }

    /// The claims as of the node's L1 block.
    pub(crate) async fn snapshot(&self) -> eyre::Result<Snapshot> {
        let deployment = observe::Deployment::from(&*self.node);
        let pinned = Pinned::new(Arc::clone(&self.node));
        Ok(Observer::new(pinned, deployment, self.lane.address()).snapshot().await?)
    }

    /// Says what was done, for programs or for people.
    pub(crate) fn say<T: Serialize + Display>(&self, report: &T) -> eyre::Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(report)?);
        } else {
            println!("{report}");
        }
        Ok(())
    }
}

/// An amount of ETH, with a decimal point.
pub(crate) fn ether(text: &str) -> Result<U256, String> {
    parse_ether(text).map_err(|error| error.to_string())
}
