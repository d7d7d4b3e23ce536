//! Executed blocks as a store holds them: what a node answers from, and all that there is of a node that does not run.

use std::{path::Path, sync::Arc};

use super::{IDENTITY, NodeError, deployment::Deployment, history::History};
use crate::{
    commitment::{Slots, SlotsBuilder},
    derive::{
        BatchData, BlockInput,
        deposits::{Deposit, unpack},
    },
    execute::{block::LAST_SLOT, boundary::Boundary},
    machine::groups::Record,
    rules::limits::Limits,
    state::{Head, Store},
};

/// The executed blocks of one rollup.
#[derive(Clone, Copy, Debug)]
pub(super) struct Executed<'a> {
    pub(super) store: &'a Store,
    pub(super) deployment: &'a Deployment,
}

impl Executed<'_> {
    pub(super) fn sealed(self, number: u64) -> Result<Boundary, NodeError> {
        if number == self.deployment.genesis.number {
            return Ok(self.deployment.start());
        }
        self.boundary(number, LAST_SLOT)
    }

    pub(super) fn boundary(self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        let missing = NodeError::Missing { what: "boundary", number };
        let mut at = slot;
        loop {
            if let Some(encoded) = self.store.boundary(number, at)? {
                return Boundary::decode(&encoded).map_err(|_| missing);
            }
            let Some(before) = at.checked_sub(1) else { return Err(missing) };
            at = before;
        }
    }

    pub(super) fn input(self, number: u64) -> Result<BlockInput, NodeError> {
        let missing = |what| NodeError::Missing { what, number };
        let row = self.store.block(number)?.ok_or(missing("batch"))?;
        let (record, deposits) = announced(number, &row.record, &row.deposits)?;
        let data: BatchData = if record.blob_hash.is_zero() {
            row.batch.into()
        } else {
            self.store.blob(record.blob_hash)?.ok_or(missing("blob"))?.into()
        };
        Ok(BlockInput::new(record, data, deposits)?)
    }

    pub(super) fn slots(self, after: u64, end: u64) -> Result<Slots, NodeError> {
        let mut builder = SlotsBuilder::new(self.sealed(after)?.hash());
        for number in after.saturating_add(1)..=end {
            let row = self.store.leaves(number)?;
            let row = row.ok_or(NodeError::Missing { what: "leaves", number })?;
            builder.push_block(row.begin, &row.entries, row.sealed)?;
        }
        Ok(builder.finish()?)
    }
}

/// What the Inbox announced of an L2 block, as rows keep it.
pub(super) fn announced(
    number: u64,
    record: &[u8],
    deposits: &[u8],
) -> Result<(Record, Vec<Deposit>), NodeError> {
    let missing = |what| NodeError::Missing { what, number };
    let record = Record::decode(record).map_err(|_| missing("record"))?;
    let deposits = unpack(deposits).ok_or(missing("deposits"))?;
    Ok((record, deposits))
}

/// The store of a daemon that does not run, read without an L1.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Arc<Store>,
    deployment: Deployment,
    limits: Limits,
}

impl Archive {
    /// Opens the store at `path`, which must be the deployment's.
    ///
    /// # Errors
    /// [`NodeError::Store`], [`NodeError::OtherDeployment`].
    pub fn open(path: &Path, deployment: Deployment) -> Result<Self, NodeError> {
        let store = Arc::new(Store::open(path)?);
        let identity = deployment.identity();
        if store.meta(IDENTITY)?.is_none_or(|stored| stored[..] != identity[..]) {
            return Err(NodeError::OtherDeployment { path: path.to_owned() });
        }
        Ok(Self { store, deployment, limits: Limits::SURETY })
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Whose blocks these are.
    #[must_use]
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The last executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] in a store that was never used.
    pub fn head(&self) -> Result<Head, NodeError> {
        let number = self.deployment.genesis.number;
        let progress = self.store.progress()?;
        Ok(progress.ok_or(NodeError::Missing { what: "progress", number })?.head)
    }

    fn executed(&self) -> Executed<'_> {
        Executed { store: &self.store, deployment: &self.deployment }
    }
}

impl History for Archive {
    type Source = Arc<Store>;

    fn source(&self) -> Self::Source {
        Arc::clone(&self.store)
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn sealed(&self, number: u64) -> Result<Boundary, NodeError> {
        self.executed().sealed(number)
    }

    fn boundary(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        self.executed().boundary(number, slot)
    }

    fn input(&self, number: u64) -> Result<BlockInput, NodeError> {
        self.executed().input(number)
    }

    fn slots(&self, after: u64, end: u64) -> Result<Slots, NodeError> {
        self.executed().slots(after, end)
    }
}
