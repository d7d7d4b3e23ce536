//! What every command of the bridge needs: a node, a key, and a way to say what was done.

use std::{fmt::Display, sync::Arc, time::Duration};

use alloy::primitives::Address;
use clap::Args;
use eyre::{OptionExt as _, bail};
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
    node::{Node, pinned::Pinned, wiring},
    relay::account::L2Account,
    telemetry::TelemetryConfig,
};
use tokio::time::sleep;

use crate::{
    blocks::follow,
    place::{KeyArguments, Place},
    terminal::output::Output,
};

/// Whose node and key, and how to answer.
///
/// The node executes the L2 chain by itself, in a store of its own, and trusts nobody's word about it.
#[derive(Clone, Debug, Args)]
pub(crate) struct SeatArguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    output: Output,
}

/// An open node that has followed L1 to its head, and a key that acts on both chains.
pub(crate) struct Seat {
    pub(crate) node: Arc<Node>,
    pub(crate) key: Key,
    pub(crate) lane: Lane,
    pub(crate) settings: LaneSettings,
    pub(crate) account: L2Account,
    pub(crate) poll: Duration,
    pub(crate) lag_seconds: u64,
    pub(crate) telemetry: TelemetryConfig,
    output: Output,
}

impl SeatArguments {
    pub(crate) async fn open(&self) -> eyre::Result<Seat> {
        let config = self.place.daemon()?;
        let key = self.key.load(&self.place)?;
        let node = Arc::new(Node::open(&config.node).await?);
        wiring::check(node.l1(), node.deployment()).await?;
        wiring::check_code(node.l1(), node.deployment(), config.node.unknown_code).await?;
        if node.deployment().bridge.is_none() {
            bail!("this rollup has no Bridge");
        }
        let settings = LaneSettings::from(&config.lane);
        let lane = Lane::new(node.l1().clone(), key.clone(), settings);
        let account = L2Account::new(Arc::clone(&node), key.clone());
        let (poll, lag_seconds) = (config.node.poll(), config.node.lag_seconds);
        let telemetry = config.telemetry;
        let output = self.output;
        let seat =
            Seat { node, key, lane, settings, account, poll, lag_seconds, telemetry, output };
        seat.follow().await?;
        Ok(seat)
    }
}

impl Seat {
    /// Follows L1 to its head.
    pub(crate) async fn follow(&self) -> eyre::Result<()> {
        follow(&self.node).await
    }

    /// The Bridge on L1.
    pub(crate) fn bridge(&self) -> eyre::Result<Address> {
        let contracts = self.node.deployment().bridge.ok_or_eyre("this rollup has no Bridge")?;
        Ok(contracts.bridge)
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
        self.output.say(report)
    }
}
