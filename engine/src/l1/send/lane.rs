//! Sends one transaction at a time: preflight, nonce, fees, replacement until it is mined.
//!
//! The lane keeps nothing that a crash could lose. The nonce is the chain's; a transaction left in the pool by an
//! earlier run holds the same nonce and is replaced by the newly planned one, at fees that are doubled as long as the pool says
//! that they are too low. Pools let only a transaction with blobs replace one with blobs: then an empty blob goes along with the
//! call. A call with blobs whose nonce is held by one without clears the nonce first, and is planned again.

use alloy::{
    consensus::{
        SignableTransaction, TxEip1559, TxEip4844, TxEip4844WithSidecar,
        transaction::RlpEcdsaEncodableTx,
    },
    eips::{
        BlockId, Encodable2718, eip2930::AccessList, eip4844::DATA_GAS_PER_BLOB,
        eip7594::BlobTransactionSidecarEip7594,
    },
    network::{TransactionBuilder, TxSigner},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::Signer as _,
    transports::{RpcError, TransportError},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use thiserror::Error;
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, sleep},
};
use tracing::{debug, error, info, warn};

use super::{
    Fees, LaneSettings,
    measure::{self, Waiting},
    refusal::Refusal,
};
use crate::{
    authenticated::blob::Blob,
    l1::{append::sidecar, client::L1Client, signer::Key},
    telemetry::names,
};

/// The most gas a transaction may ask for on L1: EIP-7825.
const MAX_TRANSACTION_GAS: u64 = 1 << 24;

/// Gas of a payment.
const TRANSFER_GAS: u64 = 21_000;

/// Polls for a receipt after the nonce is used, before another transaction is held to have used it.
const RECEIPT_POLLS: u32 = 8;

/// A call to a contract on L1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contract; `None` deploys one.
    pub to: Option<Address>,
    /// Calldata or initcode.
    pub data: Bytes,
    /// Wei sent along.
    pub value: U256,
    /// What it is for, in logs and reports.
    pub label: &'static str,
}

/// What a transaction carries beside the call.
type Blobs<'a> = Option<&'a BlobTransactionSidecarEip7594>;

/// A transaction that was mined and succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Transaction hash.
    pub hash: B256,
    /// L1 block number.
    pub block: u64,
    /// Gas used.
    pub gas: u64,
    /// Wei per gas paid.
    pub price: u128,
    /// The contract it made, if it deployed one.
    pub created: Option<Address>,
}

/// Why nothing came of a call.
#[derive(Debug, Error)]
pub enum LaneError {
    /// It would revert now; nothing was signed. The revert data tells why.
    #[error("{label} would revert: {data}")]
    WouldRevert {
        /// The call's label.
        label: &'static str,
        /// ABI-encoded error.
        data: Bytes,
    },
    /// It was mined and reverted: somebody else was faster.
    #[error("{label} reverted in transaction {hash}")]
    Reverted {
        /// The call's label.
        label: &'static str,
        /// The transaction.
        hash: B256,
    },
    /// The key's funds do not cover it and the floor.
    #[error("{label} needs {needed} wei, the key has {balance}")]
    Funds {
        /// The call's label.
        label: &'static str,
        /// Wei needed at most.
        needed: U256,
        /// Wei there.
        balance: U256,
    },
    /// Another transaction of the key took the nonce.
    #[error("{label}: nonce {nonce} was used by another transaction")]
    NonceTaken {
        /// The call's label.
        label: &'static str,
        /// The nonce.
        nonce: u64,
    },
    /// It was not mined within all attempts.
    #[error("{label} was not mined within {attempts} attempts")]
    NotMined {
        /// The call's label.
        label: &'static str,
        /// How many.
        attempts: u32,
    },
    /// The key refused to sign.
    #[error("{label}: {source}")]
    Signer {
        /// The call's label.
        label: &'static str,
        /// The cause.
        source: alloy::signers::Error,
    },
    /// It gave way to a call that does not. It may still be mined, unless the other takes its nonce.
    #[error("{label} gave way")]
    Yielded {
        /// The call's label.
        label: &'static str,
    },
    /// L1 could not be read: unknown.
    #[error("{label}: L1 node: {source}")]
    Transport {
        /// The call's label.
        label: &'static str,
        /// The cause.
        source: TransportError,
    },
}

/// The one place that sends transactions of a key.
#[derive(Debug)]
pub struct Lane {
    l1: L1Client,
    signer: Key,
    settings: LaneSettings,
    turn: Mutex<Option<Attempt>>,
    /// Calls that wait for their turn and do not give way.
    urgent: watch::Sender<usize>,
}

/// What the lane last sent.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    nonce: u64,
    fees: Fees,
}

/// A call that waits for its turn.
struct Urgent<'a>(&'a watch::Sender<usize>);

impl<'a> Urgent<'a> {
    fn new(urgent: &'a watch::Sender<usize>) -> Self {
        urgent.send_modify(|count| *count = count.saturating_add(1));
        Self(urgent)
    }
}

impl Drop for Urgent<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Lane {
    /// A lane for `signer`, pinned to the client's chain.
    #[must_use]
    pub fn new(l1: L1Client, signer: Key, settings: LaneSettings) -> Self {
        let chain_id = Some(l1.chain_id());
        let signer = signer.with_chain_id(chain_id);
        Self { l1, signer, settings, turn: Mutex::default(), urgent: watch::Sender::new(0) }
    }

    /// The key's address.
    #[must_use]
    pub fn address(&self) -> Address {
        TxSigner::address(&self.signer)
    }

    /// Sends one call and waits until it is mined. It leaves what is kept for disputes.
    ///
    /// # Errors
    /// [`LaneError`]; after any of them the caller looks at the chain again before it acts.
    pub async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        self.send_with(call, None, self.settings.floor).await
    }

    /// The same for a call of a dispute, which may use all that the key has.
    ///
    /// # Errors
    /// [`LaneError`]; after any of them the caller looks at the chain again before it acts.
    pub async fn defend(&self, call: &Call) -> Result<Sent, LaneError> {
        self.send_with(call, None, U256::ZERO).await
    }

    /// Sends one call, with blobs or without, and waits until it is mined or another call wants the lane, to which it gives
    /// way at once: that one takes the nonce if it still can.
    ///
    /// # Errors
    /// [`LaneError`], [`LaneError::Yielded`] among them; after any of them the caller looks at the chain again before it acts.
    pub async fn send_yielding(
        &self,
        call: &Call,
        blobs: Option<&BlobTransactionSidecarEip7594>,
    ) -> Result<Sent, LaneError> {
        let mut last = self.turn.lock().await;
        let mut urgent = self.urgent.subscribe();
        let sent = tokio::select! {
            biased;
            _ = urgent.wait_for(|count| *count > 0) => {
                Err(LaneError::Yielded { label: call.label })
            }
            sent = self.send_in_turn(call, blobs, self.settings.floor, &mut last) => sent,
        };
        measure::count(&sent);
        sent
    }

    /// Sends one call of a contract in a transaction that carries blobs, and waits until it is mined.
    ///
    /// # Errors
    /// [`LaneError`]; after any of them the caller looks at the chain again before it acts.
    pub async fn send_blobs(
        &self,
        call: &Call,
        blobs: &BlobTransactionSidecarEip7594,
    ) -> Result<Sent, LaneError> {
        self.send_with(call, Some(blobs), self.settings.floor).await
    }

    async fn send_with(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        floor: U256,
    ) -> Result<Sent, LaneError> {
        let mut last = {
            let _urgent = Urgent::new(&self.urgent);
            self.turn.lock().await
        };
        let sent = self.send_in_turn(call, blobs, floor, &mut last).await;
        measure::count(&sent);
        sent
    }

    async fn send_in_turn(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        floor: U256,
        last: &mut Option<Attempt>,
    ) -> Result<Sent, LaneError> {
        let label = call.label;
        let transport = |source| LaneError::Transport { label, source };
        let gas_limit = self.preflight(call, blobs).await?;
        let provider = self.l1.provider();
        let nonce = provider.get_transaction_count(self.address()).await.map_err(transport)?;
        let mut fees = self.estimate(blobs).await.map_err(transport)?;
        if let Some(last) = last.filter(|last| last.nonce == nonce) {
            // it may still be in the pools
            fees = self.bumped(last.fees).max(fees).capped(self.settings.max_fee);
        }
        self.check_funds(call, blobs, gas_limit, fees, floor).await?;

        let _waiting = Waiting::begin();
        let (mut hashes, mut carried) = (Vec::new(), None);
        let (mut attempt, mut used) = (0, false);
        while attempt < self.settings.attempts {
            let carries = carried.as_ref().or(blobs);
            let (hash, raw) = self.sign(call, carries, nonce, gas_limit, fees).await?;
            *last = Some(Attempt { nonce, fees });
            hashes.push(hash);
            match self.l1.broadcast(&raw).await {
                Ok(()) => debug!(label, %hash, nonce, max_fee = fees.max, "sent"),
                Err(RpcError::ErrorResp(error)) => {
                    warn!(label, %hash, nonce, code = error.code, message = %error.message, "pool refused");
                    match Refusal::of(&error.message) {
                        // what an earlier run left pays more: patience would not help
                        Refusal::Underpriced
                            if fees.doubled().capped(self.settings.max_fee) != fees =>
                        {
                            fees = fees.doubled().capped(self.settings.max_fee);
                            continue;
                        }
                        Refusal::Reserved if carries.is_none() && call.to.is_some() => {
                            // only a transaction with blobs replaces one: an empty blob goes along
                            let empty = empty_sidecar()
                                .ok_or(LaneError::NotMined { label, attempts: attempt })?;
                            let market = self.estimate(Some(&empty)).await.map_err(transport)?;
                            fees = fees.max(market).doubled().capped(self.settings.max_fee);
                            carried = Some(empty);
                            continue;
                        }
                        Refusal::Reserved => self.clear(nonce, fees, label).await?,
                        Refusal::Used => used = true,
                        Refusal::Known | Refusal::Underpriced | Refusal::Other => {}
                    }
                }
                Err(source) => return Err(transport(source)),
            }
            if let Some(receipt) = self.wait(&hashes, nonce, used, label).await? {
                return finish(label, &receipt);
            }
            names::TRANSACTIONS_REPLACED.add(1);
            let market = self.estimate(carried.as_ref().or(blobs)).await.map_err(transport)?;
            fees = self.bumped(fees).max(market).capped(self.settings.max_fee);
            attempt += 1;
        }
        Err(LaneError::NotMined { label, attempts: self.settings.attempts })
    }

    fn bumped(&self, fees: Fees) -> Fees {
        fees.bumped(self.settings.bump_percent)
    }

    /// Replaces what holds the nonce by a payment of nothing to ourselves: a transaction with blobs cannot.
    async fn clear(&self, nonce: u64, fees: Fees, label: &'static str) -> Result<(), LaneError> {
        let data = Bytes::new();
        let call = Call { to: Some(self.address()), data, value: U256::ZERO, label };
        let mut fees = Fees { blob: 0, ..fees };
        loop {
            let (hash, raw) = self.sign(&call, None, nonce, TRANSFER_GAS, fees).await?;
            match self.l1.broadcast(&raw).await {
                Err(RpcError::ErrorResp(error)) => {
                    let more = fees.doubled().capped(self.settings.max_fee);
                    if Refusal::of(&error.message) != Refusal::Underpriced || more == fees {
                        return Ok(());
                    }
                    fees = more;
                }
                Ok(()) => {
                    warn!(label, %hash, nonce, "clearing the nonce of a transaction without blobs");
                    return Ok(());
                }
                Err(source) => return Err(LaneError::Transport { label, source }),
            }
        }
    }

    /// Runs the call against the newest block and returns the gas limit to send it with.
    async fn preflight(&self, call: &Call, blobs: Blobs<'_>) -> Result<u64, LaneError> {
        let mut request = TransactionRequest::default()
            .with_from(self.address())
            .with_input(call.data.clone())
            .with_value(call.value);
        request.blob_versioned_hashes = blobs.map(|blobs| blobs.versioned_hashes().collect());
        request.to = Some(call.to.map_or(TxKind::Create, TxKind::Call));
        match self.l1.provider().estimate_gas(request).block(BlockId::latest()).await {
            // the state may have moved when it is mined: a fifth more, within EIP-7825's cap
            Ok(gas) => Ok((gas + gas / 5).min(MAX_TRANSACTION_GAS)),
            Err(RpcError::ErrorResp(error)) => {
                let data = error.as_revert_data().unwrap_or_default();
                Err(LaneError::WouldRevert { label: call.label, data })
            }
            Err(source) => Err(LaneError::Transport { label: call.label, source }),
        }
    }

    async fn estimate(&self, blobs: Blobs<'_>) -> Result<Fees, TransportError> {
        let provider = self.l1.provider();
        let mut fees = Fees::from(provider.estimate_eip1559_fees().await?);
        if blobs.is_some() {
            fees = fees.with_blobs(provider.get_blob_base_fee().await?);
        }
        Ok(fees.capped(self.settings.max_fee))
    }

    async fn check_funds(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        gas: u64,
        fees: Fees,
        floor: U256,
    ) -> Result<(), LaneError> {
        let label = call.label;
        let balance = self.l1.provider().get_balance(self.address()).await;
        let balance = balance.map_err(|source| LaneError::Transport { label, source })?;
        let price = |gas: u64, fee: u128| U256::from(gas).saturating_mul(U256::from(fee));
        let blob_gas = blobs.map_or(0, |blobs| DATA_GAS_PER_BLOB * blobs.blobs.len() as u64);
        let cost = price(gas, fees.max).saturating_add(price(blob_gas, fees.blob));
        let needed = cost.saturating_add(call.value).saturating_add(floor);
        if balance < needed {
            error!(label, %needed, %balance, "the key's funds are at their floor: nothing is sent");
            return Err(LaneError::Funds { label, needed, balance });
        }
        Ok(())
    }

    async fn sign(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        nonce: u64,
        gas_limit: u64,
        fees: Fees,
    ) -> Result<(B256, Vec<u8>), LaneError> {
        let (chain_id, value, input) = (self.l1.chain_id(), call.value, call.data.clone());
        let max_priority_fee_per_gas = fees.priority.min(fees.max);
        let signed = match (blobs, call.to) {
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
                let tx = TxEip4844WithSidecar::from_tx_and_sidecar(tx, blobs.clone());
                self.sign_transaction(tx).await
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
                self.sign_transaction(tx).await
            }
        };
        signed.map_err(|source| LaneError::Signer { label: call.label, source })
    }

    /// The transaction's hash, and what is sent of it.
    async fn sign_transaction<T>(&self, mut tx: T) -> alloy::signers::Result<(B256, Vec<u8>)>
    where
        T: SignableTransaction<Signature> + RlpEcdsaEncodableTx + Send + Sync,
    {
        let signature = self.signer.sign_transaction(&mut tx).await?;
        let signed = tx.into_signed(signature);
        Ok((*signed.hash(), signed.encoded_2718()))
    }

    /// Waits until one of `hashes` is mined; none when patience ran out. `used`: the pool says that the nonce is, so that a
    /// node which does not count it yet is stale.
    async fn wait(
        &self,
        hashes: &[B256],
        nonce: u64,
        used: bool,
        label: &'static str,
    ) -> Result<Option<TransactionReceipt>, LaneError> {
        let transport = |source| LaneError::Transport { label, source };
        let provider = self.l1.provider();
        let deadline = Instant::now() + self.settings.patience;
        let mut without_receipt = 0;
        loop {
            let mined = provider.get_transaction_count(self.address()).await.map_err(transport)?;
            for hash in hashes.iter().rev() {
                let receipt = provider.get_transaction_receipt(*hash).await.map_err(transport)?;
                if receipt.is_some() {
                    return Ok(receipt);
                }
            }
            if mined <= nonce && !used {
                // not yet, or a reorganisation has undone it
                without_receipt = 0;
            } else {
                // a node may count a transaction before it serves its receipt
                without_receipt += 1;
                if without_receipt > RECEIPT_POLLS {
                    return Err(LaneError::NonceTaken { label, nonce });
                }
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            sleep(provider.client().poll_interval()).await;
        }
    }
}

/// One blob of zeros.
fn empty_sidecar() -> Option<BlobTransactionSidecarEip7594> {
    sidecar(&[Blob::of_batch(&[]).ok()?]).ok()
}

fn finish(label: &'static str, receipt: &TransactionReceipt) -> Result<Sent, LaneError> {
    let hash = receipt.transaction_hash;
    if !receipt.status() {
        return Err(LaneError::Reverted { label, hash });
    }
    info!(label, %hash, gas = receipt.gas_used, "mined");
    Ok(Sent {
        hash,
        block: receipt.block_number.unwrap_or_default(),
        gas: receipt.gas_used,
        price: receipt.effective_gas_price,
        created: receipt.contract_address,
    })
}
