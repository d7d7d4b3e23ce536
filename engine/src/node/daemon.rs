//! What both daemons run: follow, then play what the policy allows, and do it again.

use std::{future::Future, sync::Arc, time::Instant};

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::time::sleep;
use tracing::{error, info, warn};

use super::{
    Node, NodeError, Synced,
    alarms::Alarms,
    config::NodeConfig,
    deployment::Deployment,
    evidence::Execution,
    feed::{Feed, Reports},
    genesis,
    opening::Opened,
    pinned::Pinned,
    record::Record,
    supervised::SupervisedLane,
    supervisor::{State, Supervisor},
    traces::Traces,
    wiring::{self, WiringError},
};
use crate::{
    dispute::{
        observe::{self, ObserveError, Observer},
        plan::Policy,
        player::{self, Player},
        watcher::Watcher,
    },
    l1::{
        client::L1Error,
        send::{Lane, LaneConfig, LaneSettings},
        signer::{Key, KeyError, KeySource},
    },
    telemetry::{Health, TelemetryConfig, alarm::Alarm},
};

/// Where in the store's directory traces are kept.
const TRACES: &str = "traces";

/// What the configuration of every daemon has: a table each.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct DaemonConfig {
    /// Reading and storing.
    pub node: NodeConfig,
    /// The key that acts. Without one the daemon only looks.
    #[serde(default)]
    pub key: Option<KeySource>,
    /// How the key's transactions are sent.
    #[serde(default)]
    pub lane: LaneConfig,
    /// Metrics and health.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
}

impl DaemonConfig {
    /// A node, and the defaults of everything else.
    #[must_use]
    pub fn of(node: NodeConfig) -> Self {
        Self { node, key: None, lane: LaneConfig::default(), telemetry: TelemetryConfig::default() }
    }

    /// The key, of which there must be one.
    ///
    /// # Errors
    /// [`KeyError::None`] without one; [`KeyError`] when it cannot be loaded.
    pub fn key(&self) -> Result<Key, KeyError> {
        self.key.as_ref().ok_or(KeyError::None)?.load()
    }
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
    /// The deployment has no Bridge, which the program is for.
    #[error("the deployment has no Bridge")]
    NoBridge,
}

impl StartError {
    /// Whether L1 was not there to be asked, or not as it should be: it may be later.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        match self {
            Self::Node(NodeError::L1(error)) | Self::Wiring(WiringError::L1(error)) => {
                error.may_pass()
            }
            _ => false,
        }
    }

    /// The exit code that it gives: see [`Failure::code`](super::process::Failure::code).
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Key(error) if error.may_pass() => 1,
            Self::Key(_) => 2,
            Self::Node(error) => match error {
                NodeError::Deployment(_)
                | NodeError::L1(L1Error::Endpoint(_) | L1Error::TooFew { .. })
                | NodeError::Beacon(_)
                | NodeError::Read { .. }
                | NodeError::Genesis(_)
                | NodeError::NoGenesisFile { .. } => 2,
                NodeError::L1(L1Error::WrongChain { .. })
                | NodeError::WrongGenesis { .. }
                | NodeError::WrongPredeploy { .. }
                | NodeError::OtherDeployment { .. } => 3,
                _ => 1,
            },
            Self::Wiring(WiringError::L1(_) | WiringError::View { .. }) => 1,
            Self::Wiring(_) | Self::NoBridge => 3,
        }
    }
}

/// What kept a round from being complete. Nothing was signed on account of it; the next round tries again.
#[derive(Debug, Error)]
pub enum Unknown {
    /// L1 could not be followed.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The contracts could not be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// An L2 block could not be executed. What concerns only the blocks before it was played.
    #[error("{source}")]
    Stuck {
        /// The cause.
        source: NodeError,
        /// What was played.
        played: Box<player::Tick>,
    },
}

impl Unknown {
    /// Whether another L1 endpoint might answer better.
    #[must_use]
    pub const fn is_of_l1(&self) -> bool {
        match self {
            Self::Node(error) | Self::Stuck { source: error, .. } => error.is_of_l1(),
            Self::Observe(_) => true,
        }
    }
}

/// What was played in a round, complete or not.
pub(super) fn played(round: &Result<Option<player::Tick>, Unknown>) -> Option<&player::Tick> {
    match round {
        Ok(played) => played.as_ref(),
        Err(Unknown::Stuck { played, .. }) => Some(played),
        Err(Unknown::Node(_) | Unknown::Observe(_)) => None,
    }
}

/// Who sits at a node: one that plays has a key and a lane, one that watches has neither.
#[derive(Debug)]
enum Seat {
    Player(Player<Pinned, Execution, Execution, SupervisedLane>),
    Watcher(Watcher<Pinned, Execution>),
}

/// A node and its seat.
#[derive(Debug)]
pub struct Daemon {
    node: Arc<Node>,
    seat: Seat,
    config: NodeConfig,
    health: Health,
    feed: Feed,
    supervisor: Arc<Supervisor>,
}

impl Daemon {
    /// [`Self::open`], again and again while L1 cannot be reached: it may start later. `None` when `shutdown` comes first.
    ///
    /// # Errors
    /// [`StartError`] that waiting does not cure.
    pub async fn start(
        config: &DaemonConfig,
        policy: Policy,
        shutdown: impl Future<Output = ()> + Unpin,
    ) -> Result<Option<Self>, StartError> {
        let opened = Opened::patiently(config, shutdown).await?;
        Ok(opened.map(|opened| Self::at(opened, config, policy)))
    }

    /// Opens the node, checks the contracts, and takes the seat that `policy` describes: a player's if there is a key, else a
    /// watcher's.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: &DaemonConfig, policy: Policy) -> Result<Self, StartError> {
        Ok(Self::at(Opened::new(config).await?, config, policy))
    }

    fn at(Opened { node, key }: Opened, config: &DaemonConfig, policy: Policy) -> Self {
        let lane = LaneSettings::from(&config.lane);
        let lane = key.map(|key| Arc::new(Lane::new(node.l1().clone(), key, lane)));
        Self::seated(node, lane, policy, config.node.clone())
    }

    /// Checks what [`Self::open`] checks, without a store: the key, the deployment, its genesis, L1 and the contracts.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn check(config: &DaemonConfig) -> Result<(), StartError> {
        if let Some(key) = &config.key {
            key.load()?.check().await?;
        }
        let deployment = Deployment::read(&config.node.deployment).map_err(NodeError::from)?;
        genesis::import(&config.node.genesis, &deployment)?;
        let l1 = config.node.connect(&deployment).await;
        let l1 = l1.map_err(NodeError::from)?;
        wiring::check(&l1, &deployment).await?;
        wiring::check_code(&l1, &deployment, config.node.unknown_code).await?;
        info!(rollup = %deployment.rollup, "everything is in order");
        Ok(())
    }

    /// The seat of `key`, or without one a watcher's, at an open node.
    #[must_use]
    pub fn with(
        node: Arc<Node>,
        key: impl Into<Option<Key>>,
        policy: Policy,
        config: NodeConfig,
    ) -> Self {
        let lane = key
            .into()
            .map(|key| Arc::new(Lane::new(node.l1().clone(), key, LaneSettings::default())));
        Self::seated(node, lane, policy, config)
    }

    fn seated(
        node: Arc<Node>,
        lane: Option<Arc<Lane>>,
        policy: Policy,
        config: NodeConfig,
    ) -> Self {
        let deployment = observe::Deployment::from(&*node);
        let evidence = evidence(&node, &config);
        let feed = Feed::new(evidence.clone());
        let reader = Pinned::new(Arc::clone(&node));
        let supervisor = Arc::new(Supervisor::from_environment());
        let seat = match lane {
            Some(lane) => {
                let observer = Observer::new(reader, deployment, lane.address());
                let lane = SupervisedLane { lane, supervisor: Arc::clone(&supervisor) };
                Seat::Player(Player::new(observer, evidence.clone(), evidence, lane, policy))
            }
            None => {
                let observer = Observer::new(reader, deployment, Address::ZERO);
                Seat::Watcher(Watcher { observer, evidence, steps_in: policy.steps_in })
            }
        };
        Self { node, seat, config, health: Health::default(), feed, supervisor }
    }

    /// The same daemon, which tells `health` how it stands.
    #[must_use]
    pub fn reporting_to(mut self, health: Health) -> Self {
        health.allow_lag(self.config.lag_seconds);
        self.health = health;
        self
    }

    /// The newest report of [`run`](Self::run), now and whenever there is a new one.
    #[must_use]
    pub fn reports(&self) -> Reports {
        self.feed.reports()
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The node's execution.
    #[must_use]
    pub const fn execution(&self) -> &Execution {
        match &self.seat {
            Seat::Player(player) => &player.evidence,
            Seat::Watcher(watcher) => &watcher.evidence,
        }
    }

    /// The one lane of the key that acts; none at a watcher's seat.
    #[must_use]
    pub const fn lane(&self) -> Option<&Arc<Lane>> {
        match &self.seat {
            Seat::Player(player) => Some(&player.lane.lane),
            Seat::Watcher(_) => None,
        }
    }

    /// Who acts; none at a watcher's seat.
    #[must_use]
    pub const fn account(&self) -> Option<Address> {
        match &self.seat {
            Seat::Player(player) => Some(player.observer.account()),
            Seat::Watcher(_) => None,
        }
    }

    /// Follows L1 and makes at most one move; a watcher makes none. `None` while there is more to follow first.
    ///
    /// # Errors
    /// [`Unknown`]; what [`Unknown::Stuck`] holds was played all the same.
    pub async fn round(&self) -> Result<Option<player::Tick>, Unknown> {
        let round = self.follow_and_play().await;
        let failed = round.as_ref().is_err_and(Unknown::is_of_l1)
            || played(&round)
                .is_some_and(|tick| tick.failures.iter().any(player::Failure::is_of_l1));
        self.node.l1().report(!failed);
        round
    }

    async fn follow_and_play(&self) -> Result<Option<player::Tick>, Unknown> {
        let Synced { tick, stuck } = self.node.sync().await?;
        self.health.followed((&tick).into());
        if tick.lag > self.config.lag_seconds {
            warn!(lag = tick.lag, l1 = tick.l1.number, "behind L1");
        }
        if tick.behind {
            return Ok(None);
        }
        // a plan acts on what is executed alone: a block that is not leaves the disputes about earlier ones as they are
        let played = match &self.seat {
            Seat::Player(player) => player.tick().await?,
            Seat::Watcher(watcher) => watcher.tick().await?,
        };
        match stuck {
            None => Ok(Some(played)),
            Some(source) => Err(Unknown::Stuck { source, played: Box::new(played) }),
        }
    }

    /// Runs until `shutdown` resolves; a move under way is finished first. `each` sees every round in which it played.
    pub async fn run(
        &self,
        shutdown: impl Future<Output = ()>,
        mut each: impl FnMut(&player::Tick),
    ) {
        let rollup = self.node.deployment().rollup;
        match self.account() {
            Some(account) => info!(%account, %rollup, "started"),
            None => info!(%rollup, "started without a key: watching"),
        }
        if self.config.beacon.is_none() {
            warn!(
                "no beacon endpoint: a batch in a blob, which anybody may append, stops execution"
            );
        }
        let mut shutdown = std::pin::pin!(shutdown);
        self.supervisor.tell(State::Alive);
        let mut heads = self.node.l1().heads();
        let (mut alarms, mut record) = (Alarms::default(), Record::new(&self.health));
        loop {
            let began = Instant::now();
            let round = self.round().await;
            record.round(&round, began.elapsed());
            let played = played(&round);
            if let Some(tick) = played {
                alarms.raise(&tick.planned);
                alarms.unpaid(tick.unpaid());
                if self.account().is_none() {
                    alarms.call(&tick.planned);
                }
                let standing = self.health.readiness().standing;
                let report = self.feed.publish(&self.node, self.execution(), standing, tick);
                record.report(&report, self.node.store());
                each(tick);
                self.execution().sweep(&tick.snapshot.contested());
            }
            if let Err(unknown) = &round {
                let alarm = Alarm::Unknown.raise();
                self.feed.trouble(&unknown.to_string());
                error!(alarm, %unknown, "unknown: nothing is signed about it until it is resolved");
            }
            let again = match &round {
                Ok(None) => true,
                _ => played.is_some_and(|tick| tick.sent.is_some()),
            };
            self.supervisor.tell(State::Alive);
            let pause = if again { std::time::Duration::ZERO } else { self.config.poll() };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = sleep(pause) => {}
                // whoever announces heads is not waited for
                Ok(()) = heads.changed() => {}
            }
        }
        self.supervisor.tell(State::Stopping);
        info!("stopped");
    }
}

/// The node's execution, which takes and keeps as much as the configuration says.
fn evidence(node: &Arc<Node>, config: &NodeConfig) -> Execution {
    let bytes = |megabytes: u64| megabytes.saturating_mul(1 << 20);
    let memory = usize::try_from(bytes(config.evidence_mb)).unwrap_or(usize::MAX);
    let evidence = Execution::within(Arc::clone(node), memory);
    let directory = config.store.join(TRACES);
    match Traces::open(&directory, bytes(config.traces_mb)) {
        Ok(traces) => evidence.keeping(node.deployment().identity(), traces),
        Err(error) => {
            warn!(directory = %directory.display(), %error, "traces are not kept");
            evidence
        }
    }
}

impl From<&Node> for observe::Deployment {
    fn from(node: &Node) -> Self {
        Self::from(node.deployment())
    }
}

impl From<&Deployment> for observe::Deployment {
    fn from(deployment: &Deployment) -> Self {
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
