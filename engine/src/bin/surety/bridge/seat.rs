//! What every command of the bridge needs: a node, a key where it acts, and a way to say what was done.

use std::{fmt::Display, sync::Arc, time::Duration};

use alloy::primitives::Address;
use clap::Args;
use eyre::{bail, ensure};
use serde::Serialize;
use surety_engine::{
    dispute::{
        domain::Snapshot,
        observe::{self, Observer},
    },
    l1::send::{Lane, Sent},
    node::{
        Node,
        daemon::{DaemonConfig, StartError},
        opening::Opened,
        pinned::Pinned,
    },
    relay::account::L2Account,
};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::{
    blocks::follow,
    place::{KeyArguments, Place},
    terminal::{output::Output, sent::After as _},
};

/// Looks at L1, a poll apart, until a transaction that is mined must have been seen.
const LOOKS: u32 = 15;

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
    pub(super) output: Output,
}

/// An open node that has followed L1 to its head, and a key that acts on both chains.
pub(crate) struct Seat {
    pub(crate) node: Arc<Node>,
    pub(crate) lane: Lane,
    pub(crate) account: L2Account,
    poll: Duration,
    output: Output,
}

impl SeatArguments {
    pub(crate) async fn open(&self) -> eyre::Result<Seat> {
        let config = self.place.daemon()?;
        let key = self.key.load(&self.place)?;
        let node = opened(&config).await?;
        let lane = Lane::new(node.l1().clone(), key.clone(), (&config.lane).into());
        let account = L2Account::new(Arc::clone(&node), key);
        Ok(Seat { node, lane, account, poll: config.node.poll(), output: self.output })
    }

    /// A node alone, for a command that only looks.
    pub(crate) async fn look(&self) -> eyre::Result<Arc<Node>> {
        opened(&self.place.daemon()?).await
    }
}

/// An open node of a rollup with a Bridge, which has followed L1 to its head.
async fn opened(config: &DaemonConfig) -> eyre::Result<Arc<Node>> {
    let config = DaemonConfig { key: None, ..config.clone() };
    let Opened { node, .. } = Opened::new(&config).await?;
    if node.deployment().bridge.is_none() {
        bail!(StartError::NoBridge);
    }
    follow(&node).await?;
    Ok(node)
}

impl Seat {
    /// Waits a moment, and follows L1 again. What is unknown for now is asked again later.
    pub(crate) async fn wait(&self) {
        sleep(self.poll).await;
        known(follow(&self.node).await);
    }

    /// Follows L1 until the node has seen a transaction that was mined. One failure on the way does no harm.
    pub(crate) async fn see(&self, sent: &Sent) -> eyre::Result<()> {
        let until = Instant::now() + self.poll * LOOKS;
        loop {
            let seen = self.has_seen(sent).await;
            if seen.is_ok() || Instant::now() >= until {
                return seen.after(sent.hash);
            }
            known(seen);
            sleep(self.poll).await;
        }
    }

    async fn has_seen(&self, sent: &Sent) -> eyre::Result<()> {
        follow(&self.node).await?;
        let at = self.node.cursor().await?.number;
        ensure!(at >= sent.block, "L1 block {} is not known yet, only {at}", sent.block);
        Ok(())
    }

    /// The claims as of the node's L1 block.
    pub(crate) async fn snapshot(&self) -> eyre::Result<Snapshot> {
        snapshot(&self.node, self.lane.address()).await
    }

    /// Says what was done, for programs or for people.
    pub(crate) fn say<T: Serialize + Display>(&self, report: &T) -> eyre::Result<()> {
        self.output.say(report)
    }
}

/// The claims as of the node's L1 block, as `account` sees them.
pub(super) async fn snapshot(node: &Arc<Node>, account: Address) -> eyre::Result<Snapshot> {
    let deployment = observe::Deployment::from(&**node);
    let pinned = Pinned::new(Arc::clone(node));
    Ok(Observer::new(pinned, deployment, account).snapshot().await?)
}

/// What was found; none, and a warning, when it is unknown for now and will be asked again.
pub(super) fn known<T>(found: eyre::Result<T>) -> Option<T> {
    found.inspect_err(unknown).ok()
}

/// Warns of what is unknown for now and will be asked again.
pub(super) fn unknown(error: &eyre::Report) {
    warn!(error = %format_args!("{error:#}"), "unknown for now");
}
