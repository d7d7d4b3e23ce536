//! Calls and executed transactions, run again on a node's own states.

use std::{ops::RangeInclusive, sync::Arc};

use alloy::{
    consensus::Header,
    rpc::types::{EIP1186AccountProofResponse, EIP1186StorageProof, debug::ExecutionWitness},
    serde::JsonStorageKey,
};
use alloy_primitives::Address;

use super::{Node, NodeError};
use crate::{
    authenticated::proof::{self, AccountProof, ProofError},
    chain::Chain,
    derive::BlockInput,
    execute::boundary::Boundary,
    simulate::{
        BlockFees, Paid, Place, Quota, Replay, Scene, SimulateError, Tracer, replay, witness,
    },
    state::{BlockRow, ExecutedBlock, Store},
};

impl Node {
    /// The state at the end of an executed block, in that block, to call in.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    pub fn scene(&self, number: u64, quota: Quota) -> Result<Scene<Arc<Store>>, NodeError> {
        let sealed = self.sealed(number)?;
        let at = match self.header(number)? {
            Some(header) => sealed.in_block(&header),
            None => sealed,
        };
        self.scene_at(number, &at, quota)
    }

    /// The state before a transaction of an executed block, to call in.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed, or has no such transaction.
    pub fn scene_before(
        &self,
        number: u64,
        index: usize,
        quota: Quota,
    ) -> Result<Scene<Arc<Store>>, NodeError> {
        let slot = slot(&self.row(number)?, number, index)?;
        self.scene_at(number, &self.before(number, slot)?, quota)
    }

    fn scene_at(
        &self,
        number: u64,
        at: &Boundary,
        quota: Quota,
    ) -> Result<Scene<Arc<Store>>, NodeError> {
        Scene::new(Arc::clone(self.store()), at, quota).map_err(simulate(number))
    }

    /// A transaction of an executed block, run again and watched by `tracer`.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed, or has no such transaction; [`NodeError::Simulate`].
    pub fn replay(
        &self,
        number: u64,
        index: usize,
        tracer: &Tracer,
        quota: Quota,
    ) -> Result<Replay, NodeError> {
        let row = self.row(number)?;
        self.replay_in(&row, &self.input(number)?, index, tracer, quota)
    }

    /// All transactions of an executed block, run again; `each` takes one after the other, and `quota` is for each of them.
    ///
    /// # Errors
    /// As [`Node::replay`], and what `each` gives.
    pub fn replay_block(
        &self,
        number: u64,
        tracer: &Tracer,
        quota: Quota,
        mut each: impl FnMut(Replay) -> Result<(), SimulateError>,
    ) -> Result<(), NodeError> {
        let row = self.row(number)?;
        let input = self.input(number)?;
        for index in 0..row.transactions.len() {
            let replay = self.replay_in(&row, &input, index, tracer, quota)?;
            each(replay).map_err(simulate(number))?;
        }
        Ok(())
    }

    fn replay_in(
        &self,
        row: &BlockRow,
        input: &BlockInput,
        index: usize,
        tracer: &Tracer,
        quota: Quota,
    ) -> Result<Replay, NodeError> {
        let number = input.record().number;
        let slot = slot(row, number, index)?;
        let (before, after) = (self.before(number, slot)?, self.boundary(number, slot)?);
        let (before, after) = (&before, &after);
        let place = Place { slot, before, after, input, index, block_hash: row.hash };
        replay(self.store(), place, self.limits(), tracer, quota)
            .and_then(|replay| replay.ok_or(SimulateError::Differs { slot }))
            .map_err(simulate(number))
    }

    /// What executing a block takes of its parent's state.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed; [`NodeError::Simulate`].
    pub fn execution_witness(&self, number: u64) -> Result<ExecutionWitness, NodeError> {
        let (input, sealed) = (self.input(number)?, self.sealed(number)?);
        let before = number.saturating_sub(1);
        let header = self.header(before)?.map(|header| alloy_rlp::encode(header).into());
        witness::of_block(
            self.store(),
            &self.sealed(before)?,
            &input,
            self.limits(),
            &sealed,
            header.into_iter().collect(),
        )
        .map_err(simulate(number))
    }

    /// An account and some of its slots, proven under the state root of an executed block.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed; [`NodeError::Proof`] when its state cannot be read.
    pub fn prove(
        &self,
        number: u64,
        address: Address,
        keys: Vec<JsonStorageKey>,
    ) -> Result<EIP1186AccountProofResponse, NodeError> {
        let state_root = self.sealed(number)?.state_root;
        let AccountProof { account, nodes } =
            proof::account(self.store(), state_root, address).map_err(unproven(number))?;
        let storage_proof = keys.into_iter().map(|key| {
            let proven = proof::slot(self.store(), account.storage_root, key.as_b256().into())?;
            Ok(EIP1186StorageProof { key, value: proven.value, proof: proven.nodes })
        });
        Ok(EIP1186AccountProofResponse {
            address,
            balance: account.balance,
            code_hash: account.code_hash,
            nonce: account.nonce,
            storage_hash: account.storage_root,
            account_proof: nodes,
            storage_proof: storage_proof.collect::<Result<_, _>>().map_err(unproven(number))?,
        })
    }

    /// What the transactions of executed blocks paid.
    ///
    /// # Errors
    /// [`NodeError::Missing`] for a block that is not executed.
    pub fn fees(&self, numbers: RangeInclusive<u64>) -> Result<Vec<BlockFees>, NodeError> {
        numbers.map(|number| self.fees_of(number)).collect()
    }

    fn fees_of(&self, number: u64) -> Result<BlockFees, NodeError> {
        let sealed = self.sealed(number)?.block;
        let unreadable = |_| NodeError::Missing { what: "readable transactions", number };
        let chain = Chain::new(Arc::clone(self.store()), self.deployment().genesis);
        let (bytes, transactions) = match chain.executed(number).map_err(unreadable)? {
            None => (0, Vec::new()),
            Some(executed) => {
                let block = chain.read(&executed).map_err(unreadable)?;
                let base_fee = u128::from(block.header.base_fee_per_gas.unwrap_or_default());
                let receipts = executed.receipts().map_err(unreadable)?;
                let bytes = block.transactions.iter().map(|it| it.raw.len() as u64).sum();
                let paid = block.transactions.iter().zip(&receipts).map(|(it, receipt)| Paid {
                    tip: it.gas_price(&block.header).saturating_sub(base_fee),
                    gas: receipt.gas_used,
                    to_itself: it.sender == block.header.beneficiary,
                });
                (bytes, paid.collect())
            }
        };
        Ok(BlockFees {
            base_fee: sealed.base_fee,
            gas_used: sealed.gas_used,
            gas_limit: sealed.gas_limit,
            bytes,
            byte_limit: self.limits().batch_bytes.into(),
            transactions,
        })
    }

    /// The header of an executed block; `None` for a genesis of which only the hash is known.
    fn header(&self, number: u64) -> Result<Option<Header>, NodeError> {
        let genesis = &self.deployment().genesis;
        if number == genesis.number {
            return Ok(genesis.header());
        }
        let block = ExecutedBlock { number, row: self.row(number)? };
        block.header().map(Some).map_err(|_| NodeError::Missing { what: "header", number })
    }

    fn row(&self, number: u64) -> Result<BlockRow, NodeError> {
        self.store().block(number)?.ok_or(NodeError::Missing { what: "row", number })
    }

    fn before(&self, number: u64, slot: u16) -> Result<Boundary, NodeError> {
        super::history::History::before(self, number, slot)
    }
}

fn slot(row: &BlockRow, number: u64, index: usize) -> Result<u16, NodeError> {
    let transaction = row.transactions.get(index);
    let missing = NodeError::Missing { what: "transaction", number };
    transaction.map(|transaction| transaction.slot).ok_or(missing)
}

const fn simulate(number: u64) -> impl FnOnce(SimulateError) -> NodeError {
    move |source| NodeError::Simulate { number, source: Box::new(source) }
}

const fn unproven(number: u64) -> impl FnOnce(ProofError) -> NodeError {
    move |source| NodeError::Proof { number, source }
}
