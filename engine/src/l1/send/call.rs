//! What a lane is given, and what becomes of it.

use alloy::rpc::types::TransactionReceipt;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use tracing::info;

use super::LaneError;

/// A call to a contract on L1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contract; `None` deploys one.
    pub to: Option<Address>,
    /// Calldata or initcode.
    pub data: Bytes,
    /// Wei sent along.
    pub value: U256,
    /// What it is for, in logs and reports.
    pub label: &'static str,
}

/// A transaction that was mined and succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Transaction hash.
    pub hash: B256,
    /// L1 block number.
    pub block: u64,
    /// Gas used.
    pub gas: u64,
    /// Wei per gas paid.
    pub price: u128,
    /// The contract it made, if it deployed one.
    pub created: Option<Address>,
    /// What it left, as its receipt says.
    pub logs: Vec<Log>,
}

impl Sent {
    /// What a receipt tells of a call.
    ///
    /// # Errors
    /// [`LaneError::Reverted`].
    pub(super) fn of(label: &'static str, receipt: &TransactionReceipt) -> Result<Self, LaneError> {
        let hash = receipt.transaction_hash;
        if !receipt.status() {
            return Err(LaneError::Reverted { label, hash });
        }
        info!(label, %hash, gas = receipt.gas_used, "mined");
        Ok(Self {
            hash,
            block: receipt.block_number.unwrap_or_default(),
            gas: receipt.gas_used,
            price: receipt.effective_gas_price,
            created: receipt.contract_address,
            logs: receipt.logs().iter().map(|log| log.inner.clone()).collect(),
        })
    }
}
