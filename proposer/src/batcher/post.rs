//! Posts batches, one after the other.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    eips::{BlockId, eip4844::DATA_GAS_PER_BLOB, eip4844::VERSIONED_HASH_VERSION_KZG},
    network::TransactionBuilder as _,
    primitives::{Address, B256, U256},
    providers::Provider as _,
    rpc::types::TransactionRequest,
    sol_types::SolError as _,
};
use surety_engine::{
    authenticated::blob::{Blob, BlobError},
    execute::error::ExecuteError,
    l1::{
        append::{append_blob_call, append_call, sidecar},
        bindings::IInbox,
        client::L1Error,
        follow::{BlockRef, Headers as _},
        send::{Call, Lane, LaneError, Sent},
    },
    machine::groups::Record,
    node::{Node, NodeError, batches::view as ask},
    telemetry::names,
};
use thiserror::Error;
use tokio::time::sleep;
use tracing::{debug, error, info, warn};

use super::{
    BatcherConfig, DataForm,
    build::{BuildError, Built, build},
    due::{Load, is_worth_posting},
    price::Prices,
};
use crate::mempool::{Mempool, MempoolError, Tip};

/// Time between two looks at the pool.
const BEAT: Duration = Duration::from_millis(100);
/// Time between two looks at what waits on L1 for an L2 block.
const BETWEEN_L1_LOOKS: Duration = Duration::from_secs(2);
/// Time between two looks at whether a batch pays for itself.
const BETWEEN_PRICES: Duration = Duration::from_secs(5);
/// How long nothing is tried after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// An L2 block's time is at least L1's less this, seconds (section 11 of the protocol).
const MAX_LAG: u64 = 11;

/// Why a batch was not posted. The next round begins from the chain again.
#[derive(Debug, Error)]
pub(crate) enum PostError {
    /// The pool could not be brought to the head.
    #[error(transparent)]
    Mempool(#[from] MempoolError),
    /// L1 or the chain could not be read.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// L1 could not be read.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// No batch could be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The batch does not go into a blob.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The transaction was not made.
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// A thread of the runtime failed.
    #[error(transparent)]
    Thread(#[from] tokio::task::JoinError),
}

impl PostError {
    /// Whether it is part of the game, and nothing an operator has to hear of: a move of the proposer or the batch before came
    /// first, or this L1 block has no place left for an L2 block.
    fn is_expected(&self) -> bool {
        match self {
            Self::Lane(LaneError::Yielded { .. } | LaneError::NonceTaken { .. }) => true,
            Self::Lane(LaneError::WouldRevert { data, .. }) => {
                data.starts_with(&IInbox::NoTimeLeft::SELECTOR)
            }
            _ => false,
        }
    }
}

/// Posts what the pool has.
#[derive(Debug)]
pub(crate) struct Batcher {
    node: Arc<Node>,
    mempool: Arc<Mempool>,
    lane: Arc<Lane>,
    may_use_blobs: bool,
    config: BatcherConfig,
}

/// The form in which a batch goes to L1.
#[derive(Debug)]
struct Offer {
    /// The call that appends it.
    call: Call,
    /// Wei for a unit of blob gas, if a blob holds it.
    blob_gas_price: Option<u128>,
    /// Wei for all of it: gas and the append fee, at the prices of now.
    cost: U256,
}

/// What a run remembers between rounds; all of it may be lost.
#[derive(Debug, Default)]
struct Memory {
    /// When the last batch was posted.
    posted: Option<Instant>,
    /// The L1 block that has it: what a node says that is behind it is old.
    l1_block: u64,
    /// When a batch was last found not to pay for itself yet.
    unpaid: Option<Instant>,
    /// When L1 was last asked what waits there.
    looked: Option<Instant>,
    /// Since when deposits or messages wait on L1 for an L2 block.
    forced: Option<Instant>,
    /// What could not be executed in the last batch that was built.
    failed: HashSet<B256>,
}

impl Memory {
    /// Says of each transaction once that it cannot be executed.
    fn report(&mut self, failed: &[(B256, ExecuteError)]) {
        for (hash, failure) in failed.iter().filter(|(hash, _)| !self.failed.contains(hash)) {
            error!(%hash, %failure, "left out: it cannot be executed");
        }
        self.failed = failed.iter().map(|(hash, _)| *hash).collect();
    }
}

impl Batcher {
    /// A batcher that sends by `lane`. Blobs are used only if the lane is its alone and the node can read them back.
    pub(crate) fn new(
        node: Arc<Node>,
        mempool: Arc<Mempool>,
        lane: Arc<Lane>,
        may_use_blobs: bool,
        config: BatcherConfig,
    ) -> Self {
        Self { node, mempool, lane, may_use_blobs, config }
    }

    /// Posts for as long as it is polled.
    pub(crate) async fn run(self) {
        info!(account = %self.lane.address(), blobs = self.may_use_blobs, "posting batches");
        let mut memory = Memory::default();
        loop {
            let pause = match self.round(&mut memory).await {
                Ok(()) => BEAT,
                Err(failure) if failure.is_expected() => {
                    debug!(%failure, "batch not posted");
                    BEAT
                }
                Err(failure) => {
                    warn!(%failure, "batch not posted");
                    AFTER_FAILURE
                }
            };
            sleep(pause).await;
        }
    }

    /// Posts a batch if one is due, pays for itself or has waited for it, and all earlier ones are executed.
    async fn round(&self, memory: &mut Memory) -> Result<(), PostError> {
        // what is decided while the lane is taken would be old when it is free
        self.lane.idle().await;
        if memory.unpaid.is_some_and(|at| at.elapsed() < BETWEEN_PRICES) {
            return Ok(());
        }
        let mempool = Arc::clone(&self.mempool);
        let (tip, waiting) = tokio::task::spawn_blocking(move || {
            mempool.follow().map(|tip| (tip, mempool.waiting()))
        })
        .await??;
        self.look_at_l1(&tip, memory).await?;
        let load = Load::of(&waiting, tip.next.base_fee);
        let (posted, limits) = (memory.posted, self.node.limits());
        let is_due = |load: Load| load.is_due(&self.config, limits, posted, Instant::now());
        if !is_due(load.and(memory.forced)) {
            return Ok(());
        }
        let l1 = self.node.l1().head().await?;
        if l1.number < memory.l1_block || !self.is_in_step(&tip, l1.hash).await? {
            // one is under way, or this node has not heard of it
            return Ok(());
        }
        if memory.forced.is_some() && !self.waits_on_l1(&tip, l1.hash).await? {
            // somebody else's block has taken it
            memory.forced = None;
        }
        if !is_due(load.and(memory.forced)) {
            return Ok(());
        }
        let nonce = self.lane.nonce_at(l1.hash).await?;
        let record = self.record(&tip, &l1).await?;
        let (node, parent) = (Arc::clone(&self.node), self.node.sealed(tip.number)?);
        let built = tokio::task::spawn_blocking(move || {
            build(&**node.store(), &parent, record, waiting, node.limits())
        })
        .await??;
        memory.report(&built.failed);
        if built.transactions.is_empty() && memory.forced.is_none() {
            return Ok(());
        }
        let offer = self.offer(&built).await?;
        let (tips, cost, longest) = (built.tips, offer.cost, self.config.max_unpaid_wait());
        let passed = posted.map_or(Duration::MAX, |posted| posted.elapsed());
        if !is_worth_posting(tips, cost, passed, longest) {
            debug!(%tips, %cost, "the batch does not pay for itself yet");
            memory.unpaid = Some(Instant::now());
            return Ok(());
        }
        let sent = self.post(&built, &offer, nonce).await?;
        memory.posted = Some(Instant::now());
        memory.l1_block = sent.block;
        memory.forced = None;
        Ok(())
    }

    fn inbox(&self) -> Address {
        self.node.deployment().inbox
    }

    fn fee_recipient(&self) -> Address {
        self.config.fee_recipient.unwrap_or_else(|| self.lane.address())
    }

    /// Whether the node has executed all that was appended up to this L1 block.
    async fn is_in_step(&self, tip: &Tip, at: B256) -> Result<bool, NodeError> {
        let latest = ask(self.node.l1(), self.inbox(), at, IInbox::latestBlockCall {}).await?;
        Ok(latest == tip.number)
    }

    /// Whether deposits or messages wait on L1 for the block after `tip`.
    async fn waits_on_l1(&self, tip: &Tip, at: B256) -> Result<bool, NodeError> {
        let (l1, inbox) = (self.node.l1(), self.inbox());
        let queued = ask(l1, inbox, at, IInbox::depositsQueuedCall {}).await?;
        let taken = ask(l1, inbox, at, IInbox::depositsTakenCall {}).await?;
        let sent = ask(l1, inbox, at, IInbox::messageCountCall {}).await?;
        // of the genesis there is no row: no message has arrived then
        let arrived = self.node.store().block(tip.number)?.map_or(0, |row| row.messages);
        Ok(queued > taken || sent > arrived)
    }

    /// Finds out, now and then, what waits on L1: it needs a block even if nobody sends on L2.
    async fn look_at_l1(&self, tip: &Tip, memory: &mut Memory) -> Result<(), PostError> {
        let recently = memory.looked.is_some_and(|looked| looked.elapsed() < BETWEEN_L1_LOOKS);
        if self.node.deployment().bridge.is_none() || recently {
            return Ok(());
        }
        memory.looked = Some(Instant::now());
        let at = self.node.l1().head().await?.hash;
        if self.is_in_step(tip, at).await? && self.waits_on_l1(tip, at).await? {
            memory.forced.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    /// The next block's record as far as it can be known: its time and randomness are L1's to say.
    async fn record(&self, tip: &Tip, l1: &BlockRef) -> Result<Record, PostError> {
        let root = ask(self.node.l1(), self.inbox(), l1.hash, IInbox::messageRootCall {}).await?;
        let parent = self.node.sealed(tip.number)?.block.timestamp;
        Ok(Record {
            number: tip.next.number,
            timestamp: parent.saturating_add(1).max(l1.timestamp.saturating_sub(MAX_LAG)),
            prev_randao: l1.hash,
            fee_recipient: self.fee_recipient(),
            l1_message_root: root,
            ..Record::default()
        })
    }

    /// How the batch goes to L1 now.
    async fn offer(&self, built: &Built) -> Result<Offer, PostError> {
        let prices = self.prices().await?;
        Ok(match self.config.data {
            DataForm::Blob if self.may_use_blobs => self.in_blob(prices).await?,
            DataForm::Cheapest if self.may_use_blobs => {
                let calldata = self.in_calldata(built, prices).await?;
                let blob = self.in_blob(prices).await?;
                // calldata on a draw: it needs no beacon node
                if blob.cost < calldata.cost { blob } else { calldata }
            }
            _ => self.in_calldata(built, prices).await?,
        })
    }

    async fn in_calldata(&self, built: &Built, prices: Prices) -> Result<Offer, PostError> {
        let batch = built.batch.clone();
        let call = append_call(self.node.l1(), self.inbox(), self.fee_recipient(), batch).await?;
        let cost = prices.calldata(self.gas(&call, None).await?).saturating_add(call.value);
        Ok(Offer { call, blob_gas_price: None, cost })
    }

    async fn in_blob(&self, prices: Prices) -> Result<Offer, PostError> {
        let call = append_blob_call(self.node.l1(), self.inbox(), self.fee_recipient()).await?;
        let cost = prices.blob(self.gas(&call, Some(ANY_BLOB)).await?).saturating_add(call.value);
        Ok(Offer { call, blob_gas_price: Some(prices.blob_gas), cost })
    }

    async fn post(&self, built: &Built, offer: &Offer, nonce: u64) -> Result<Sent, PostError> {
        let (sent, kind) = if offer.blob_gas_price.is_some() {
            let batch = built.batch.clone();
            let sidecar =
                tokio::task::spawn_blocking(move || sidecar(&[Blob::of_batch(&batch)?])).await??;
            (self.lane.send_yielding(&offer.call, Some(&sidecar), nonce).await?, "blob")
        } else {
            (self.lane.send_yielding(&offer.call, None, nonce).await?, "calldata")
        };
        let (transactions, bytes) = (built.transactions.len(), built.batch.len());
        let (l1, gas, l2_gas) = (sent.block, sent.gas, built.gas_used);
        let (tips_gwei, cost_gwei) = (gwei(built.tips), gwei(offer.cost));
        info!(transactions, bytes, l2_gas, kind, l1, gas, tips_gwei, cost_gwei, "batch posted");
        count(built, offer, &sent, kind);
        Ok(sent)
    }

    async fn prices(&self) -> Result<Prices, PostError> {
        let provider = self.node.l1().provider();
        let gas = provider.get_gas_price().await.map_err(L1Error::from)?;
        let blob_gas = provider.get_blob_base_fee().await.map_err(L1Error::from)?;
        Ok(Prices { gas, blob_gas })
    }

    /// Gas that a call would use in L1's newest block.
    async fn gas(&self, call: &Call, blob: Option<B256>) -> Result<u64, PostError> {
        let mut request = TransactionRequest::default()
            .with_from(self.lane.address())
            .with_to(self.inbox())
            .with_input(call.data.clone())
            .with_value(call.value);
        request.blob_versioned_hashes = blob.map(|hash| vec![hash]);
        let provider = self.node.l1().provider();
        let gas = provider.estimate_gas(request).block(BlockId::latest()).await;
        gas.map_err(|error| match error.as_error_resp().and_then(|it| it.as_revert_data()) {
            Some(data) => LaneError::WouldRevert { label: call.label, data }.into(),
            None => L1Error::from(error).into(),
        })
    }
}

/// What stands for a blob's hash while gas is counted: the Inbox asks of it only that it is there.
const ANY_BLOB: B256 = {
    let mut hash = [0; 32];
    hash[0] = VERSIONED_HASH_VERSION_KZG;
    B256::new(hash)
};

fn gwei(wei: U256) -> u64 {
    u64::try_from(wei / U256::from(1_000_000_000)).unwrap_or(u64::MAX)
}

fn count(built: &Built, offer: &Offer, sent: &Sent, kind: &'static str) {
    let fee = |gas: u64, price: u128| gwei(U256::from(gas) * U256::from(price));
    names::BATCHES.with([kind]).increment(1);
    names::BATCH_BYTES.record(built.batch.len() as f64);
    names::BATCH_TRANSACTIONS.record(built.transactions.len() as f64);
    names::BATCH_FEES.with(["gas"]).increment(fee(sent.gas, sent.price));
    names::BATCH_FEES.with(["append"]).increment(gwei(offer.call.value));
    if let Some(price) = offer.blob_gas_price {
        names::BATCH_FEES.with(["blob"]).increment(fee(DATA_GAS_PER_BLOB, price));
    }
}
