//! What a transaction leaves behind: the machine's hash chains over logs and receipts, and Ethereum's own receipts root.

use alloy::consensus::{Receipt, ReceiptEnvelope, proofs::calculate_receipt_root};
use alloy_primitives::{B256, Log, keccak256};

use revm::context::result::ExecutionResult;

use super::{
    error::ExecuteError,
    transaction::{Transaction, TransactionType},
};
use crate::{authenticated::hash_chain, machine::groups::Block};

/// A transaction that was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// The transaction.
    pub transaction: Transaction,
    /// Whether its top frame succeeded.
    pub status: bool,
    /// Gas it used.
    pub gas_used: u64,
    /// Gas the block has used after it.
    pub cumulative_gas_used: u64,
    /// Logs it left; none after a failure.
    pub logs: Vec<Log>,
}

/// `logsHash` with `log` at its end: two links.
#[must_use]
pub fn push_log(logs_hash: B256, log: &Log) -> B256 {
    push_log_data(push_log_head(logs_hash, log), keccak256(&log.data.data))
}

/// `logsHash` with the first link of `log`: whose it is, and its topics.
#[must_use]
pub fn push_log_head(logs_hash: B256, log: &Log) -> B256 {
    let topics = log.data.topics();
    let mut head = Vec::with_capacity(21 + 32 * topics.len());
    head.extend_from_slice(log.address.as_slice());
    // at most four
    head.push(u8::try_from(topics.len()).unwrap_or(u8::MAX));
    for topic in topics {
        head.extend_from_slice(topic.as_slice());
    }
    hash_chain::push(logs_hash, keccak256(head))
}

/// `logsHash` with the second link of a log: keccak256 of its data.
#[must_use]
pub fn push_log_data(logs_hash: B256, data_hash: B256) -> B256 {
    hash_chain::push(logs_hash, data_hash)
}

/// `receiptsHash` with one more receipt at its end.
#[must_use]
pub fn push_receipt(
    receipts_hash: B256,
    transaction_hash: B256,
    status: bool,
    cumulative_gas_used: u64,
    logs_hash: B256,
) -> B256 {
    keccak256(
        [
            receipts_hash.as_slice(),
            transaction_hash.as_slice(),
            &[u8::from(status)],
            &cumulative_gas_used.to_be_bytes(),
            logs_hash.as_slice(),
        ]
        .concat(),
    )
}

impl Executed {
    /// What `transaction` did in `block`, as the block was before it.
    ///
    /// # Errors
    /// [`ExecuteError::Range`] when the block's gas leaves its range: a bug.
    pub fn new(
        transaction: Transaction,
        block: &Block,
        result: ExecutionResult,
    ) -> Result<Self, ExecuteError> {
        let gas_used = result.tx_gas_used();
        let cumulative_gas_used =
            block.gas_used.checked_add(gas_used).ok_or(ExecuteError::Range("gas used"))?;
        let status = result.is_success();
        let logs = if status { result.into_logs() } else { Vec::new() };
        Ok(Self { transaction, status, gas_used, cumulative_gas_used, logs })
    }

    /// `receiptsHash` with its receipt at the end.
    #[must_use]
    pub fn push_to(&self, receipts_hash: B256) -> B256 {
        let Self { transaction, status, cumulative_gas_used, .. } = self;
        push_receipt(
            receipts_hash,
            transaction.hash,
            *status,
            *cumulative_gas_used,
            self.logs_hash(),
        )
    }

    /// The machine's chain over its logs.
    #[must_use]
    pub fn logs_hash(&self) -> B256 {
        self.logs.iter().fold(hash_chain::EMPTY, push_log)
    }

    /// Ethereum's receipt, with its bloom filter.
    #[must_use]
    pub fn receipt(&self) -> ReceiptEnvelope {
        let receipt = Receipt {
            status: self.status.into(),
            cumulative_gas_used: self.cumulative_gas_used,
            logs: self.logs.clone(),
        }
        .with_bloom();
        match self.transaction.kind {
            TransactionType::Legacy => ReceiptEnvelope::Legacy(receipt),
            TransactionType::AccessList => ReceiptEnvelope::Eip2930(receipt),
            TransactionType::DynamicFee => ReceiptEnvelope::Eip1559(receipt),
            TransactionType::SetCode => ReceiptEnvelope::Eip7702(receipt),
        }
    }
}

/// The receipts root Ethereum would put into the header.
#[must_use]
pub fn ethereum_receipts_root<'a>(executed: impl IntoIterator<Item = &'a Executed>) -> B256 {
    let receipts: Vec<ReceiptEnvelope> = executed.into_iter().map(Executed::receipt).collect();
    calculate_receipt_root(&receipts)
}
