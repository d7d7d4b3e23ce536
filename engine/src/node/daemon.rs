//! What both daemons run: follow, then play what the policy allows, and do it again.

use std::{future::Future, sync::Arc, time::Instant};

use serde::Deserialize;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{error, info, warn};

use super::{
    Node, NodeError,
    alarms::Alarms,
    config::NodeConfig,
    evidence::Execution,
    pinned::Pinned,
    record::Record,
    wiring::{self, WiringError},
};
use crate::{
    dispute::{
        observe::{self, ObserveError, Observer},
        plan::Policy,
        player::{self, Player},
    },
    l1::{
        send::{Lane, LaneSettings},
        signer::{EthersSigner, KeyError, KeySource},
    },
    telemetry::{Health, TelemetryConfig, alarm::Alarm},
};

/// The configuration file of a daemon.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct DaemonConfig {
    /// Reading and storing.
    pub node: NodeConfig,
    /// The key that acts.
    pub key: KeySource,
    /// Metrics and health.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
}

/// Why a daemon cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The node does not open.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The key does not load.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The contracts on L1 are not those of the deployment file, or unsafe.
    #[error(transparent)]
    Wiring(#[from] WiringError),
}

/// What kept a round from being complete. Nothing was signed on account of it; the next round tries again.
#[derive(Debug, Error)]
pub enum Unknown {
    /// L1 could not be followed, or a block not executed.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The contracts could not be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
}

/// A node and the player at its seat.
#[derive(Debug)]
pub struct Daemon {
    node: Arc<Node>,
    player: Player<Pinned, Execution, Execution, Arc<Lane>>,
    config: NodeConfig,
    health: Health,
}

impl Daemon {
    /// Opens the node, checks the contracts, and takes the seat that `policy` describes.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: DaemonConfig, policy: Policy) -> Result<Self, StartError> {
        let key = config.key.load()?;
        let node = Arc::new(Node::open(&config.node).await?);
        wiring::check(node.l1(), node.deployment()).await?;
        Ok(Self::with(node, key, policy, config.node))
    }

    /// The seat of `key` at an open node.
    #[must_use]
    pub fn with(node: Arc<Node>, key: EthersSigner, policy: Policy, config: NodeConfig) -> Self {
        let lane = Arc::new(Lane::new(node.l1().clone(), key, LaneSettings::default()));
        let account = lane.address();
        let deployment = observe::Deployment::from(&*node);
        let execution = Execution::new(Arc::clone(&node));
        let observer = Observer::new(Pinned::new(Arc::clone(&node)), deployment, account);
        let player =
            Player { observer, evidence: execution.clone(), prover: execution, lane, policy };
        Self { node, player, config, health: Health::default() }
    }

    /// The same daemon, which tells `health` how it stands.
    #[must_use]
    pub fn reporting_to(mut self, health: Health) -> Self {
        health.allow_lag(self.config.lag_seconds);
        self.health = health;
        self
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The node's execution.
    #[must_use]
    pub const fn execution(&self) -> &Execution {
        &self.player.evidence
    }

    /// Follows L1 and makes at most one move. `None` while there is more to follow first.
    ///
    /// # Errors
    /// [`Unknown`].
    pub async fn round(&self) -> Result<Option<player::Tick>, Unknown> {
        let tick = self.node.tick().await?;
        self.health.followed((&tick).into());
        if tick.lag > self.config.lag_seconds {
            warn!(lag = tick.lag, l1 = tick.l1.number, "behind L1");
        }
        if tick.behind {
            return Ok(None);
        }
        Ok(Some(self.player.tick().await?))
    }

    /// Runs until `shutdown` resolves; a move under way is finished first. `each` sees every complete round.
    pub async fn run(
        &self,
        shutdown: impl Future<Output = ()>,
        mut each: impl FnMut(&player::Tick),
    ) {
        let account = self.player.observer.account();
        info!(%account, rollup = %self.node.deployment().rollup, "started");
        let mut shutdown = std::pin::pin!(shutdown);
        let (mut alarms, mut record) = (Alarms::default(), Record::new(&self.health));
        loop {
            let began = Instant::now();
            let round = self.round().await;
            record.round(&round, began.elapsed());
            let again = match round {
                Ok(Some(tick)) => {
                    alarms.raise(&tick.planned);
                    each(&tick);
                    tick.sent.is_some()
                }
                Ok(None) => true,
                Err(unknown) => {
                    let alarm = Alarm::Unknown.raise();
                    error!(alarm, %unknown, "unknown: nothing is signed until it is resolved");
                    false
                }
            };
            let pause = if again { std::time::Duration::ZERO } else { self.config.poll() };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = sleep(pause) => {}
            }
        }
        info!("stopped");
    }
}

impl From<&Node> for observe::Deployment {
    fn from(node: &Node) -> Self {
        let deployment = node.deployment();
        Self {
            rollup: deployment.rollup,
            tournament: deployment.tournament,
            bonds: deployment.bonds,
            inbox: deployment.inbox,
            from: deployment.l1_block,
            genesis: deployment.genesis.number,
            boundary: deployment.start().hash(),
        }
    }
}
