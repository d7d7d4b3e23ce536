//! The rules of the pool: who replaces whom, what drives out what, and what can be executed.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use alloy::primitives::{Address, B256, Bytes, U256};
use surety_engine::execute::transaction::Transaction;

use super::{
    MempoolSettings, Rejection,
    queue::{Queue, SenderState},
};

/// What more a transaction must offer in both of its fees than the one it replaces, percent: geth's.
const PRICE_BUMP_PERCENT: u128 = 10;

/// A transaction in the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pooled {
    /// What it says.
    pub(crate) transaction: Transaction,
    /// Its EIP-2718 bytes.
    pub(crate) raw: Bytes,
    /// Since when this process has it.
    pub(crate) since: Instant,
}

impl Pooled {
    /// What the fee recipient of a block with this base fee gets for a unit of gas; `None`: it does not pay the base fee.
    pub(crate) fn tip(&self, base_fee: U256) -> Option<U256> {
        let Transaction { max_fee, max_priority_fee, .. } = self.transaction;
        let above = U256::from(max_fee).checked_sub(base_fee)?;
        Some(above.min(U256::from(max_priority_fee)))
    }

    fn may_replace(&self, other: &Self) -> bool {
        let pays = |new: u128, old: u128| {
            let least = U256::from(old) * U256::from(100 + PRICE_BUMP_PERCENT);
            new > old && U256::from(new) * U256::from(100) >= least
        };
        let (new, old) = (&self.transaction, &other.transaction);
        pays(new.max_fee, old.max_fee) && pays(new.max_priority_fee, old.max_priority_fee)
    }
}

/// Who left when one came in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Displaced {
    /// The one with the same nonce.
    pub(super) replaced: Option<Arc<Pooled>>,
    /// Those that paid least.
    pub(super) evicted: Vec<Arc<Pooled>>,
}

impl Displaced {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Pooled>> {
        self.replaced.iter().chain(&self.evicted)
    }
}

/// All transactions, by sender and nonce.
#[derive(Debug)]
pub(super) struct Pool {
    settings: MempoolSettings,
    queues: BTreeMap<Address, Queue>,
    // of what a hash stands for
    places: HashMap<B256, (Address, u64)>,
    bytes: usize,
}

impl Pool {
    pub(super) fn new(settings: MempoolSettings) -> Self {
        Self { settings, queues: BTreeMap::new(), places: HashMap::new(), bytes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, hash: B256) -> Option<&Arc<Pooled>> {
        let (sender, nonce) = self.places.get(&hash)?;
        self.queues.get(sender)?.get(*nonce)
    }

    pub(super) fn queue(&self, sender: Address) -> Option<&Queue> {
        self.queues.get(&sender)
    }

    pub(super) fn queues(&self) -> impl Iterator<Item = (Address, &Queue)> {
        self.queues.iter().map(|(sender, queue)| (*sender, queue))
    }

    /// Whether its sender may have one more transaction here.
    ///
    /// # Errors
    /// [`Rejection::AccountLimit`].
    pub(super) fn check_account_limit(&self, new: &Pooled) -> Result<(), Rejection> {
        let Some(queue) = self.queues.get(&new.transaction.sender) else { return Ok(()) };
        let replaced = queue.get(new.transaction.nonce);
        let count = queue.len() + 1 - usize::from(replaced.is_some());
        let bytes = queue.bytes() + new.raw.len() - replaced.map_or(0, |old| old.raw.len());
        let MempoolSettings { sender_transactions, sender_bytes, .. } = self.settings;
        if count > sender_transactions || bytes > sender_bytes {
            return Err(Rejection::AccountLimit);
        }
        Ok(())
    }

    /// Whether a transaction of an account in this state is taken, and what has to leave for it.
    ///
    /// # Errors
    /// [`Rejection`].
    pub(super) fn admit(
        &self,
        new: &Arc<Pooled>,
        account: SenderState,
        base_fee: U256,
    ) -> Result<Displaced, Rejection> {
        let Transaction { hash, sender, nonce, .. } = new.transaction;
        if self.places.contains_key(&hash) {
            return Err(Rejection::AlreadyKnown);
        }
        let mut own = self.queues.get(&sender).map_or_else(|| Queue::new(account), Queue::clone);
        if own.get(nonce).is_some_and(|old| !new.may_replace(old)) {
            return Err(Rejection::ReplacementUnderpriced);
        }
        let replaced = own.insert(Arc::clone(new));
        let left = replaced.as_ref().map_or(0, |replaced| replaced.raw.len());
        let count = self.len() + 1 - usize::from(replaced.is_some());
        let bytes = self.bytes - left + new.raw.len();
        let evicted = self.evictions(sender, &own, count, bytes, base_fee);
        if evicted.iter().any(|evicted| evicted.transaction.hash == hash) {
            return Err(Rejection::Underpriced);
        }
        Ok(Displaced { replaced, evicted })
    }

    /// What has to leave when a sender's queue has become `own`, and with it the pool of this size. What can be executed is
    /// worth more than what cannot, then what pays more, then what was here earlier. Only a sender's last one goes, so that
    /// no gap opens.
    fn evictions(
        &self,
        sender: Address,
        own: &Queue,
        mut count: usize,
        mut bytes: usize,
        base_fee: U256,
    ) -> Vec<Arc<Pooled>> {
        let mut evicted = Vec::new();
        let mut gone: HashMap<Address, usize> = HashMap::new();
        while count > self.settings.transactions || bytes > self.settings.bytes {
            let others = self.queues().filter(|(other, _)| *other != sender);
            let last = others.chain([(sender, own)]).filter_map(|(sender, queue)| {
                queue.last_before(gone.get(&sender).copied().unwrap_or_default())
            });
            let worth = |(it, ready): &(&Arc<Pooled>, bool)| {
                (*ready, it.tip(base_fee), it.transaction.max_fee, Reverse(it.since))
            };
            let Some((cheapest, _)) = last.min_by_key(worth) else { break };
            count -= 1;
            bytes -= cheapest.raw.len();
            *gone.entry(cheapest.transaction.sender).or_default() += 1;
            evicted.push(Arc::clone(cheapest));
        }
        evicted
    }

    /// Takes in what was [admitted](Self::admit), and lets go what it displaces.
    pub(super) fn insert(&mut self, new: Arc<Pooled>, account: SenderState, displaced: &Displaced) {
        self.put(new, account);
        for evicted in &displaced.evicted {
            self.remove(evicted.transaction.hash);
        }
    }

    fn put(&mut self, transaction: Arc<Pooled>, account: SenderState) {
        let Transaction { hash, sender, nonce, .. } = transaction.transaction;
        self.bytes += transaction.raw.len();
        self.places.insert(hash, (sender, nonce));
        let queue = self.queues.entry(sender).or_insert_with(|| Queue::new(account));
        if let Some(replaced) = queue.insert(transaction) {
            self.bytes -= replaced.raw.len();
            self.places.remove(&replaced.transaction.hash);
        }
    }

    /// Takes a transaction out.
    pub(super) fn remove(&mut self, hash: B256) -> Option<Arc<Pooled>> {
        let (sender, nonce) = self.places.remove(&hash)?;
        let queue = self.queues.get_mut(&sender)?;
        let removed = queue.remove(nonce)?;
        if queue.is_empty() {
            self.queues.remove(&sender);
        }
        self.bytes -= removed.raw.len();
        Some(removed)
    }

    /// A sender's account has changed. Gives the transactions whose nonce is used.
    pub(super) fn advance(&mut self, sender: Address, account: SenderState) -> Vec<Arc<Pooled>> {
        let Some(queue) = self.queues.get_mut(&sender) else { return Vec::new() };
        let spent = queue.advance(account);
        if queue.is_empty() {
            self.queues.remove(&sender);
        }
        for spent in &spent {
            self.places.remove(&spent.transaction.hash);
            self.bytes -= spent.raw.len();
        }
        spent
    }

    /// What of this sender can be executed now and could not when this was last asked, in order.
    pub(super) fn take_news(&mut self, sender: Address) -> Vec<Arc<Pooled>> {
        self.queues.get_mut(&sender).map(Queue::take_news).unwrap_or_default()
    }

    /// Takes out what has lacked something for too long.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Arc<Pooled>> {
        let lifetime = self.settings.lifetime();
        let waiting = self.queues.values().flat_map(Queue::waiting);
        let old = waiting.filter(|it| now.saturating_duration_since(it.since) > lifetime);
        let old: Vec<B256> = old.map(|it| it.transaction.hash).collect();
        old.into_iter().filter_map(|hash| self.remove(hash)).collect()
    }
}
