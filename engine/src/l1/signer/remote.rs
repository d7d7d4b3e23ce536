//! A key that never leaves another process: `eth_signTransaction`, as Web3Signer, Clef and op-signer answer it.
//!
//! The signer is asked for a signature and trusted with nothing else: what it returns must be the very transaction that was
//! asked for, signed by the key.

use std::time::Duration;

use alloy::{
    consensus::{SignableTransaction, Transaction, TxEnvelope},
    eips::eip2718::{Decodable2718 as _, Eip2718Error},
    network::TransactionBuilder as _,
    primitives::{Address, Bytes, Signature, SignatureError},
    rpc::types::{TransactionInput, TransactionRequest},
    transports::http::reqwest::{self, Client, Url},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use thiserror::Error;

/// Bytes that are read of an answer at most: a transaction may come with six blobs, in hexadecimal and twice.
const ANSWER_LIMIT: usize = 1 << 23;
/// JSON-RPC: the method does not exist.
const METHOD_NOT_FOUND: i64 = -32_601;

/// Why a remote signer gave no signature. Nothing was sent.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// The endpoint is not a URL.
    #[error("the remote signer's endpoint is not a URL")]
    Endpoint,
    /// It cannot be reached, or did not answer in time.
    #[error("remote signer: {0}")]
    Transport(#[source] reqwest::Error),
    /// It refused: by its rules, or because it does not sign such transactions, as some do not those with blobs.
    #[error("the remote signer refused: {message} ({code})")]
    Refused {
        /// JSON-RPC error code.
        code: i64,
        /// Its reason.
        message: String,
    },
    /// Its answer is longer than any transaction.
    #[error("the remote signer's answer is longer than any transaction")]
    TooLong,
    /// Its answer is not one of JSON-RPC.
    #[error("the remote signer's answer is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Its answer has neither a result nor an error.
    #[error("the remote signer answered nothing")]
    Empty,
    /// What it returned is no transaction.
    #[error("the remote signer returned no transaction: {0}")]
    NotATransaction(#[from] Eip2718Error),
    /// What it returned is another transaction.
    #[error("the remote signer changed {0}")]
    Changed(&'static str),
    /// The signature is none.
    #[error("the remote signer's signature: {0}")]
    Signature(#[from] SignatureError),
    /// The signature is of another key.
    #[error("the remote signer signed with the key of {got}, not {expected}")]
    OtherKey {
        /// Whose signature it is.
        got: Address,
        /// Whose it should be.
        expected: Address,
    },
    /// It has other keys.
    #[error("the remote signer does not have the key of {0}")]
    NoKey(Address),
    /// It has no key yet.
    #[error("the remote signer has no key: it is sealed, or starting")]
    Sealed,
}

/// Signs elsewhere.
#[derive(Clone, Debug)]
pub(super) struct RemoteSigner {
    http: Client,
    url: Url,
    address: Address,
}

#[derive(Deserialize)]
struct Answer {
    result: Option<Value>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    message: String,
}

/// Web3Signer and op-signer return the bytes alone, Clef and geth with the transaction beside them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Signed {
    Raw(Bytes),
    Object { raw: Bytes },
}

impl RemoteSigner {
    /// The signer at `url` for the key of `address`; nothing is asked yet.
    pub(super) fn new(url: &str, address: Address, timeout: Duration) -> Result<Self, RemoteError> {
        let url = url.parse().map_err(|_| RemoteError::Endpoint)?;
        let http = Client::builder().timeout(timeout).build().map_err(RemoteError::Transport)?;
        Ok(Self { http, url, address })
    }

    pub(super) const fn address(&self) -> Address {
        self.address
    }

    /// Whether the signer answers and has the key. Not all signers list their keys: then only that it answers.
    pub(super) async fn check(&self) -> Result<(), RemoteError> {
        match self.ask::<Vec<Address>>("eth_accounts", json!([])).await {
            Ok(accounts) if accounts.contains(&self.address) => Ok(()),
            Ok(accounts) if accounts.is_empty() => Err(RemoteError::Sealed),
            Ok(_) => Err(RemoteError::NoKey(self.address)),
            Err(RemoteError::Refused { code: METHOD_NOT_FOUND, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A signature of `tx`, checked.
    pub(super) async fn sign(
        &self,
        tx: &dyn SignableTransaction<Signature>,
    ) -> Result<Signature, RemoteError> {
        let asked = request(tx).with_from(self.address);
        let (Signed::Raw(raw) | Signed::Object { raw }) =
            self.ask("eth_signTransaction", json!([asked])).await?;
        let signed = TxEnvelope::decode_2718_exact(&raw)?;
        if let Some(field) = difference(&asked, &request(&signed).with_from(self.address)) {
            return Err(RemoteError::Changed(field));
        }
        let hash = tx.signature_hash();
        if signed.signature_hash() != hash {
            return Err(RemoteError::Changed("what is signed"));
        }
        let signature = signed.signature().normalized_s();
        let got = signature.recover_address_from_prehash(&hash)?;
        if got != self.address {
            return Err(RemoteError::OtherKey { got, expected: self.address });
        }
        Ok(signature)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, RemoteError> {
        // the URL may hold a password
        let transport = |error: reqwest::Error| RemoteError::Transport(error.without_url());
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.http.post(self.url.clone()).header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.map_err(transport)?;
        let (failed, mut response) = (response.error_for_status_ref().err(), response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len().saturating_add(chunk.len()) > ANSWER_LIMIT {
                return Err(RemoteError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        // some put the reason into the body of a failed request
        let answer = match (serde_json::from_slice::<Answer>(&body), failed) {
            (Err(_), Some(failed)) => return Err(transport(failed)),
            (answer, _) => answer?,
        };
        match answer {
            Answer { error: Some(Refusal { code, message }), .. } => {
                Err(RemoteError::Refused { code, message })
            }
            Answer { result: Some(result), .. } => Ok(serde_json::from_value(result)?),
            Answer { .. } => Err(RemoteError::Empty),
        }
    }
}

/// What is asked for: every field of the transaction. Of blobs their hashes, which is all of them that is signed.
fn request(tx: &(impl Transaction + ?Sized)) -> TransactionRequest {
    let dynamic = tx.is_dynamic_fee();
    TransactionRequest {
        from: None,
        to: Some(tx.kind()),
        gas_price: (!dynamic).then(|| tx.max_fee_per_gas()),
        max_fee_per_gas: dynamic.then(|| tx.max_fee_per_gas()),
        max_priority_fee_per_gas: tx.max_priority_fee_per_gas(),
        max_fee_per_blob_gas: tx.max_fee_per_blob_gas(),
        gas: Some(tx.gas_limit()),
        value: Some(tx.value()),
        // some read the one, some the other
        input: TransactionInput::both(tx.input().clone()),
        nonce: Some(tx.nonce()),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned(),
        transaction_type: Some(tx.ty()),
        blob_versioned_hashes: tx.blob_versioned_hashes().map(<[_]>::to_vec),
        authorization_list: tx.authorization_list().map(<[_]>::to_vec),
        ..TransactionRequest::default()
    }
}

/// The first field in which two transactions differ.
fn difference(one: &TransactionRequest, two: &TransactionRequest) -> Option<&'static str> {
    let fields = [
        ("the type", one.transaction_type == two.transaction_type),
        ("the chain id", one.chain_id == two.chain_id),
        ("the nonce", one.nonce == two.nonce),
        ("the recipient", one.to == two.to),
        ("the value", one.value == two.value),
        ("the input", one.input == two.input),
        ("the gas limit", one.gas == two.gas),
        ("the gas price", one.gas_price == two.gas_price),
        ("the fee", one.max_fee_per_gas == two.max_fee_per_gas),
        ("the priority fee", one.max_priority_fee_per_gas == two.max_priority_fee_per_gas),
        ("the blob fee", one.max_fee_per_blob_gas == two.max_fee_per_blob_gas),
        ("the blobs", one.blob_versioned_hashes == two.blob_versioned_hashes),
        ("the access list", one.access_list == two.access_list),
        ("the authorizations", one.authorization_list == two.authorization_list),
    ];
    fields.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
}
