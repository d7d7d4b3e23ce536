//! The tick of a daemon: follow L1, derive, execute, store. Wiring, without rules of its own.

pub mod alarms;
pub mod archive;
pub mod batches;
pub mod code;
pub mod config;
pub mod daemon;
pub mod deployment;
mod error;
pub mod evidence;
mod executor;
pub mod feed;
pub mod file;
mod finality;
mod gauges;
pub mod genesis;
pub mod heads;
pub mod history;
mod intake;
pub mod layers;
mod memory;
pub mod messages;
pub mod opening;
pub mod pinned;
pub mod places;
pub mod process;
mod record;
pub mod simulation;
mod supervised;
pub mod supervisor;
pub mod traces;
pub mod wiring;

use std::sync::Arc;

use alloy::{eips::BlockNumHash, rpc::types::TransactionRequest};
use alloy_primitives::{Address, B256};
use tokio::sync::{broadcast, watch};
use tracing::{error, warn};

use self::{
    archive::Executed,
    config::NodeConfig,
    deployment::Deployment,
    finality::Finality,
    heads::{HeadChange, Heads},
    messages::{Messages, message},
};
pub use error::NodeError;

use crate::{
    authenticated::{account::Account, blob},
    bridge::{
        message::Message,
        tree::{self, TreeError},
    },
    commitment::Slots,
    derive::BlockInput,
    execute::{boundary::Boundary, database::TrieDatabase},
    l1::{
        beacon::BeaconClient,
        client::L1Client,
        follow::{Advance, BlockRef, FollowError, Headers, advance},
    },
    rules::limits::Limits,
    simulate::{Called, Quota, call},
    state::{Commit, Head, L1Block, MessageRow, Progress, Store},
    telemetry::{alarm::Alarm, names},
};

/// Under which name the store keeps whose it is.
const IDENTITY: &str = "deployment";
/// L1 blocks read in one tick at most.
const BLOCKS_A_TICK: u64 = 512;
/// Blocks of a reorganisation, two epochs, that L1's finality lets nobody exceed.
const DEEP_REORG: u64 = 64;

/// A follower of one rollup.
#[derive(Debug)]
pub struct Node {
    l1: L1Client,
    beacon: Option<BeaconClient>,
    store: Arc<Store>,
    messages: Messages,
    deployment: Deployment,
    limits: Limits,
    heads: Heads,
    ticks: watch::Sender<Option<Tick>>,
    finality: Finality,
}

/// What a tick did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The L1 block that the node stands at.
    pub l1: BlockNumHash,
    /// How far that block lies behind the newest one, in seconds of L1 time.
    pub lag: u64,
    /// The last executed L2 block.
    pub l2: u64,
    /// Whether there may be more to read at once.
    pub behind: bool,
}

/// What following and executing came to.
#[derive(Debug)]
pub struct Synced {
    /// How far the node has come.
    pub tick: Tick,
    /// Why the L2 block after the last executed one is not executed although its batch was followed. L1 is followed all the
    /// same: what is known of earlier blocks can be played with.
    pub stuck: Option<NodeError>,
}

impl Node {
    /// Opens the store, imports the genesis state if it is new, and connects to L1.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn open(config: &NodeConfig) -> Result<Self, NodeError> {
        let deployment = Deployment::read(&config.deployment)?;
        let l1 = config.connect(&deployment).await?;
        let beacon = config.beacon.as_ref().map(BeaconClient::new).transpose();
        let beacon = beacon.map_err(NodeError::Beacon)?;
        if beacon.is_some() {
            // loading takes seconds that the first blob need not wait for
            tokio::task::spawn_blocking(blob::settings);
        }
        let (store, aside) = Store::open_or_rebuild(&config.store, config.cache_mb)?;
        if let Some(aside) = aside {
            let alarm = Alarm::StoreRebuilt.raise();
            error!(alarm, aside = %aside.display(), "the store was corrupt and is rebuilt from L1");
        }
        let messages = Messages::read(&store)?;
        let (store, limits, heads) = (Arc::new(store), Limits::SURETY, Heads::default());
        let (ticks, finality) = (watch::Sender::new(None), Finality::default());
        let node = Self { l1, beacon, store, messages, deployment, limits, heads, ticks, finality };
        let identity = node.deployment.identity();
        if node.store.progress()?.is_none() {
            // while L1 cannot be reached, this is all that is tried again
            let progress = node.fresh().await?;
            for commit in genesis::import(&config.genesis, &node.deployment)? {
                node.store.commit(commit)?;
            }
            let mut commit = Commit::new();
            commit.meta(IDENTITY, identity.as_slice()).progress(&progress);
            node.store.commit(commit)?;
        } else if node.store.meta(IDENTITY)?.is_none_or(|stored| stored[..] != identity[..]) {
            return Err(NodeError::OtherDeployment { path: config.store.clone() });
        }
        Ok(node)
    }

    /// The deployment followed.
    #[must_use]
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The L1 node.
    #[must_use]
    pub const fn l1(&self) -> &L1Client {
        &self.l1
    }

    /// What the node knows.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What the deployment bounds.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Changes of the L2 head from now on; each is announced after it is stored.
    #[must_use]
    pub fn head_changes(&self) -> broadcast::Receiver<HeadChange> {
        self.heads.subscribe()
    }

    /// What the last tick that succeeded did; `None` before the first.
    #[must_use]
    pub fn ticks(&self) -> watch::Receiver<Option<Tick>> {
        self.ticks.subscribe()
    }

    /// Progress before anything was followed.
    async fn fresh(&self) -> Result<Progress, NodeError> {
        let genesis = &self.deployment.genesis;
        let number = self.deployment.l1_block;
        let block = self.l1.at(number).await?;
        let block = block.ok_or(NodeError::Contradiction("the deployment's block is missing"))?;
        Ok(Progress {
            head: Head {
                number: genesis.number,
                hash: genesis.hash,
                state_root: genesis.state_root,
            },
            l1: vec![L1Block { number, hash: block.hash }],
        })
    }

    fn progress(&self) -> Result<Progress, NodeError> {
        let number = self.deployment.genesis.number;
        self.store.progress()?.ok_or(NodeError::Missing { what: "progress", number })
    }

    /// [`Self::sync`], for whom a block that cannot be executed is a failure.
    ///
    /// # Errors
    /// [`NodeError`]; what was followed and executed before it is kept.
    pub async fn tick(&self) -> Result<Tick, NodeError> {
        let Synced { tick, stuck } = self.sync().await?;
        stuck.map_or(Ok(tick), Err)
    }

    /// Reads what is new on L1 and executes as much of it as can be; rolls back what is no longer canonical.
    ///
    /// # Errors
    /// [`NodeError`] when L1 cannot be followed; what was followed and executed before it is kept.
    pub async fn sync(&self) -> Result<Synced, NodeError> {
        let behind = self.follow().await?;
        let stuck = self.execute_appended().await.err();
        let cursor = self.cursor().await?;
        let head = self.l1.head().await?;
        let progress = self.progress()?;
        self.finality.learn(&self.l1, &progress.l1).await;
        let lag = head.timestamp.saturating_sub(cursor.timestamp);
        names::L1_HEAD.set(head.number as f64);
        names::L1_HEAD_TIME.set(head.timestamp as f64);
        names::L1_CURSOR.set(cursor.number as f64);
        names::L1_LAG.set(lag as f64);
        names::L2_HEAD.set(progress.head.number as f64);
        let tick = Tick { l1: cursor.id(), lag, l2: progress.head.number, behind };
        self.ticks.send_replace(Some(tick));
        Ok(Synced { tick, stuck })
    }

    /// Takes in what is new on L1, or rolls back to what is still canonical. Gives whether there may be more at once.
    async fn follow(&self) -> Result<bool, NodeError> {
        let mut progress = self.progress()?;
        let known: Vec<_> = progress.l1.iter().map(|block| id(*block)).collect();
        match advance(&self.l1, &known, BLOCKS_A_TICK).await {
            Ok(Advance::Unchanged) => Ok(false),
            Ok(Advance::Extend(blocks)) => {
                let behind = blocks.len() as u64 == BLOCKS_A_TICK;
                self.take_in(progress, &blocks, behind).await?;
                Ok(behind)
            }
            Ok(Advance::RollBack(to)) => {
                self.finality.check(to)?;
                let last = progress.l1.last().map_or(to, |block| block.number);
                let depth = last.saturating_sub(to);
                let kind = if depth > DEEP_REORG { "deep" } else { "shallow" };
                names::L1_REORGS.with([kind]).increment(1);
                names::L1_REORG_DEPTH.record(depth as f64);
                progress.l1.retain(|block| block.number <= to);
                progress.head = self.head_at(to, &progress.head)?;
                warn!(l1 = to, l2 = progress.head.number, "L1 reorganised: rolled back");
                self.rollback(&progress)?;
                Ok(true)
            }
            Err(FollowError::TooDeep { oldest }) => {
                self.finality.check(oldest.saturating_sub(1))?;
                names::L1_REORGS.with(["forgotten"]).increment(1);
                let alarm = Alarm::ReorgTooDeep.raise();
                error!(alarm, oldest, "L1 reorganised below all that is remembered: starting over");
                self.rollback(&self.fresh().await?)?;
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The L1 block that the node stands at, if it is still canonical.
    ///
    /// # Errors
    /// [`NodeError::Moving`] when it is not: the next tick rolls back.
    pub async fn cursor(&self) -> Result<BlockRef, NodeError> {
        let known = self.progress()?.l1.last().copied();
        let known = known.ok_or(NodeError::Contradiction("no L1 block was ever followed"))?;
        let block = self.l1.at(known.number).await?.filter(|block| block.hash == known.hash);
        block.ok_or(NodeError::Moving { number: known.number })
    }

    /// The hash of an L1 block that was followed and is remembered.
    ///
    /// # Errors
    /// [`NodeError`] when the store cannot be read.
    pub fn followed(&self, number: u64) -> Result<Option<B256>, NodeError> {
        let known = self.progress()?.l1;
        Ok(known.iter().find(|block| block.number == number).map(|block| block.hash))
    }

    fn rollback(&self, progress: &Progress) -> Result<(), NodeError> {
        let before = self.head()?.number;
        let removed = self.heads.kept_of(&self.store, progress.head.number, before)?;
        self.store.rollback(progress)?;
        if before > progress.head.number {
            self.heads.announce(HeadChange::RolledBack { head: progress.head, removed });
        }
        self.messages.fit(&self.store)
    }

    /// The last executed L2 block.
    ///
    /// # Errors
    /// [`NodeError`] when the store cannot be read.
    pub fn head(&self) -> Result<Head, NodeError> {
        Ok(self.progress()?.head)
    }

    /// An account in the state of the last executed block; the default one if it does not exist.
    ///
    /// # Errors
    /// [`NodeError`] when the state cannot be read.
    pub fn account(&self, address: Address) -> Result<Account, NodeError> {
        let Head { number, state_root, .. } = self.head()?;
        let account = TrieDatabase::new(&*self.store, state_root).account(address);
        account.map_err(|cause| NodeError::Execute { number, source: cause.into() })
    }

    /// What a call would do in the state of the last executed block.
    ///
    /// # Errors
    /// [`NodeError`] when the state cannot be read, or the caller has not the value.
    pub fn view(&self, request: TransactionRequest) -> Result<Called, NodeError> {
        let number = self.head()?.number;
        let scene = self.scene(number, Quota::of_transaction(&self.limits))?;
        call(&scene, request)
            .map_err(|source| NodeError::Simulate { number, source: Box::new(source) })
    }

    /// The boundary after L2 block `number`.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    pub fn sealed(&self, number: u64) -> Result<Boundary, NodeError> {
        self.executed().sealed(number)
    }

    /// The boundary after a slot of an executed block; idle slots repeat the one before.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    pub fn boundary(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        self.executed().boundary(number, slot)
    }

    /// The record, batch and deposits of an executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    pub fn input(&self, number: u64) -> Result<BlockInput, NodeError> {
        self.executed().input(number)
    }

    /// How many messages L1 has sent.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages.tree().len()
    }

    /// The message at a leaf of the message tree.
    ///
    /// # Errors
    /// [`NodeError`] also for a leaf that is not used.
    pub fn message(&self, index: u64) -> Result<Message, NodeError> {
        let MessageRow { sender, target, value, data, .. } = message(&self.store, index)?;
        Ok(Message { nonce: index, sender, target, value, data })
    }

    /// The siblings of leaf `index` when the message tree had `count` leaves.
    ///
    /// # Errors
    /// [`TreeError`].
    pub fn siblings(
        &self,
        index: u64,
        count: u64,
    ) -> Result<[B256; tree::HEIGHT as usize], TreeError> {
        self.messages.tree().siblings(index, count)
    }

    /// The right slot commitment of the blocks `(after, end]`.
    ///
    /// # Errors
    /// [`NodeError::Missing`] when one of them is not executed.
    pub fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError> {
        self.executed().slots(after, end)
    }

    fn executed(&self) -> Executed<'_> {
        Executed { store: &self.store, deployment: &self.deployment }
    }

    /// The last L2 block appended at or before an L1 block.
    fn head_at(&self, l1_block: u64, head: &Head) -> Result<Head, NodeError> {
        let genesis = &self.deployment.genesis;
        for number in (genesis.number + 1..=head.number).rev() {
            let row = self.store.block(number)?;
            let row = row.ok_or(NodeError::Missing { what: "row", number })?;
            if row.l1_block <= l1_block {
                return Ok(Head { number, hash: row.hash, state_root: row.state_root });
            }
        }
        Ok(Head { number: genesis.number, hash: genesis.hash, state_root: genesis.state_root })
    }
}

const fn id(block: L1Block) -> BlockNumHash {
    BlockNumHash { number: block.number, hash: block.hash }
}
