//! One sender's transactions, by nonce.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy::primitives::U256;
use surety_engine::execute::transaction::Transaction;

use super::Pooled;

/// What an account allows its key to do next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SenderState {
    /// The next transaction's nonce.
    pub(crate) nonce: u64,
    /// Wei.
    pub(crate) balance: U256,
    /// Whether the account has code that forbids it to send (EIP-3607).
    pub(crate) is_contract: bool,
}

/// What a transaction may cost at most, wei.
pub(super) fn cost(transaction: &Transaction) -> U256 {
    // 192 bits
    let gas = U256::from(transaction.gas_limit).saturating_mul(U256::from(transaction.max_fee));
    gas.saturating_add(transaction.value)
}

/// The transactions of one sender. The first `ready` of them can be executed one after the other in the account's state,
/// whatever they do with their gas; the others wait for a nonce or for funds.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    account: SenderState,
    entries: BTreeMap<u64, Arc<Pooled>>,
    ready: usize,
    bytes: usize,
    /// Nonces of those that have not been [news](Self::take_news) yet.
    untold: BTreeSet<u64>,
}

impl Queue {
    pub(super) fn new(account: SenderState) -> Self {
        Self { account, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, nonce: u64) -> Option<&Arc<Pooled>> {
        self.entries.get(&nonce)
    }

    /// How many can be executed now.
    pub(super) const fn ready_len(&self) -> usize {
        self.ready
    }

    /// Those that can be executed now, in order.
    pub(super) fn ready(&self) -> impl Iterator<Item = &Arc<Pooled>> {
        self.entries.values().take(self.ready)
    }

    /// Those that lack something, in order.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Arc<Pooled>> {
        self.entries.values().skip(self.ready)
    }

    /// The nonce after those that can be executed now.
    pub(super) fn next_nonce(&self) -> u64 {
        self.account.nonce.saturating_add(self.ready as u64)
    }

    /// The one with the highest nonce but `gone`, whose loss then leaves no gap, and whether it can be executed now.
    pub(super) fn last_before(&self, gone: usize) -> Option<(&Arc<Pooled>, bool)> {
        let last = self.entries.values().rev().nth(gone)?;
        Some((last, self.entries.len() <= self.ready + gone))
    }

    /// What all of them may cost, without the one with this nonce.
    pub(super) fn cost_beside(&self, nonce: u64) -> U256 {
        let others = self.entries.iter().filter(|(other, _)| **other != nonce);
        others.fold(U256::ZERO, |sum, (_, entry)| sum.saturating_add(cost(&entry.transaction)))
    }

    /// Those that can be executed now and could not when this was last asked, in order: each once, whatever comes and goes
    /// around it.
    pub(super) fn take_news(&mut self) -> Vec<Arc<Pooled>> {
        let later = self.untold.split_off(&self.next_nonce());
        let news = std::mem::replace(&mut self.untold, later);
        news.iter().filter_map(|nonce| self.entries.get(nonce)).cloned().collect()
    }

    /// Puts a transaction at its nonce; gives the one that was there.
    pub(super) fn insert(&mut self, transaction: Arc<Pooled>) -> Option<Arc<Pooled>> {
        self.bytes += transaction.raw.len();
        self.untold.insert(transaction.transaction.nonce);
        let replaced = self.entries.insert(transaction.transaction.nonce, transaction);
        self.bytes -= replaced.as_ref().map_or(0, |replaced| replaced.raw.len());
        self.refresh();
        replaced
    }

    pub(super) fn remove(&mut self, nonce: u64) -> Option<Arc<Pooled>> {
        let removed = self.entries.remove(&nonce)?;
        self.untold.remove(&nonce);
        self.bytes -= removed.raw.len();
        self.refresh();
        Some(removed)
    }

    /// The account has changed. Gives those whose nonce is used.
    pub(super) fn advance(&mut self, account: SenderState) -> Vec<Arc<Pooled>> {
        self.account = account;
        let kept = self.entries.split_off(&account.nonce);
        self.untold = self.untold.split_off(&account.nonce);
        let spent: Vec<_> = std::mem::replace(&mut self.entries, kept).into_values().collect();
        self.bytes -= spent.iter().map(|spent| spent.raw.len()).sum::<usize>();
        self.refresh();
        spent
    }

    fn refresh(&mut self) {
        self.ready = 0;
        if self.account.is_contract {
            return;
        }
        let mut balance = self.account.balance;
        for (next, (nonce, entry)) in (self.account.nonce..).zip(&self.entries) {
            let Some(left) = balance.checked_sub(cost(&entry.transaction)) else { return };
            if *nonce != next {
                return;
            }
            balance = left;
            self.ready += 1;
        }
    }
}
