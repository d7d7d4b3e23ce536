//! Appending a batch to the Inbox.

use alloy::{
    eips::{BlockId, eip7594::BlobTransactionSidecarEip7594},
    network::TransactionBuilder as _,
    providers::Provider,
    rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use thiserror::Error;

use super::{
    bindings::IInbox,
    client::{L1Client, L1Error},
    send::{Call, Lane, LaneError, Sent},
};
use crate::authenticated::blob::{Blob, BlobError};

/// Why a batch was not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The fee could not be read.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// The batch does not fit a blob.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The transaction was not made.
    #[error(transparent)]
    Lane(#[from] LaneError),
}

/// Appends `batch` as the next L2 block and pays the append fee.
///
/// # Errors
/// [`AppendError`].
pub async fn append(
    l1: &L1Client,
    lane: &Lane,
    inbox: Address,
    fee_recipient: Address,
    batch: Bytes,
) -> Result<Sent, AppendError> {
    let call = append_call(l1, inbox, fee_recipient, batch).await?;
    Ok(lane.send(&call).await?)
}

/// The call that appends `batch` and pays the append fee.
///
/// # Errors
/// [`L1Error`] when the fee cannot be read.
pub async fn append_call(
    l1: &L1Client,
    inbox: Address,
    fee_recipient: Address,
    batch: Bytes,
) -> Result<Call, L1Error> {
    let value = payment(l1, inbox).await?;
    let data = IInbox::appendCall { feeRecipient: fee_recipient, batch }.abi_encode().into();
    Ok(Call { to: Some(inbox), data, value, label: "append" })
}

/// Appends `batch` in a blob as the next L2 block and pays the append fee. In the block zeros follow the batch, which end
/// it.
///
/// # Errors
/// [`AppendError`].
pub async fn append_blob(
    l1: &L1Client,
    lane: &Lane,
    inbox: Address,
    fee_recipient: Address,
    batch: &[u8],
) -> Result<Sent, AppendError> {
    let blobs = sidecar(&[Blob::of_batch(batch)?])?;
    let call = append_blob_call(l1, inbox, fee_recipient).await?;
    Ok(lane.send_blobs(&call, &blobs).await?)
}

/// The call that appends the batch in its transaction's first blob and pays the append fee.
///
/// # Errors
/// [`L1Error`] when the fee cannot be read.
pub async fn append_blob_call(
    l1: &L1Client,
    inbox: Address,
    fee_recipient: Address,
) -> Result<Call, L1Error> {
    let value = payment(l1, inbox).await?;
    let call = IInbox::appendBlobCall { feeRecipient: fee_recipient, blobIndex: U256::ZERO };
    let data = call.abi_encode().into();
    Ok(Call { to: Some(inbox), data, value, label: "appendBlob" })
}

/// What a transaction carries of blobs: with the proofs of their cells (EIP-7594), as Osaka's pools want them.
///
/// # Errors
/// [`BlobError::Kzg`].
pub fn sidecar(blobs: &[Blob]) -> Result<BlobTransactionSidecarEip7594, BlobError> {
    let blobs = blobs.iter().map(|blob| *blob.bytes()).collect();
    Ok(BlobTransactionSidecarEip7594::try_from_blobs(blobs)?)
}

/// The append fee with what it may rise by, an eighth, before the transaction is mined; the Inbox returns what is too much. It
/// is asked as of the block that the lane judges by: in that block itself an earlier append's fee still holds.
async fn payment(l1: &L1Client, inbox: Address) -> Result<U256, L1Error> {
    let request = TransactionRequest::default()
        .with_to(inbox)
        .with_input(IInbox::appendFeeCall {}.abi_encode());
    let answer = l1.provider().call(request).block(BlockId::latest()).await?;
    let fee = IInbox::appendFeeCall::abi_decode_returns_validate(&answer)
        .map_err(|_| L1Error::Inconsistent("an append fee that cannot be decoded"))?;
    Ok(fee.saturating_add(fee / U256::from(8)).saturating_add(U256::ONE))
}
