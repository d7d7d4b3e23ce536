//! The pool that everybody shares: it follows the chain, and keeps on disk what it has accepted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256, Bytes};
use surety_engine::{
    execute::decode::decode_entry,
    node::{NodeError, heads::HeadChange},
    state::{Commit, Store, StoreError},
    telemetry::names,
};
use thiserror::Error;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::sleep,
};
use tracing::{debug, info, warn};

use super::{
    Chain, MempoolSettings, Pooled, Rejection, SenderState, Tip, admission, pool::Pool,
    queue::Queue,
};

/// L1 blocks after which what has been spent is forgotten: as many as a node remembers, and so can undo.
const SETTLED_AFTER: u64 = 128;
/// Time between two looks at the chain when nothing changes.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// Announcements that a slow listener may be behind.
const ANNOUNCEMENTS: usize = 4_096;

/// Why a transaction was not taken, or the pool not brought up to date.
#[derive(Debug, Error)]
pub(crate) enum MempoolError {
    /// The transaction breaks a rule.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The chain's state could not be read: unknown.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The disk did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a sender has in the pool, in nonce order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Who.
    pub(crate) sender: Address,
    /// What can be executed now, one after the other.
    pub(crate) ready: Vec<Arc<Pooled>>,
    /// What waits for an earlier nonce or for funds.
    pub(crate) queued: Vec<Arc<Pooled>>,
}

impl Waiting {
    fn of(sender: Address, queue: &Queue) -> Self {
        let ready = queue.ready().cloned().collect();
        Self { sender, ready, queued: queue.waiting().cloned().collect() }
    }
}

/// The shared pool. All calls read or write the disk: from async code they belong on a blocking thread.
#[derive(Debug)]
pub(crate) struct Mempool {
    chain: Arc<dyn Chain>,
    store: Arc<Store>,
    settings: MempoolSettings,
    state: Mutex<State>,
    announcements: broadcast::Sender<Arc<Pooled>>,
}

#[derive(Debug)]
struct State {
    pool: Pool,
    tip: Tip,
    /// Transactions on disk whose nonce is spent, and the L1 block at which that was seen.
    spent: HashMap<B256, u64>,
    /// Whether blocks were undone, and what they held has not come back yet.
    undone: bool,
}

impl Mempool {
    /// The pool with what earlier runs accepted and the chain has not executed.
    ///
    /// # Errors
    /// [`MempoolError`] when the chain or the disk cannot be read.
    pub(crate) fn open(
        chain: Arc<dyn Chain>,
        store: Arc<Store>,
        settings: MempoolSettings,
    ) -> Result<Self, MempoolError> {
        let tip = chain.tip()?;
        let state = State { pool: Pool::new(settings), tip, spent: HashMap::new(), undone: false };
        let (announcements, _) = broadcast::channel(ANNOUNCEMENTS);
        let mempool = Self { chain, store, settings, state: Mutex::new(state), announcements };
        mempool.recover(&mut mempool.state())?;
        let waiting = mempool.state().pool.len();
        if waiting > 0 {
            info!(waiting, "transactions of an earlier run wait");
        }
        Ok(mempool)
    }

    /// Takes a signed transaction in. When this returns, it is on the disk, and only a reorganisation of L1, a
    /// replacement by its sender, dearer ones in a full pool or old age while it lacks something can undo it.
    ///
    /// # Errors
    /// [`MempoolError`], and nothing has changed.
    pub(crate) fn submit(&self, raw: Bytes) -> Result<B256, MempoolError> {
        self.take(raw).inspect_err(|error| {
            if let MempoolError::Rejected(rejection) = error {
                names::MEMPOOL_REJECTED.with([rejection.reason()]).increment(1);
            }
        })
    }

    fn take(&self, raw: Bytes) -> Result<B256, MempoolError> {
        let mut state = self.state();
        self.follow_in(&mut state)?;
        let new = admission::decode(raw, &state.tip, self.chain.limits(), &self.settings)?;
        let hash = new.transaction.hash;
        if state.pool.get(hash).is_some() {
            return Err(Rejection::AlreadyKnown.into());
        }
        let sender = new.transaction.sender;
        let account = self.chain.sender(&state.tip, sender)?;
        admission::check_sender(&new.transaction, account, state.pool.queue(sender))?;
        state.pool.check_account_limit(&new)?;
        let displaced = state.pool.admit(&new, account, state.tip.next.base_fee)?;
        names::MEMPOOL_REJECTED.with(["evicted"]).increment(displaced.evicted.len() as u64);
        let mut commit = Commit::new();
        commit.waiting(&new.raw);
        for left in displaced.iter() {
            commit.done_waiting(left.transaction.hash);
        }
        self.store.commit(commit)?;
        let nonce = new.transaction.nonce;
        state.pool.insert(new, account, &displaced);
        debug!(%hash, %sender, nonce, "transaction taken");
        self.announce(&mut state.pool, sender);
        Ok(hash)
    }

    /// The least tip with which a transaction is taken, wei per gas.
    pub(crate) const fn least_tip(&self) -> u128 {
        self.settings.least_tip()
    }

    /// A transaction that waits.
    pub(crate) fn get(&self, hash: B256) -> Option<Arc<Pooled>> {
        self.state().pool.get(hash).cloned()
    }

    /// The nonce after what `sender` has here and can be executed; `None`: nothing is here, and the account's own counts.
    pub(crate) fn next_nonce(&self, sender: Address) -> Option<u64> {
        Some(self.state().pool.queue(sender)?.next_nonce())
    }

    /// Everything that waits.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let state = self.state();
        state.pool.queues().map(|(sender, queue)| Waiting::of(sender, queue)).collect()
    }

    /// What waits of one sender's; `None`: nothing.
    pub(crate) fn waiting_of(&self, sender: Address) -> Option<Waiting> {
        self.state().pool.queue(sender).map(|queue| Waiting::of(sender, queue))
    }

    /// How many transactions can be executed now, and how many lack something.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.state();
        let ready = state.pool.queues().map(|(_, queue)| queue.ready_len()).sum();
        (ready, state.pool.len() - ready)
    }

    /// Hears of each transaction that can be executed from now on, once, unless a reorganisation of L1 brings it back.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Pooled>> {
        self.announcements.subscribe()
    }

    /// Brings the pool to the chain's head: what was executed leaves, what a reorganisation undid comes back.
    ///
    /// # Errors
    /// [`MempoolError`] when the chain or the disk cannot be read; the next call tries again.
    pub(crate) fn follow(&self) -> Result<Tip, MempoolError> {
        let mut state = self.state();
        self.follow_in(&mut state)?;
        self.forget(&mut state)?;
        measure(&state.pool);
        Ok(state.tip.clone())
    }

    fn follow_in(&self, state: &mut State) -> Result<(), MempoolError> {
        let tip = self.chain.tip()?;
        if tip.hash == state.tip.hash {
            state.tip = tip;
        } else {
            self.advance(state, tip)?;
        }
        if state.undone {
            self.recover(state)?;
            state.undone = false;
        }
        Ok(())
    }

    /// Brings what is in the pool to another head.
    fn advance(&self, state: &mut State, tip: Tip) -> Result<(), MempoolError> {
        let undone = !self.chain.holds(&state.tip)?;
        let senders: Vec<Address> = state.pool.queues().map(|(sender, _)| sender).collect();
        let mut accounts = Vec::with_capacity(senders.len());
        for sender in senders {
            accounts.push((sender, self.chain.sender(&tip, sender)?));
        }
        for (sender, account) in accounts {
            for spent in state.pool.advance(sender, account) {
                state.spent.insert(spent.transaction.hash, tip.l1);
            }
            self.announce(&mut state.pool, sender);
        }
        if undone {
            warn!(
                from = state.tip.number,
                to = tip.number,
                "blocks were undone: their transactions come back"
            );
        }
        state.undone |= undone;
        state.tip = tip;
        Ok(())
    }

    /// Takes in again what is on the disk and not spent.
    fn recover(&self, state: &mut State) -> Result<(), MempoolError> {
        let chain_id = state.tip.next.chain_id;
        for raw in self.store.waiting()? {
            // it was decoded when it was accepted
            let Ok(transaction) = decode_entry(&raw, chain_id) else { continue };
            let (hash, sender) = (transaction.hash, transaction.sender);
            if state.pool.get(hash).is_some() {
                continue;
            }
            let account: SenderState = self.chain.sender(&state.tip, sender)?;
            if transaction.nonce < account.nonce {
                state.spent.entry(hash).or_insert(state.tip.l1);
                continue;
            }
            state.spent.remove(&hash);
            let back = Arc::new(Pooled { transaction, raw, since: Instant::now() });
            match state.pool.admit(&back, account, state.tip.next.base_fee) {
                Ok(displaced) => {
                    state.pool.insert(back, account, &displaced);
                    let gone = displaced.iter().map(|gone| gone.transaction.hash);
                    self.drop_rows(gone)?;
                    self.announce(&mut state.pool, sender);
                }
                Err(rejection) => {
                    info!(%hash, %rejection, "not taken back");
                    self.drop_rows([hash])?;
                }
            }
        }
        Ok(())
    }

    /// Forgets what no reorganisation can bring back, and what has lacked something for too long.
    fn forget(&self, state: &mut State) -> Result<(), MempoolError> {
        let settled = state.tip.l1.saturating_sub(SETTLED_AFTER);
        let settled: Vec<B256> = state
            .spent
            .iter()
            .filter(|(_, seen)| **seen < settled)
            .map(|(hash, _)| *hash)
            .collect();
        let expired = state.pool.expire(Instant::now());
        names::MEMPOOL_REJECTED.with(["expired"]).increment(expired.len() as u64);
        for expired in &expired {
            info!(hash = %expired.transaction.hash, "waited in vain for too long");
        }
        let expired = expired.iter().map(|expired| expired.transaction.hash);
        self.drop_rows(settled.iter().copied().chain(expired))?;
        for settled in settled {
            state.spent.remove(&settled);
        }
        Ok(())
    }

    fn drop_rows(&self, hashes: impl IntoIterator<Item = B256>) -> Result<(), StoreError> {
        let mut hashes = hashes.into_iter().peekable();
        if hashes.peek().is_none() {
            return Ok(());
        }
        let mut commit = Commit::new();
        for hash in hashes {
            commit.done_waiting(hash);
        }
        self.store.commit(commit)
    }

    /// Tells listeners what of a sender has become ready.
    fn announce(&self, pool: &mut Pool, sender: Address) {
        for news in pool.take_news(sender) {
            // nobody listens: that is no failure
            let _ = self.announcements.send(news);
        }
    }

    // a panic under the lock is a bug elsewhere; the pool itself is changed in whole steps
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn measure(pool: &Pool) {
    let ready: usize = pool.queues().map(|(_, queue)| queue.ready_len()).sum();
    names::MEMPOOL.with(["pending"]).set(ready as f64);
    names::MEMPOOL.with(["queued"]).set((pool.len() - ready) as f64);
    names::MEMPOOL_BYTES.set(pool.bytes() as f64);
}

/// Keeps the pool at the chain's head for as long as it is polled. `changes` only wakes it: it reads the chain itself.
pub(crate) async fn keep_up(mempool: Arc<Mempool>, mut changes: broadcast::Receiver<HeadChange>) {
    loop {
        let pool = Arc::clone(&mempool);
        let followed = tokio::task::spawn_blocking(move || pool.follow()).await;
        if let Ok(Err(failure)) = followed {
            warn!(%failure, "the pool is behind the chain");
        }
        tokio::select! {
            change = changes.recv() => if let Err(RecvError::Closed) = change { return },
            () = sleep(BETWEEN_LOOKS) => {}
        }
        // many changes are one step for the pool
        while changes.try_recv().is_ok() {}
    }
}
