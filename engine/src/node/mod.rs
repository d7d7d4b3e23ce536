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
pub mod feed;
mod finality;
mod gauges;
pub mod genesis;
pub mod heads;
pub mod history;
pub mod layers;
mod memory;
pub mod messages;
pub mod pinned;
pub mod places;
pub mod process;
mod record;
pub mod simulation;
pub mod supervisor;
pub mod traces;
pub mod wiring;

use std::{sync::Arc, time::Instant};

use alloy::{eips::BlockNumHash, rpc::types::TransactionRequest};
use alloy_primitives::{Address, B256, Bloom, Bytes, logs_bloom};
use tokio::sync::{broadcast, watch};
use tracing::{error, info, warn};

use self::{
    archive::Executed,
    batches::{Batch, batches, view as ask},
    config::NodeConfig,
    deployment::Deployment,
    finality::Finality,
    heads::{HeadChange, Heads},
    memory::remember,
    messages::{Messages, Sent, message, messages},
};
pub use error::NodeError;

use crate::{
    authenticated::{account::Account, blob},
    bridge::{
        message::Message,
        tree::{self, TreeError},
    },
    commitment::Slots,
    derive::{BatchData, BlockInput, deposits::pack},
    dispute::observe,
    execute::{
        block::{BlockOutcome, Effect, SlotOutcome, execute_block},
        boundary::Boundary,
        database::TrieDatabase,
        pending::Pending,
        transaction::Transaction,
    },
    l1::{
        beacon::{BeaconClient, BeaconError},
        bindings::IInbox,
        client::L1Client,
        follow::{Advance, BlockRef, FollowError, Headers, advance},
        receipts::PlacedLog,
    },
    rules::limits::Limits,
    simulate::{Called, Quota, call},
    state::{
        BlockRow, Commit, EventRow, ExecutedBlock, Head, L1Block, LeavesRow, MessageRow, Progress,
        Store, TransactionRow,
    },
    telemetry::{alarm::Alarm, names},
};

/// Under which name the store keeps whose it is.
const IDENTITY: &str = "deployment";
/// L1 blocks read in one tick at most.
const BLOCKS_A_TICK: u64 = 512;

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

    /// Reads what is new on L1 and executes it; rolls back what is no longer canonical.
    ///
    /// # Errors
    /// [`NodeError`]; what was executed before it is kept.
    pub async fn tick(&self) -> Result<Tick, NodeError> {
        let mut progress = self.progress()?;
        let known: Vec<_> = progress.l1.iter().map(|block| id(*block)).collect();
        let mut behind = false;
        match advance(&self.l1, &known, BLOCKS_A_TICK).await {
            Ok(Advance::Unchanged) => {}
            Ok(Advance::Extend(blocks)) => {
                behind = blocks.len() as u64 == BLOCKS_A_TICK;
                progress = self.extend(progress, &blocks, behind).await?;
            }
            Ok(Advance::RollBack(to)) => {
                self.finality.check(to)?;
                let last = progress.l1.last().map_or(to, |block| block.number);
                names::L1_REORGS.add(1);
                names::L1_REORG_DEPTH.record(last.saturating_sub(to) as f64);
                progress.l1.retain(|block| block.number <= to);
                progress.head = self.head_at(to, &progress.head)?;
                warn!(l1 = to, l2 = progress.head.number, "L1 reorganised: rolled back");
                self.rollback(&progress)?;
                behind = true;
            }
            Err(FollowError::TooDeep { oldest }) => {
                self.finality.check(oldest.saturating_sub(1))?;
                names::L1_REORGS_TOO_DEEP.add(1);
                let alarm = Alarm::ReorgTooDeep.raise();
                error!(alarm, oldest, "L1 reorganised below all that is remembered: starting over");
                progress = self.fresh().await?;
                self.rollback(&progress)?;
                behind = true;
            }
            Err(error) => return Err(error.into()),
        }
        let cursor = self.cursor().await?;
        let head = self.l1.head().await?;
        self.finality.learn(&self.l1, &progress.l1).await;
        let lag = head.timestamp.saturating_sub(cursor.timestamp);
        names::L1_HEAD.set(head.number as f64);
        names::L1_HEAD_TIME.set(head.timestamp as f64);
        names::L1_CURSOR.set(cursor.number as f64);
        names::L1_LAG.set(lag as f64);
        names::L2_HEAD.set(progress.head.number as f64);
        let tick = Tick { l1: cursor.id(), lag, l2: progress.head.number, behind };
        self.ticks.send_replace(Some(tick));
        Ok(tick)
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

    async fn extend(
        &self,
        mut progress: Progress,
        blocks: &[BlockRef],
        behind: bool,
    ) -> Result<Progress, NodeError> {
        self.forget_unfinished(&mut progress)?;
        self.messages.fit(&self.store)?;
        let inbox = self.deployment.inbox;
        let logs = self.l1.proven_logs(&self.contracts(), blocks).await?;
        // they count only when the progress has come to their block
        let cursor = progress.l1.last().map_or(0, |block| block.number);
        self.store.replace_events(cursor, &self.disputes(&logs))?;
        let sent = match self.deployment.crossing() {
            Some(crossing) => messages(&logs, &crossing)?,
            None => Vec::new(),
        };
        let mut sent = sent.into_iter().peekable();
        for batch in batches(&logs, inbox, blocks)? {
            let place = batch.place;
            let input = self.derive(batch).await?;
            // the cursor stays before the batch's own L1 block, which may hold more batches
            let earlier = |block: &&BlockRef| block.number < place.block;
            remember(&mut progress.l1, blocks.iter().filter(earlier));
            let before = std::iter::from_fn(|| sent.next_if(|sent| sent.place < place));
            let commit = self.take(before)?;
            progress.head = self.execute(place.block, &input, &progress, commit)?;
        }
        let mut commit = self.take(sent)?;
        let Some(last) = blocks.last() else { return Ok(progress) };
        // of L1's history only an archive has the state
        if !behind {
            self.check_counts(last.hash, progress.head.number).await?;
        }
        remember(&mut progress.l1, blocks.iter());
        commit.progress(&progress);
        self.store.commit(commit)?;
        Ok(progress)
    }

    /// Whether the Inbox has as many blocks and messages as were followed, as of an L1 block.
    async fn check_counts(&self, at: B256, head: u64) -> Result<(), NodeError> {
        let inbox = self.deployment.inbox;
        let got = ask(&self.l1, inbox, at, IInbox::latestBlockCall {}).await?;
        if got != head {
            return Err(NodeError::Gap { expected: head.saturating_add(1), got });
        }
        let got = ask(&self.l1, inbox, at, IInbox::messageCountCall {}).await?;
        let expected = self.messages.tree().len();
        if got != expected {
            return Err(NodeError::MessageGap { expected, got });
        }
        Ok(())
    }

    /// Whose logs are followed.
    fn contracts(&self) -> Vec<Address> {
        let observed = observe::Deployment::from(&self.deployment).observed();
        let bridge = self.deployment.bridge.map(|contracts| contracts.bridge);
        observed.into_iter().chain([self.deployment.inbox]).chain(bridge).collect()
    }

    /// The logs that disputes are observed by.
    fn disputes(&self, logs: &[PlacedLog]) -> Vec<EventRow> {
        let observed = observe::Deployment::from(&self.deployment).observed();
        let logs = logs.iter().filter(|it| observed.contains(&it.log.address));
        let row = |PlacedLog { place, log }: &PlacedLog| EventRow {
            l1_block: place.block,
            index: place.log,
            log: log.clone(),
        };
        logs.map(row).collect()
    }

    /// The hash of an L1 block that was followed and is remembered.
    ///
    /// # Errors
    /// [`NodeError`] when the store cannot be read.
    pub fn followed(&self, number: u64) -> Result<Option<B256>, NodeError> {
        let known = self.progress()?.l1;
        Ok(known.iter().find(|block| block.number == number).map(|block| block.hash))
    }

    /// Takes messages into the tree; they are to be committed with what follows them.
    fn take(&self, sent: impl Iterator<Item = Sent>) -> Result<Commit, NodeError> {
        let mut commit = Commit::new();
        for sent in sent {
            self.messages.push(&sent)?;
            commit.message(sent.index, &sent.row);
        }
        Ok(commit)
    }

    /// Undoes the batches of an L1 block that an earlier tick did not finish: another block may have replaced it since.
    fn forget_unfinished(&self, progress: &mut Progress) -> Result<(), NodeError> {
        let Some(cursor) = progress.l1.last().copied() else { return Ok(()) };
        let head = self.head_at(cursor.number, &progress.head)?;
        if head != progress.head {
            warn!(l1 = cursor.number, l2 = head.number, "an L1 block was not finished: read again");
            progress.head = head;
            self.rollback(progress)?;
        }
        Ok(())
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

    /// What the L2 block executes. A blob that is not kept yet is asked for.
    async fn derive(&self, batch: Batch) -> Result<BlockInput, NodeError> {
        let Batch { l1_block, record, bytes, deposits, .. } = batch;
        let (number, hash) = (record.number, record.blob_hash);
        let data: BatchData = if hash.is_zero() {
            bytes.into()
        } else if let Some(blob) = self.store.blob(hash)? {
            blob.into()
        } else {
            let unavailable = BeaconError::Unavailable { hash, block: l1_block.number };
            let blob = match &self.beacon {
                Some(beacon) => beacon.blob(&l1_block, hash).await,
                None => Err(unavailable),
            };
            blob.map_err(|source| NodeError::Blob { number, source })?.into()
        };
        Ok(BlockInput::new(record, data, deposits)?)
    }

    /// Executes a block and stores all that it leaves, with the progress and what `commit` holds already.
    fn execute(
        &self,
        l1_block: u64,
        input: &BlockInput,
        progress: &Progress,
        mut commit: Commit,
    ) -> Result<Head, NodeError> {
        let began = Instant::now();
        let record = input.record();
        let number = record.number;
        let parent = progress.head.number;
        if Some(number) != parent.checked_add(1) {
            return Err(NodeError::Gap { expected: parent.saturating_add(1), got: number });
        }
        let messages = {
            let tree = self.messages.tree();
            let (record, ours) = (record.l1_message_root, tree.root());
            if record != ours {
                return Err(NodeError::MessageRoot { number, record, ours });
            }
            tree.len()
        };
        let mut pending = Pending::new(&*self.store);
        let outcome = execute_block(&mut pending, &self.sealed(parent)?, input, &self.limits)
            .map_err(|source| NodeError::Execute { number, source })?;
        let head = Head {
            number,
            hash: outcome.boundary.block.head_hash,
            state_root: outcome.boundary.state_root,
        };
        let (nodes, codes) = pending.take();
        let row = block_row(l1_block, input, messages, &outcome);
        commit
            .nodes(nodes)
            .codes(codes.into_values())
            .block(number, &row)
            .bloom(number, &bloom(&outcome))
            .leaves(number, &leaves_row(&outcome))
            .progress(&Progress { head, l1: progress.l1.clone() });
        if let Some(blob) = input.blob() {
            commit.blob(blob);
        }
        for slot in &outcome.slots {
            commit.boundary(number, slot.slot, &slot.boundary.encode());
        }
        self.store.commit(commit)?;
        self.heads.announce(HeadChange::Extended(Arc::new(ExecutedBlock { number, row })));
        let (entries, skipped) = (outcome.executed().count(), outcome.skipped().count());
        names::L2_BLOCKS.add(1);
        names::L2_ENTRIES.with(["executed"]).increment(entries as u64);
        names::L2_ENTRIES.with(["skipped"]).increment(skipped as u64);
        names::L2_GAS.add(outcome.boundary.block.gas_used);
        names::L2_BLOCK_SECONDS.took(began.elapsed());
        info!(number, entries, skipped, root = %head.state_root, "executed");
        Ok(head)
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

fn block_row(l1_block: u64, input: &BlockInput, messages: u64, outcome: &BlockOutcome) -> BlockRow {
    let receipts: Vec<_> = outcome.executed().map(|executed| executed.receipt()).collect();
    BlockRow {
        hash: outcome.boundary.block.head_hash,
        state_root: outcome.boundary.state_root,
        l1_block,
        record: Bytes::copy_from_slice(&input.record().encode()),
        // a blob is kept by itself
        batch: input.blob().map_or_else(|| input.batch().clone(), |_| Bytes::new()),
        deposits: pack(input.deposits()).into(),
        messages,
        header: alloy_rlp::encode(&outcome.header).into(),
        receipts: alloy_rlp::encode(&receipts).into(),
        transactions: outcome.slots.iter().filter_map(transaction_row).collect(),
    }
}

fn bloom(outcome: &BlockOutcome) -> Bloom {
    logs_bloom(outcome.executed().flat_map(|executed| &executed.logs))
}

fn leaves_row(outcome: &BlockOutcome) -> LeavesRow {
    let mut row = LeavesRow::default();
    for slot in &outcome.slots {
        let hash = slot.boundary.hash();
        match slot.effect {
            Effect::Begun => row.begin = hash,
            Effect::Sealed(_) => row.sealed = hash,
            Effect::Executed(_) | Effect::Skipped(_) | Effect::Idle => row.entries.push(hash),
        }
    }
    row
}

fn transaction_row(outcome: &SlotOutcome) -> Option<TransactionRow> {
    let Effect::Executed(executed) = &outcome.effect else { return None };
    let Transaction { hash, sender, .. } = executed.transaction;
    Some(TransactionRow { slot: outcome.slot, hash, sender })
}
