//! Ethereum's transactions as revm takes them, and their receipts.

use alloy::{
    consensus::{
        EthereumTxEnvelope, Receipt, ReceiptEnvelope, Transaction, TxEip4844, TxType,
        transaction::SignerRecoverable,
    },
    eips::{
        eip2718::{Decodable2718, Encodable2718},
        eip4844::DATA_GAS_PER_BLOB,
    },
};
use alloy_primitives::Bytes;
use revm::{
    context::{TxEnv, result::ExecutionResult},
    context_interface::either::Either,
};

/// A transaction that is well-formed and signed; revm checks it against the state.
pub(super) struct Checked {
    pub(super) kind: TxType,
    pub(super) env: TxEnv,
    pub(super) blob_gas: u64,
}

impl Checked {
    /// Decodes what a block holds: no blobs beside a transaction, and one encoding.
    pub(super) fn new(encoded: &Bytes) -> Result<Self, String> {
        let transaction = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(encoded)
            .map_err(|error| error.to_string())?;
        if transaction.encoded_2718() != *encoded {
            return Err("not the canonical encoding of a transaction".to_owned());
        }
        let sender = transaction.recover_signer().map_err(|error| error.to_string())?;
        let blobs = transaction.blob_versioned_hashes().unwrap_or_default();
        let authorizations = transaction.authorization_list().unwrap_or_default();
        let env = TxEnv {
            tx_type: transaction.tx_type() as u8,
            caller: sender,
            gas_limit: transaction.gas_limit(),
            gas_price: transaction.max_fee_per_gas(),
            kind: transaction.kind(),
            value: transaction.value(),
            data: transaction.input().clone(),
            nonce: transaction.nonce(),
            chain_id: transaction.chain_id(),
            access_list: transaction.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: transaction.max_priority_fee_per_gas(),
            blob_hashes: blobs.to_vec(),
            max_fee_per_blob_gas: transaction.max_fee_per_blob_gas().unwrap_or_default(),
            authorization_list: authorizations.iter().cloned().map(Either::Left).collect(),
        };
        let count = u64::try_from(blobs.len()).unwrap_or(u64::MAX);
        let blob_gas = DATA_GAS_PER_BLOB.saturating_mul(count);
        Ok(Self { kind: transaction.tx_type(), env, blob_gas })
    }
}

/// The receipt of a transaction after which the block has used `cumulative_gas_used`.
pub(super) fn receipt(
    kind: TxType,
    cumulative_gas_used: u64,
    result: ExecutionResult,
) -> ReceiptEnvelope {
    let status = result.is_success();
    let logs = if status { result.into_logs() } else { Vec::new() };
    let receipt = Receipt { status: status.into(), cumulative_gas_used, logs }.with_bloom();
    match kind {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}
