//! What a request leaves open is filled in as wallets and geth expect.

use alloy::rpc::types::TransactionRequest;
use alloy_primitives::{TxKind, U256};
use revm::{
    context::TxEnv,
    context_interface::{either::Either, transaction::TransactionType},
};

use super::{Scene, SimulateError};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    rules::gas,
};

/// The transaction that `request` asks for in `scene`, with at most `most` gas.
pub(super) fn fill<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    request: TransactionRequest,
    most: u64,
) -> Result<TxEnv, SimulateError> {
    let blobs = request.blob_versioned_hashes.is_some()
        || request.sidecar.is_some()
        || request.max_fee_per_blob_gas.is_some()
        || request.transaction_type == Some(TransactionType::Eip4844 as u8);
    if blobs {
        return Err(SimulateError::Request("there are no blob transactions on this chain"));
    }
    let contradiction = |_| SimulateError::Request("input and data differ");
    let data = request.input.try_into_unique_input().map_err(contradiction)?.unwrap_or_default();
    let fees = Fees::of(
        u128::from(scene.block.basefee),
        request.gas_price,
        request.max_fee_per_gas,
        request.max_priority_fee_per_gas,
    )?;
    let (access_list, authorizations) = (request.access_list, request.authorization_list);
    let tx_type = match (&authorizations, fees.priority, &access_list) {
        (Some(_), ..) => TransactionType::Eip7702,
        (None, Some(_), _) => TransactionType::Eip1559,
        (None, None, Some(_)) => TransactionType::Eip2930,
        (None, None, None) => TransactionType::Legacy,
    };
    let caller = request.from.unwrap_or_default();
    let value = request.value.unwrap_or_default();
    let affordable = affordable_gas(scene.account(caller)?.balance, value, fees.price);
    // who cannot pay for the least transaction is told of the funds, and not of the gas
    let paid = if affordable < gas::TRANSACTION { most } else { most.min(affordable) };
    let wanted = request.gas.unwrap_or(paid);
    let nonce = match request.nonce {
        Some(nonce) => nonce,
        None => scene.account(caller)?.nonce,
    };
    Ok(TxEnv {
        tx_type: tx_type as u8,
        caller,
        gas_limit: wanted.min(most),
        gas_price: fees.price,
        kind: request.to.unwrap_or(TxKind::Create),
        value,
        data,
        nonce,
        chain_id: Some(request.chain_id.unwrap_or(scene.chain_id)),
        access_list: access_list.unwrap_or_default(),
        gas_priority_fee: fees.priority.or((authorizations.is_some()).then_some(0)),
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: authorizations.into_iter().flatten().map(Either::Left).collect(),
    })
}

/// The gas that `balance` pays for at `price` when `value` goes out, too.
pub(super) fn affordable_gas(balance: U256, value: U256, price: u128) -> u64 {
    let left = balance.saturating_sub(value);
    left.checked_div(U256::from(price)).map_or(u64::MAX, |gas| gas.saturating_to())
}

/// What a unit of gas may cost, wei.
struct Fees {
    price: u128,
    priority: Option<u128>,
}

impl Fees {
    fn of(
        base_fee: u128,
        price: Option<u128>,
        max: Option<u128>,
        priority: Option<u128>,
    ) -> Result<Self, SimulateError> {
        match (price, max, priority) {
            (price, None, None) => Ok(Self { price: price.unwrap_or(0), priority: None }),
            (Some(_), ..) => {
                Err(SimulateError::Request("both gasPrice and an EIP-1559 fee are given"))
            }
            (None, max, priority) => {
                let tip = priority.unwrap_or(0);
                // a tip alone: whatever the base fee is
                let max = max.unwrap_or_else(|| match tip {
                    0 => 0,
                    tip => base_fee.saturating_add(tip),
                });
                if tip > max {
                    return Err(SimulateError::Request(
                        "maxPriorityFeePerGas is above maxFeePerGas",
                    ));
                }
                Ok(Self { price: max, priority: Some(tip) })
            }
        }
    }
}
