//! Executing the batches that were taken in, one L2 block after the other. One that cannot be executed stays where it is, and
//! so does all that comes after it.

use std::{sync::Arc, time::Instant};

use alloy_primitives::{Bloom, Bytes, logs_bloom};
use tracing::info;

use super::{Node, NodeError, archive::announced, heads::HeadChange};
use crate::{
    derive::{BatchData, BlockInput},
    execute::{
        block::{BlockOutcome, Effect, SlotOutcome, execute_block},
        pending::Pending,
        transaction::Transaction,
    },
    l1::{beacon::BeaconError, client::L1Error, follow::Headers as _},
    state::{
        AppendedRow, BlockRow, Commit, ExecutedBlock, Head, LeavesRow, Progress, TransactionRow,
    },
    telemetry::names,
};

impl Node {
    /// Executes all batches that wait for it.
    ///
    /// # Errors
    /// [`NodeError`]; what was executed before it is kept.
    pub(super) async fn execute_appended(&self) -> Result<(), NodeError> {
        let mut progress = self.progress()?;
        loop {
            let number = progress.head.number.saturating_add(1);
            let Some(row) = self.store.appended(number)? else { return Ok(()) };
            let input = self.derive(number, &row).await?;
            progress.head = self.execute(row, &input, &progress)?;
        }
    }

    /// What the L2 block executes. A blob that is not kept yet is asked for.
    async fn derive(&self, number: u64, row: &AppendedRow) -> Result<BlockInput, NodeError> {
        let (record, deposits) = announced(number, &row.record, &row.deposits)?;
        let (hash, block) = (record.blob_hash, row.l1_block);
        let data: BatchData = if hash.is_zero() {
            row.batch.clone().into()
        } else if let Some(blob) = self.store.blob(hash)? {
            blob.into()
        } else {
            let blob = match &self.beacon {
                Some(beacon) => {
                    // it only says where to look: the hash says what to find
                    let found = self.l1.at(block).await?;
                    let found = found.ok_or(L1Error::MissingBlock(block.into()))?;
                    beacon.blob(&found, hash).await
                }
                None => Err(BeaconError::Unavailable { hash, block }),
            };
            blob.map_err(|source| NodeError::Blob { number, source })?.into()
        };
        Ok(BlockInput::new(record, data, deposits)?)
    }

    /// Executes a block and stores all that it leaves, with the progress.
    fn execute(
        &self,
        appended: AppendedRow,
        input: &BlockInput,
        progress: &Progress,
    ) -> Result<Head, NodeError> {
        let began = Instant::now();
        let number = input.record().number;
        let start = self.sealed(progress.head.number)?;
        let mut pending = Pending::new(&*self.store);
        let outcome = execute_block(&mut pending, &start, input, &self.limits)
            .map_err(|source| NodeError::Execute { number, source })?;
        let head = Head {
            number,
            hash: outcome.boundary.block.head_hash,
            state_root: outcome.boundary.state_root,
        };
        let (nodes, codes) = pending.take();
        let row = block_row(appended, input, &outcome);
        let mut commit = Commit::new();
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
}

fn block_row(appended: AppendedRow, input: &BlockInput, outcome: &BlockOutcome) -> BlockRow {
    let receipts: Vec<_> = outcome.executed().map(|executed| executed.receipt()).collect();
    let AppendedRow { l1_block, record, deposits, messages, .. } = appended;
    BlockRow {
        hash: outcome.boundary.block.head_hash,
        state_root: outcome.boundary.state_root,
        l1_block,
        record,
        // a blob is kept by itself
        batch: input.blob().map_or_else(|| input.batch().clone(), |_| Bytes::new()),
        deposits,
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
