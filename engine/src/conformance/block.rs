//! A mainnet block as a Surety block.

use alloy_primitives::{B256, Bytes, U256, keccak256};

use crate::{
    derive::{
        BlockInput, DeriveError,
        batch::{self, EntryLength},
        deposits::{Deposit, pack},
    },
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::{Boundary, Genesis},
        error::ExecuteError,
        pending::Pending,
        receipts::ethereum_receipts_root,
    },
    machine::groups::Record,
    rules::{gas::ELASTICITY, limits::Limits},
    state::witness::BlockWitness,
};

/// A block that Surety does not execute as Ethereum did.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The block is older than a field that every Surety block has.
    #[error("the header has no {0}")]
    Field(&'static str),
    /// A transaction does not fit a batch.
    #[error(transparent)]
    Entry(#[from] EntryLength),
    /// More than a record holds.
    #[error("{0} withdrawals do not fit a record")]
    Withdrawals(usize),
    /// The input contradicts itself: a bug.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// Execution failed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The result is not the header's.
    #[error("{what} is {computed}, the header says {expected}")]
    Header {
        /// Which of the header's fields.
        what: &'static str,
        /// The header's.
        expected: String,
        /// Ours.
        computed: String,
    },
}

/// A mainnet block whose Block group is filled from its header: gas limit, randomness, base fee, time and fee recipient
/// are its own, the beacon root is the message root, withdrawals are deposits.
#[derive(Clone, Debug)]
pub struct SuretyBlock {
    /// The boundary before it.
    pub parent: Boundary,
    /// The block.
    pub input: BlockInput,
    /// What replaying Ethereum's blocks is bounded by.
    pub limits: Limits,
}

impl SuretyBlock {
    /// The block of `witness`.
    ///
    /// # Errors
    /// [`BlockError`], except [`BlockError::Execute`] and [`BlockError::Header`].
    pub fn new(witness: &BlockWitness) -> Result<Self, BlockError> {
        let header = &witness.header;
        let base_fee = header.base_fee_per_gas.ok_or(BlockError::Field("base fee"))?;
        let beacon_root = header.parent_beacon_block_root;
        // half the limit used keeps the base fee
        let parent = Boundary::genesis(&Genesis {
            chain_id: witness.chain_id,
            number: header.number.saturating_sub(1),
            hash: header.parent_hash,
            state_root: witness.parent_state_root,
            timestamp: header.timestamp.saturating_sub(1),
            base_fee: U256::from(base_fee),
            gas_limit: header.gas_limit,
            gas_used: header.gas_limit / ELASTICITY,
        });
        let deposits: Vec<Deposit> = witness
            .withdrawals
            .iter()
            .map(|it| Deposit { index: it.index, account: it.address, amount: it.amount })
            .collect();
        let count = deposits.len();
        let batch = Bytes::from(batch::encode(&witness.transactions)?);
        let slice = batch::slice(&batch).unwrap_or_default();
        let record = Record {
            number: header.number,
            timestamp: header.timestamp,
            prev_randao: header.mix_hash,
            fee_recipient: header.beneficiary,
            l1_message_root: beacon_root.ok_or(BlockError::Field("beacon root"))?,
            batch_root: slice.root,
            batch_length: slice.length,
            blob_hash: B256::ZERO,
            deposits_hash: keccak256(pack(&deposits)),
            deposit_count: u8::try_from(count).map_err(|_| BlockError::Withdrawals(count))?,
        };
        let input = BlockInput::new(record, batch, deposits)?;
        Ok(Self { parent, input, limits: Limits::ETHEREUM })
    }

    /// Executes it by plain revm and checks gas used, receipts root and state root against the header.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn execute<'a>(
        &self,
        witness: &'a BlockWitness,
    ) -> Result<(BlockOutcome, Pending<&'a BlockWitness>), BlockError> {
        let mut pending = Pending::new(witness);
        let outcome = execute_block(&mut pending, &self.parent, &self.input, &self.limits)?;
        let header = &witness.header;
        let check = |what, expected: String, computed: String| {
            if expected == computed {
                Ok(())
            } else {
                Err(BlockError::Header { what, expected, computed })
            }
        };
        let root = |root: B256| root.to_string();
        check("gas used", header.gas_used.to_string(), outcome.header.gas_used.to_string())?;
        let receipts = ethereum_receipts_root(outcome.executed());
        check("receipts root", root(header.receipts_root), root(receipts))?;
        check("state root", root(header.state_root), root(outcome.boundary.state_root))?;
        Ok((outcome, pending))
    }
}
