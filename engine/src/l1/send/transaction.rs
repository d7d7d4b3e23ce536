//! One transaction, as it is signed.

use alloy::{
    consensus::{
        SignableTransaction, TxEip1559, TxEip4844, TxEip4844WithSidecar,
        transaction::RlpEcdsaEncodableTx,
    },
    eips::{
        Encodable2718, eip2930::AccessList, eip4844::DATA_GAS_PER_BLOB,
        eip7594::BlobTransactionSidecarEip7594,
    },
    network::TxSigner,
};
use alloy_primitives::{B256, Signature, TxKind};

use super::{Call, Fees};
use crate::l1::signer::Key;

/// What a transaction carries beside the call.
pub(super) type Blobs<'a> = Option<&'a BlobTransactionSidecarEip7594>;

/// The gas of all blobs.
pub(super) fn blob_gas(blobs: Blobs<'_>) -> u64 {
    let count = blobs.map_or(0, |blobs| blobs.blobs.len() as u64);
    DATA_GAS_PER_BLOB.saturating_mul(count)
}

/// A call with all that is signed of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transaction<'a> {
    pub(super) chain_id: u64,
    pub(super) nonce: u64,
    pub(super) gas_limit: u64,
    pub(super) fees: Fees,
    pub(super) call: &'a Call,
    pub(super) blobs: Blobs<'a>,
}

impl Transaction<'_> {
    /// Its hash, and what is sent of it.
    ///
    /// # Errors
    /// The key's.
    pub(super) async fn sign(&self, key: &Key) -> alloy::signers::Result<(B256, Vec<u8>)> {
        let Self { chain_id, nonce, gas_limit, fees, call, blobs } = *self;
        let (value, input) = (call.value, call.data.clone());
        let max_priority_fee_per_gas = fees.priority.min(fees.max);
        match (blobs, call.to) {
            (Some(blobs), Some(to)) => {
                let tx = TxEip4844 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: fees.max,
                    max_priority_fee_per_gas,
                    max_fee_per_blob_gas: fees.blob,
                    blob_versioned_hashes: blobs.versioned_hashes().collect(),
                    to,
                    value,
                    access_list: AccessList::default(),
                    input,
                };
                sign(TxEip4844WithSidecar::from_tx_and_sidecar(tx, blobs.clone()), key).await
            }
            // EIP-4844: a transaction with blobs creates nothing
            (_, to) => {
                let tx = TxEip1559 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: fees.max,
                    max_priority_fee_per_gas,
                    to: to.map_or(TxKind::Create, TxKind::Call),
                    value,
                    access_list: AccessList::default(),
                    input,
                };
                sign(tx, key).await
            }
        }
    }
}

async fn sign<T>(mut tx: T, key: &Key) -> alloy::signers::Result<(B256, Vec<u8>)>
where
    T: SignableTransaction<Signature> + RlpEcdsaEncodableTx + Send + Sync,
{
    let signature = key.sign_transaction(&mut tx).await?;
    let signed = tx.into_signed(signature);
    Ok((*signed.hash(), signed.encoded_2718()))
}
