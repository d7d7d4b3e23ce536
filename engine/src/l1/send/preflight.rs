//! Whether a call would succeed now, and with how much gas.

use alloy::{
    eips::BlockId,
    network::TransactionBuilder as _,
    providers::Provider,
    rpc::{json_rpc::ErrorPayload, types::TransactionRequest},
    transports::RpcError,
};
use alloy_primitives::{Address, Bytes, TxKind};

use super::{Call, LaneError, transaction::Blobs};
use crate::l1::client::{L1Client, L1Error};

/// The most gas a transaction may ask for on L1: EIP-7825.
const MAX_TRANSACTION_GAS: u64 = 1 << 24;

/// Gas that no block has.
const ABSURD: u64 = 1 << 40;

/// JSON-RPC's code of a call that has reverted.
const REVERTED: i64 = 3;

/// Runs the call of `from` against the newest block and returns the gas limit to send it with.
///
/// # Errors
/// [`LaneError::WouldRevert`]; [`LaneError::Transport`] when no endpoint can tell.
pub(super) async fn gas_limit(
    l1: &L1Client,
    from: Address,
    call: &Call,
    blobs: Blobs<'_>,
) -> Result<u64, LaneError> {
    let mut request = TransactionRequest::default()
        .with_from(from)
        .with_input(call.data.clone())
        .with_value(call.value);
    request.blob_versioned_hashes = blobs.map(|blobs| blobs.versioned_hashes().collect());
    request.to = Some(call.to.map_or(TxKind::Create, TxKind::Call));
    let ask = |l1: L1Client| {
        let request = request.clone();
        async move {
            let endpoint = l1.endpoint();
            match l1.provider().estimate_gas(request).block(BlockId::latest()).await {
                Ok(ABSURD..) => Err(l1.lie(endpoint, "gas that no block has")),
                Ok(gas) => Ok(Ok(gas)),
                Err(RpcError::ErrorResp(error)) => match reverted(&error) {
                    Some(data) => Ok(Err(data)),
                    None => Err(L1Error::Transport(RpcError::ErrorResp(error))),
                },
                Err(error) => Err(error.into()),
            }
        }
    };
    let label = call.label;
    let estimate = l1.by_any(ask).await.map_err(|source| LaneError::Transport { label, source })?;
    // the state may have moved when it is mined: a fifth more, within EIP-7825's cap
    let with_spare = |gas: u64| gas.saturating_add(gas / 5).min(MAX_TRANSACTION_GAS);
    estimate.map(with_spare).map_err(|data| LaneError::WouldRevert { label, data })
}

/// What a call reverted with, if an error says that it did: not all nodes give the code for that, nor the data.
fn reverted(error: &ErrorPayload) -> Option<Bytes> {
    let says = error.code == REVERTED || error.message.to_lowercase().contains("revert");
    says.then(|| error.as_revert_data().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_revert_is_told_from_an_endpoint_that_fails() {
        let says = |error| reverted(&serde_json::from_value(error).unwrap());
        let data = Bytes::from([0xde, 0xad, 0xbe, 0xef]);
        for error in [
            json!({ "code": 3, "message": "execution reverted", "data": "0xdeadbeef" }),
            json!({ "code": 3, "message": "execution reverted: why", "data": "0xdeadbeef" }),
            json!({ "code": -32_000, "message": "execution reverted", "data": "0xdeadbeef" }),
            json!({ "code": -32_603, "message": "reverted", "data": { "data": "0xdeadbeef" } }),
        ] {
            assert_eq!(says(error), Some(data.clone()));
        }
        for message in ["execution reverted", "Execution reverted", "VM Exception: revert"] {
            let plain = json!({ "code": -32_000, "message": message });
            assert_eq!(says(plain), Some(Bytes::new()), "{message}");
        }
        for message in [
            "execution aborted (timeout = 5s)",
            "the method eth_estimateGas does not exist/is not available",
            "gas required exceeds allowance (10000000)",
            "header not found",
            "missing trie node",
        ] {
            assert_eq!(says(json!({ "code": -32_000, "message": message })), None, "{message}");
        }
    }
}
