//! The transaction of a subcase, as revm takes it and as its signed bytes.

use alloy::{
    consensus::{
        SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy,
    },
    eips::{
        eip2718::Encodable2718,
        eip2930::{AccessList, AccessListItem},
        eip7702::{Authorization, SignedAuthorization},
    },
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{B256, Bytes, Signature};
use revm::context::{TxEnv, either::Either};

use super::{
    CHAIN_ID,
    fixture::{Post, TestTransaction},
};

/// Blob transactions' type ([EIP-4844](https://eips.ethereum.org/EIPS/eip-4844)).
pub const BLOB: u8 = 3;

/// The transaction of `post`; `None` when a field has no value that a transaction can have.
#[must_use]
pub fn environment(test: &TestTransaction, post: &Post) -> Option<TxEnv> {
    let at = post.indexes;
    let list = test.access_lists.as_ref().and_then(|lists| lists.get(at.data)?.as_ref());
    let tx_type = match post.txbytes.as_ref().and_then(|bytes| bytes.first()) {
        Some(kind @ ..=0x7f) => *kind,
        Some(_) => 0,
        None if test.blob_versioned_hashes.is_some() => BLOB,
        None if test.authorization_list.is_some() => 4,
        None if test.max_fee_per_gas.is_some() => 2,
        None => u8::from(list.is_some()),
    };
    // these two have no encoding without a callee
    if tx_type >= BLOB && test.to.is_create() {
        return None;
    }
    let authorizations: Option<Vec<_>> = test
        .authorization_list
        .iter()
        .flatten()
        .map(|tuple| {
            let inner = Authorization {
                chain_id: tuple.chain_id,
                address: tuple.address,
                nonce: tuple.nonce.narrow()?,
            };
            let parity = tuple.v.narrow()?;
            let signed = SignedAuthorization::new_unchecked(inner, parity, tuple.r, tuple.s);
            Some(Either::Left(signed))
        })
        .collect();
    Some(TxEnv {
        tx_type,
        caller: test.sender,
        gas_limit: test.gas_limit.get(at.gas)?.narrow()?,
        gas_price: test.max_fee_per_gas.or(test.gas_price)?.narrow()?,
        kind: test.to,
        value: test.value.get(at.value)?.0?,
        data: test.data.get(at.data)?.clone(),
        nonce: test.nonce.narrow()?,
        chain_id: Some(CHAIN_ID),
        access_list: AccessList(
            list.into_iter()
                .flatten()
                .map(|item| AccessListItem {
                    address: item.address,
                    storage_keys: item.storage_keys.iter().map(|key| B256::from(*key)).collect(),
                })
                .collect(),
        ),
        gas_priority_fee: match test.max_priority_fee_per_gas {
            Some(fee) if tx_type >= 2 => Some(fee.narrow()?),
            _ => None,
        },
        blob_hashes: test.blob_versioned_hashes.clone().unwrap_or_default(),
        max_fee_per_blob_gas: test.max_fee_per_blob_gas.unwrap_or_default().narrow()?,
        authorization_list: authorizations?,
    })
}

/// The bytes of `transaction`, signed with `key`, for fixtures that hold none; `None` for blob transactions and keys
/// that sign nothing.
#[must_use]
pub fn sign(transaction: &TxEnv, key: B256) -> Option<Bytes> {
    let TxEnv { nonce, gas_limit, value, data, .. } = transaction.clone();
    let (chain_id, to, input) = (CHAIN_ID, transaction.kind, data);
    let access_list = transaction.access_list.clone();
    let max_fee_per_gas = transaction.gas_price;
    let max_priority_fee_per_gas = transaction.gas_priority_fee.unwrap_or_default();
    let gas_price = transaction.gas_price;
    match transaction.tx_type {
        0 => {
            let chain_id = Some(chain_id);
            signed(key, TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input })
        }
        1 => signed(
            key,
            TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input },
        ),
        2 => signed(
            key,
            TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            },
        ),
        4 => signed(
            key,
            TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to: *to.to()?,
                value,
                access_list,
                authorization_list: transaction
                    .authorization_list
                    .iter()
                    .filter_map(|tuple| tuple.as_ref().left().cloned())
                    .collect(),
                input,
            },
        ),
        _ => None,
    }
}

fn signed<T: SignableTransaction<Signature>>(key: B256, mut transaction: T) -> Option<Bytes>
where
    TxEnvelope: From<Signed<T>>,
{
    let signer = PrivateKeySigner::from_bytes(&key).ok()?;
    let signature = signer.sign_transaction_sync(&mut transaction).ok()?;
    Some(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into())
}
