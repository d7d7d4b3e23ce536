//! An account on L2: its calls are signed here and posted in batches.

use std::{sync::Arc, time::Duration};

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::{Encodable2718 as _, eip2930::AccessList},
    network::TxSigner as _,
    rpc::types::{TransactionInput, TransactionRequest},
    signers::Signer as _,
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolError as _;
use tokio::time::sleep;

use super::RelayError;
use crate::{
    authenticated::account::Account,
    derive::batch,
    execute::base_fee::next_base_fee,
    l1::{
        append::{AppendError, append},
        bindings::IInbox,
        send::{Lane, LaneError, Sent},
        signer::Key,
    },
    node::Node,
    simulate::Called,
};

/// How often an append is tried that others got in the way of, or that must wait for the next L1 block, and how long it waits each time: two minutes in all.
const APPEND_TRIES: u32 = 120;
const APPEND_WAIT: Duration = Duration::from_secs(1);

/// A call on L2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct L2Call {
    /// The callee; `None` creates a contract.
    pub to: Option<Address>,
    /// Wei sent along.
    pub value: U256,
    /// Calldata or initcode.
    pub data: Bytes,
}

/// A key that acts on L2.
#[derive(Clone, Debug)]
pub struct L2Account {
    node: Arc<Node>,
    key: Key,
}

impl L2Account {
    /// The account of `key` on the chain that `node` follows.
    #[must_use]
    pub fn new(node: Arc<Node>, key: Key) -> Self {
        let chain_id = node.deployment().genesis.chain_id;
        Self { node, key: key.with_chain_id(Some(chain_id)) }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> Address {
        alloy::signers::Signer::address(&self.key)
    }

    /// What a call of this account would do now.
    ///
    /// # Errors
    /// [`RelayError`] when the state cannot be read, or the account has not the value.
    pub fn view(&self, call: &L2Call) -> Result<Called, RelayError> {
        self.view_with(call, None)
    }

    fn view_with(&self, call: &L2Call, gas: Option<u64>) -> Result<Called, RelayError> {
        let L2Call { to, value, data } = call.clone();
        Ok(self.node.view(TransactionRequest {
            from: Some(self.address()),
            to: Some(to.map_or(TxKind::Create, TxKind::Call)),
            value: Some(value),
            input: TransactionInput::new(data),
            gas,
            ..TransactionRequest::default()
        })?)
    }

    /// Signs calls as this account's next transactions, if each would succeed now; gives their EIP-2718 bytes.
    ///
    /// # Errors
    /// [`RelayError::WouldFail`] for the first that would not; [`RelayError::Funds`].
    pub async fn sign(&self, calls: &[L2Call]) -> Result<Vec<Bytes>, RelayError> {
        let head = self.node.sealed(self.node.head()?.number)?;
        let Account { mut nonce, balance, .. } = self.node.account(self.address())?;
        let block = &head.block;
        let fee = next_base_fee(block.gas_used, block.gas_limit, block.base_fee);
        // six full blocks may come before
        let fee = fee.saturating_mul(U256::from(2));
        let mut needed = U256::ZERO;
        let mut entries = Vec::with_capacity(calls.len());
        for call in calls {
            let viewed = self.view(call)?;
            if !viewed.is_success() {
                return Err(RelayError::WouldFail { output: viewed.output });
            }
            let mut transaction = TxEip1559 {
                chain_id: block.chain_id,
                nonce,
                gas_limit: self.gas_limit(call, &viewed)?,
                max_fee_per_gas: fee.saturating_to(),
                max_priority_fee_per_gas: 0,
                to: call.to.map_or(TxKind::Create, TxKind::Call),
                value: call.value,
                access_list: AccessList::default(),
                input: call.data.clone(),
            };
            let gas = fee.saturating_mul(U256::from(transaction.gas_limit));
            needed = needed.saturating_add(gas).saturating_add(call.value);
            if balance < needed {
                return Err(RelayError::Funds { account: self.address(), needed, balance });
            }
            let signature = self.key.sign_transaction(&mut transaction).await?;
            let signed = TxEnvelope::from(transaction.into_signed(signature));
            entries.push(signed.encoded_2718().into());
            nonce = nonce.saturating_add(1);
        }
        Ok(entries)
    }

    /// The gas limit for a call that was viewed: half more than was used, since other calls may come before, and twice that
    /// for as long as it fails with it, since some callees demand more than they use.
    pub(super) fn gas_limit(&self, call: &L2Call, viewed: &Called) -> Result<u64, RelayError> {
        let most = self.node.limits().transaction_gas;
        let mut gas = viewed.gas_used.saturating_add(viewed.gas_used / 2).min(most);
        while gas < most && !self.view_with(call, Some(gas))?.is_success() {
            gas = gas.saturating_mul(2).min(most);
        }
        Ok(gas)
    }

    /// Posts calls in one batch.
    ///
    /// # Errors
    /// [`RelayError`].
    pub async fn post(&self, lane: &Lane, calls: &[L2Call]) -> Result<Sent, RelayError> {
        post(&self.node, lane, &self.sign(calls).await?).await
    }
}

/// Appends transactions as the next L2 block, whose priority fees go to the lane's key. While every L2 second has its block
/// it waits for the next L1 block; when others append at the same time, it pays the fee that they leave.
///
/// # Errors
/// [`RelayError`].
pub async fn post(node: &Node, lane: &Lane, entries: &[Bytes]) -> Result<Sent, RelayError> {
    let batch = Bytes::from(batch::encode(entries)?);
    let inbox = node.deployment().inbox;
    let mut tries = 1;
    loop {
        match append(node.l1(), lane, inbox, lane.address(), batch.clone()).await {
            Err(error) if tries < APPEND_TRIES && is_passing(&error) => tries += 1,
            result => return Ok(result?),
        }
        sleep(APPEND_WAIT).await;
    }
}

/// Whether another try may succeed: there was no time left, or the fee has risen since it was read.
fn is_passing(error: &AppendError) -> bool {
    match error {
        AppendError::Lane(LaneError::WouldRevert { data, .. }) => {
            [IInbox::NoTimeLeft::SELECTOR, IInbox::FeeNotPaid::SELECTOR]
                .iter()
                .any(|selector| data.starts_with(selector))
        }
        AppendError::Lane(LaneError::Reverted { .. }) => true,
        _ => false,
    }
}
