//! The transaction or system call under way: its group, and the list behind its destructs chain.

use alloy_primitives::{Address, B256, Log};

use crate::{
    authenticated::hash_chain,
    execute::receipts::{push_log_data, push_log_head},
    machine::{
        groups::{Call, Tx},
        view::View,
    },
};

/// The Tx group with its hash, and the accounts to be destroyed.
#[derive(Debug)]
pub(super) struct ActiveTx {
    group: Tx,
    data: View,
    authorizations: View,
    hash: Option<B256>,
    destructs: Vec<Destruct>,
}

/// A link of the destructs chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Destruct {
    /// The chain below it.
    pub(super) below: B256,
    /// The account to be destroyed.
    pub(super) address: Address,
}

impl ActiveTx {
    /// `data` is its calldata or initcode, `authorizations` the payload of its authorization list.
    pub(super) fn new(group: Tx, data: View, authorizations: View) -> Self {
        let group = Tx { data: data.slice(), authorizations: authorizations.slice(), ..group };
        Self { group, data, authorizations, hash: None, destructs: Vec::new() }
    }

    pub(super) const fn data(&self) -> &View {
        &self.data
    }

    pub(super) const fn authorizations(&self) -> &View {
        &self.authorizations
    }

    pub(super) const fn group(&self) -> &Tx {
        &self.group
    }

    pub(super) const fn edit(&mut self) -> &mut Tx {
        self.hash = None;
        &mut self.group
    }

    pub(super) fn hash(&mut self) -> B256 {
        *self.hash.get_or_insert_with(|| self.group.hash())
    }

    /// The first link of a log.
    pub(super) fn add_log_head(&mut self, log: &Log) {
        let tx = self.edit();
        tx.logs_hash = push_log_head(tx.logs_hash, log);
    }

    /// Its second link.
    pub(super) fn add_log_data(&mut self, data_hash: B256) {
        let tx = self.edit();
        tx.logs_hash = push_log_data(tx.logs_hash, data_hash);
    }

    /// Changes the refund counter, which never falls below 0 for a whole transaction.
    pub(super) const fn add_refund(&mut self, gas: i64) {
        if gas != 0 {
            let tx = self.edit();
            tx.refund = tx.refund.wrapping_add_signed(gas);
        }
    }

    pub(super) fn push_destruct(&mut self, address: Address) {
        let tx = self.edit();
        let below = tx.destructs_hash;
        tx.destructs_hash = hash_chain::push(below, address.into_word());
        tx.destruct_count += 1;
        self.destructs.push(Destruct { below, address });
    }

    pub(super) fn pop_destruct(&mut self) -> Option<Destruct> {
        let last = self.destructs.pop()?;
        let tx = self.edit();
        tx.destructs_hash = last.below;
        tx.destruct_count -= 1;
        Some(last)
    }

    /// Takes back what a frame that failed has done since its snapshot.
    pub(super) fn restore(&mut self, call: &Call) {
        self.destructs.truncate(call.destruct_count.into());
        let tx = self.edit();
        tx.logs_hash = call.logs_hash;
        tx.refund = call.refund;
        tx.destructs_hash = call.destructs_hash;
        tx.destruct_count = call.destruct_count;
    }
}
