//! Appending a batch to the Inbox.

use alloy::{
    network::TransactionBuilder as _, providers::Provider, rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use thiserror::Error;

use super::{
    bindings::IInbox,
    client::{L1Client, L1Error},
    send::{Call, Lane, LaneError, Sent},
};

/// Why a batch was not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The fee could not be read.
    #[error(transparent)]
    L1(#[from] L1Error),
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
    let request = TransactionRequest::default()
        .with_to(inbox)
        .with_input(IInbox::appendFeeCall {}.abi_encode());
    let answer = l1.provider().call(request).await.map_err(L1Error::from)?;
    let fee = IInbox::appendFeeCall::abi_decode_returns_validate(&answer)
        .map_err(|_| L1Error::Inconsistent("an append fee that cannot be decoded"))?;
    // the fee may rise by an eighth before this is mined; the Inbox returns what is too much
    let value = fee.saturating_add(fee / U256::from(8)).saturating_add(U256::ONE);
    let data = IInbox::appendCall { feeRecipient: fee_recipient, batch }.abi_encode().into();
    Ok(lane.send(&Call { to: Some(inbox), data, value, label: "append" }).await?)
}
