//! The trace as the SSZ stateless input of [EIP-8079](https://eips.ethereum.org/EIPS/eip-8079)'s drafts, as far as they have a
//! shape for blocks before Amsterdam: what `docs/protocol.md` section 24 says of it.

use alloy::{
    consensus::{EMPTY_OMMER_ROOT_HASH, EthereumTxEnvelope, Header, Transaction, TxEip4844},
    eips::{
        eip2718::Decodable2718, eip4895::Withdrawal, eip6110::DEPOSIT_REQUEST_TYPE,
        eip7002::WITHDRAWAL_REQUEST_TYPE, eip7251::CONSOLIDATION_REQUEST_TYPE, eip7685::Requests,
    },
};
use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use alloy_rlp::Decodable;
use ssz::{Decode as _, Encode as _};
use ssz_derive::{Decode, Encode};

use super::{DecodeError, ascending};
use crate::{
    derive::deposits::{self, Deposit},
    stateless::{
        scheme::{Fork, Scheme},
        trace::{Body, Trace},
        witness::Witness,
    },
};

/// Second byte of the schema id: the encoding's revision.
const REVISION: u8 = 1;

#[derive(Encode, Decode)]
struct StatelessInput {
    new_payload_request: NewPayloadRequest,
    witness: ExecutionWitness,
    chain_id: u64,
    /// Signers' keys, which would save recovering them; here always recovered, and this is empty.
    public_keys: Vec<Bytes>,
}

#[derive(Encode, Decode)]
struct NewPayloadRequest {
    execution_payload: ExecutionPayload,
    versioned_hashes: Vec<B256>,
    parent_beacon_block_root: B256,
    execution_requests: ExecutionRequests,
}

#[derive(Encode, Decode)]
struct ExecutionPayload {
    parent_hash: B256,
    fee_recipient: Address,
    state_root: B256,
    receipts_root: B256,
    logs_bloom: Bloom,
    prev_randao: B256,
    block_number: u64,
    gas_limit: u64,
    gas_used: u64,
    timestamp: u64,
    extra_data: Bytes,
    base_fee_per_gas: U256,
    block_hash: B256,
    transactions: Vec<Bytes>,
    withdrawals: Vec<PayloadWithdrawal>,
    blob_gas_used: u64,
    excess_blob_gas: u64,
}

#[derive(Encode, Decode)]
struct PayloadWithdrawal {
    index: u64,
    validator_index: u64,
    address: Address,
    amount: u64,
}

/// Lists of containers of fixed size, which SSZ writes one after the other: the requests' data as it is.
#[derive(Default, Encode, Decode)]
struct ExecutionRequests {
    deposits: Bytes,
    withdrawals: Bytes,
    consolidations: Bytes,
}

#[derive(Encode, Decode)]
struct ExecutionWitness {
    state: Vec<Bytes>,
    codes: Vec<Bytes>,
    /// The oldest first.
    headers: Vec<Bytes>,
}

/// The encoding of a trace that is proven, with the requests that its execution gives.
#[must_use]
pub fn encode(trace: &Trace, requests: &Requests) -> Vec<u8> {
    let header = &trace.header;
    let (transactions, withdrawals) = match &trace.body {
        Body::Surety { batch, deposits } => (vec![batch.clone()], of_deposits(deposits)),
        Body::Ethereum { transactions, withdrawals, .. } => {
            (transactions.clone(), withdrawals.iter().map(PayloadWithdrawal::from).collect())
        }
    };
    let input = StatelessInput {
        new_payload_request: NewPayloadRequest {
            versioned_hashes: versioned_hashes(&trace.body),
            execution_payload: ExecutionPayload {
                parent_hash: header.parent_hash,
                fee_recipient: header.beneficiary,
                state_root: header.state_root,
                receipts_root: header.receipts_root,
                logs_bloom: header.logs_bloom,
                prev_randao: header.mix_hash,
                block_number: header.number,
                gas_limit: header.gas_limit,
                gas_used: header.gas_used,
                timestamp: header.timestamp,
                extra_data: header.extra_data.clone(),
                base_fee_per_gas: U256::from(header.base_fee_per_gas.unwrap_or_default()),
                block_hash: trace.block_hash,
                transactions,
                withdrawals,
                blob_gas_used: header.blob_gas_used.unwrap_or_default(),
                excess_blob_gas: header.excess_blob_gas.unwrap_or_default(),
            },
            parent_beacon_block_root: header.parent_beacon_block_root.unwrap_or_default(),
            execution_requests: requests.into(),
        },
        witness: ExecutionWitness {
            state: trace.witness.nodes.values().cloned().collect(),
            codes: trace.witness.codes.values().cloned().collect(),
            headers: trace.ancestors.iter().rev().map(|it| alloy_rlp::encode(it).into()).collect(),
        },
        chain_id: trace.chain_id,
        public_keys: Vec::new(),
    };
    let mut encoded = vec![trace.scheme().number(), REVISION];
    input.ssz_append(&mut encoded);
    encoded
}

/// The trace that `data` encodes. Its header is made from the payload, the transactions, the withdrawals and the requests.
///
/// # Errors
/// [`DecodeError`] for everything that [`encode`] does not give.
pub fn decode(data: &[u8]) -> Result<Trace, DecodeError> {
    let [number, REVISION, body @ ..] = data else {
        return Err(DecodeError::Schema);
    };
    let scheme = Scheme::from_number(*number).ok_or(DecodeError::Scheme(*number))?;
    let input = StatelessInput::from_ssz_bytes(body).map_err(DecodeError::Ssz)?;
    let NewPayloadRequest { execution_payload: payload, execution_requests, .. } =
        &input.new_payload_request;
    let requests = Requests::from(execution_requests);
    let body = match scheme {
        Scheme::Surety => {
            let [batch] = payload.transactions.as_slice() else {
                return Err(DecodeError::NotCanonical);
            };
            let deposits: Vec<_> = payload.withdrawals.iter().map(Deposit::from).collect();
            Body::Surety { batch: batch.clone(), deposits: deposits::pack(&deposits).into() }
        }
        Scheme::Ethereum(fork) => Body::Ethereum {
            fork,
            transactions: payload.transactions.clone(),
            withdrawals: payload.withdrawals.iter().map(Withdrawal::from).collect(),
        },
    };
    let mut ancestors = Vec::with_capacity(input.witness.headers.len());
    for encoded in input.witness.headers.iter().rev() {
        ancestors.push(Header::decode(&mut encoded.as_ref())?);
    }
    let trace = Trace {
        chain_id: input.chain_id,
        block_hash: payload.block_hash,
        header: header(&input.new_payload_request, &body, &requests)?,
        ancestors,
        witness: Witness {
            nodes: ascending("nodes", input.witness.state)?,
            codes: ascending("codes", input.witness.codes)?,
        },
        body,
    };
    if encode(&trace, &requests) == data { Ok(trace) } else { Err(DecodeError::NotCanonical) }
}

/// The header that a payload stands for.
fn header(
    request: &NewPayloadRequest,
    body: &Body,
    requests: &Requests,
) -> Result<Header, DecodeError> {
    let payload = &request.execution_payload;
    let base_fee = u64::try_from(payload.base_fee_per_gas)
        .map_err(|_| DecodeError::Range("base fee per gas"))?;
    let fork = match body {
        Body::Surety { .. } => Fork::Osaka,
        Body::Ethereum { fork, .. } => *fork,
    };
    let (transactions_root, withdrawals_root) = body.roots();
    if fork < Fork::Prague && !requests.is_empty() {
        return Err(DecodeError::NotCanonical);
    }
    let since = |first| fork >= first;
    Ok(Header {
        parent_hash: payload.parent_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: payload.fee_recipient,
        state_root: payload.state_root,
        transactions_root,
        receipts_root: payload.receipts_root,
        logs_bloom: payload.logs_bloom,
        number: payload.block_number,
        gas_limit: payload.gas_limit,
        gas_used: payload.gas_used,
        timestamp: payload.timestamp,
        extra_data: payload.extra_data.clone(),
        mix_hash: payload.prev_randao,
        base_fee_per_gas: Some(base_fee),
        withdrawals_root,
        blob_gas_used: since(Fork::Cancun).then_some(payload.blob_gas_used),
        excess_blob_gas: since(Fork::Cancun).then_some(payload.excess_blob_gas),
        parent_beacon_block_root: since(Fork::Cancun).then_some(request.parent_beacon_block_root),
        requests_hash: since(Fork::Prague).then(|| requests.requests_hash()),
        ..Header::default()
    })
}

/// Packed deposits as withdrawals of no validator.
fn of_deposits(packed: &[u8]) -> Vec<PayloadWithdrawal> {
    let deposits = deposits::unpack(packed).unwrap_or_default();
    let withdrawal = |deposit: Deposit| PayloadWithdrawal {
        index: deposit.index,
        validator_index: 0,
        address: deposit.account,
        amount: deposit.amount,
    };
    deposits.into_iter().map(withdrawal).collect()
}

/// The hashes of the blobs that transactions of type 3 carry, in order.
fn versioned_hashes(body: &Body) -> Vec<B256> {
    let Body::Ethereum { transactions, .. } = body else { return Vec::new() };
    let decoded = transactions
        .iter()
        .filter_map(|it| EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(it).ok());
    decoded.flat_map(|it| it.blob_versioned_hashes().unwrap_or_default().to_vec()).collect()
}

impl From<&PayloadWithdrawal> for Deposit {
    fn from(it: &PayloadWithdrawal) -> Self {
        Self { index: it.index, account: it.address, amount: it.amount }
    }
}

impl From<&PayloadWithdrawal> for Withdrawal {
    fn from(it: &PayloadWithdrawal) -> Self {
        let PayloadWithdrawal { index, validator_index, address, amount } = *it;
        Self { index, validator_index, address, amount }
    }
}

impl From<&Withdrawal> for PayloadWithdrawal {
    fn from(it: &Withdrawal) -> Self {
        let Withdrawal { index, validator_index, address, amount } = *it;
        Self { index, validator_index, address, amount }
    }
}

impl From<&Requests> for ExecutionRequests {
    fn from(requests: &Requests) -> Self {
        let mut lists = Self::default();
        for request in requests.iter() {
            let Some((kind, data)) = request.split_first() else { continue };
            let data = Bytes::copy_from_slice(data);
            match *kind {
                DEPOSIT_REQUEST_TYPE => lists.deposits = data,
                WITHDRAWAL_REQUEST_TYPE => lists.withdrawals = data,
                CONSOLIDATION_REQUEST_TYPE => lists.consolidations = data,
                _ => {}
            }
        }
        lists
    }
}

impl From<&ExecutionRequests> for Requests {
    fn from(lists: &ExecutionRequests) -> Self {
        let mut requests = Self::default();
        requests.push_request_with_type(DEPOSIT_REQUEST_TYPE, lists.deposits.clone());
        requests.push_request_with_type(WITHDRAWAL_REQUEST_TYPE, lists.withdrawals.clone());
        requests.push_request_with_type(CONSOLIDATION_REQUEST_TYPE, lists.consolidations.clone());
        requests
    }
}
