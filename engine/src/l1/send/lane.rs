//! Sends one transaction at a time: preflight, nonce, fees, replacement until it is mined.
//!
//! The lane keeps nothing that a crash could lose. The nonce is the chain's; a transaction left in the pool by an
//! earlier run holds the same nonce and is replaced by the newly planned one, at fees that are doubled as long as the pool says
//! that they are too low. Pools let only a transaction with blobs replace one with blobs: then an empty blob goes along with the
//! call. A call with blobs whose nonce is held by one without clears the nonce first, and is planned again.

use std::time::Duration;

use alloy::{
    eips::eip7594::BlobTransactionSidecarEip7594, network::TxSigner, providers::Provider,
    rpc::types::TransactionReceipt, signers::Signer as _, transports::RpcError,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, sleep},
};
use tracing::{debug, warn};

use super::{
    Call, Fees, LaneError, LaneSettings, Sent,
    budget::Budget,
    market::Market,
    measure,
    pending::Pending,
    preflight,
    refusal::Refusal,
    transaction::{Blobs, Transaction, blob_gas},
};
use crate::{
    authenticated::blob::Blob,
    l1::{
        append::sidecar,
        client::{L1Client, L1Error},
        signer::Key,
    },
    telemetry::names,
};

/// Gas of a payment.
const TRANSFER_GAS: u64 = 21_000;

/// Between looks at a nonce that nobody waits for any more: a block's time.
const BLOCK_TIME: Duration = Duration::from_secs(12);

/// Polls for a receipt after the nonce is used, before another transaction is held to have used it.
const RECEIPT_POLLS: u32 = 8;

/// The one place that sends transactions of a key.
#[derive(Debug)]
pub struct Lane {
    l1: L1Client,
    signer: Key,
    settings: LaneSettings,
    turn: Mutex<Pending>,
    /// Calls that wait for their turn and do not give way.
    urgent: watch::Sender<usize>,
    attempts: watch::Sender<()>,
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
        let turn = Mutex::new(Pending::of(TxSigner::address(&signer)));
        let (urgent, attempts) = (watch::Sender::new(0), watch::Sender::new(()));
        Self { l1, signer, settings, turn, urgent, attempts }
    }

    /// Changes with every transaction that is sent: whoever waits for a call hears that it gets on.
    #[must_use]
    pub fn attempts(&self) -> watch::Receiver<()> {
        self.attempts.subscribe()
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

    /// Waits until nothing is being sent.
    pub async fn idle(&self) {
        drop(self.turn.lock().await);
    }

    /// The key's next nonce after the L1 block of hash `at`.
    ///
    /// # Errors
    /// [`L1Error`], also when the block is not canonical any more.
    pub async fn nonce_at(&self, at: B256) -> Result<u64, L1Error> {
        self.l1.nonce_at(at, self.address()).await
    }

    /// Sends one call with this nonce or not at all, with blobs or without, and waits until it is mined. It gives way at once
    /// when another call has the lane or wants it: that one takes the nonce if it still can.
    ///
    /// Whoever reads the nonce [in the block](Self::nonce_at) in which the call was found to be needed sends nothing twice,
    /// whatever is still in the pools: what that block does not have of the key's either used this nonce, or never will.
    ///
    /// # Errors
    /// [`LaneError`], [`LaneError::Yielded`] and [`LaneError::NonceTaken`] among them; after any of them the caller looks at
    /// the chain again before it acts.
    pub async fn send_yielding(
        &self,
        call: &Call,
        blobs: Option<&BlobTransactionSidecarEip7594>,
        nonce: u64,
    ) -> Result<Sent, LaneError> {
        let yielded = LaneError::Yielded { label: call.label };
        let sent = match self.turn.try_lock() {
            Err(_) => Err(yielded),
            Ok(mut pending) => {
                let mut urgent = self.urgent.subscribe();
                let floor = self.settings.floor;
                tokio::select! {
                    biased;
                    _ = urgent.wait_for(|count| *count > 0) => Err(yielded),
                    sent = self.send_in_turn(call, blobs, floor, Some(nonce), &mut pending) => sent,
                }
            }
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
        let mut pending = {
            let _urgent = Urgent::new(&self.urgent);
            self.turn.lock().await
        };
        let sent = self.send_in_turn(call, blobs, floor, None, &mut pending).await;
        measure::count(&sent);
        sent
    }

    async fn send_in_turn(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        floor: U256,
        decided: Option<u64>,
        pending: &mut Pending,
    ) -> Result<Sent, LaneError> {
        let mut hashes = Vec::new();
        let sent = self.attempt(call, blobs, floor, decided, pending, &mut hashes).await;
        match (sent, hashes.last()) {
            (Err(LaneError::Transport { label, source }), Some(&hash)) => {
                Err(LaneError::Unseen { label, hash, source })
            }
            (sent, _) => sent,
        }
    }

    /// Sends until it is mined; `hashes` are of all that was signed for the call.
    async fn attempt(
        &self,
        call: &Call,
        blobs: Blobs<'_>,
        floor: U256,
        decided: Option<u64>,
        pending: &mut Pending,
        hashes: &mut Vec<B256>,
    ) -> Result<Sent, LaneError> {
        let label = call.label;
        let transport = |source| LaneError::Transport { label, source };
        let address = self.address();
        // before the preflight: if an earlier run's call is mined meanwhile, this one cannot follow it
        let (next, balance) = self.account().await.map_err(transport)?;
        let unseen = pending.passed(next);
        // a node that counts less is behind the block that the caller has seen
        let nonce = decided.or(unseen).unwrap_or(next);
        if nonce < next {
            return Err(LaneError::NonceTaken { label, nonce });
        }
        let budget = Budget::new(label, balance, call.value, floor)?;
        let gas_limit = preflight::gas_limit(&self.l1, address, call, blobs).await?;
        let market = self.market(blobs).await.map_err(transport)?;
        let limit = budget.limit(gas_limit, blob_gas(blobs), market, self.settings.max_fee);
        let limit = limit.inspect_err(|_| pending.forget_fees())?;
        let mut fees = market.fees().min(limit);
        if let Some(taken) = pending.fees(nonce) {
            fees = self.bumped(taken).max(fees).min(limit);
        }

        let chain_id = self.l1.chain_id();
        let (mut attempt, mut taken, mut used, mut carried) = (0, false, false, None);
        while attempt < self.settings.attempts {
            let carries = carried.as_ref().or(blobs);
            let transaction =
                Transaction { chain_id, nonce, gas_limit, fees, call, blobs: carries };
            let refusal = match transaction.sign(&self.signer).await {
                Ok((hash, raw)) => {
                    hashes.push(hash);
                    pending.sent(nonce, self.used(nonce));
                    self.attempts.send_replace(());
                    self.offer(hash, &raw, &transaction).await.map_err(transport)?
                }
                Err(source) if taken => {
                    // what the pools have may still be mined
                    warn!(label, nonce, error = %source, "not replaced");
                    Some(Refusal::Known)
                }
                Err(source) => return Err(LaneError::Signer { label, source }),
            };
            match refusal {
                None => {
                    taken = true;
                    pending.taken(fees);
                }
                // what an earlier run left pays more: patience would not help
                Some(Refusal::Underpriced) if fees.doubled().min(limit) != fees => {
                    fees = fees.doubled().min(limit);
                    continue;
                }
                Some(Refusal::Reserved) if carries.is_none() && call.to.is_some() => {
                    // only a transaction with blobs replaces one: an empty blob goes along
                    let (attempts, hash) = (attempt, hashes.last().copied());
                    let empty = empty_sidecar();
                    let empty = empty.ok_or(LaneError::NotMined { label, attempts, hash })?;
                    let market = self.market(Some(&empty)).await.map_err(transport)?;
                    fees = fees.max(market.fees()).doubled().min(limit);
                    carried = Some(empty);
                    continue;
                }
                Some(Refusal::Reserved) => self.clear(nonce, fees, limit, label).await?,
                Some(Refusal::Funds) if !taken => {
                    pending.forget_fees();
                    return Err(budget.refused(gas_limit, blob_gas(carries), fees));
                }
                Some(Refusal::Used) => used = true,
                Some(Refusal::Known | Refusal::Underpriced | Refusal::Funds | Refusal::Other) => {}
            }
            if let Some(receipt) = self.wait(hashes, nonce, used, label, pending).await? {
                pending.settle();
                return Sent::of(label, &receipt);
            }
            names::TRANSACTIONS_REPLACED.add(1);
            let market = self.market(carried.as_ref().or(blobs)).await.map_err(transport)?;
            fees = self.bumped(fees).max(market.fees()).min(limit);
            attempt += 1;
        }
        let (attempts, hash) = (self.settings.attempts, hashes.last().copied());
        Err(LaneError::NotMined { label, attempts, hash })
    }

    fn bumped(&self, fees: Fees) -> Fees {
        fees.bumped(self.settings.bump_percent)
    }

    /// The key's next nonce and what it holds, wei, in the newest block.
    async fn account(&self) -> Result<(u64, U256), L1Error> {
        let address = self.address();
        let ask = |l1: L1Client| async move {
            let nonce = l1.provider().get_transaction_count(address).await?;
            Ok((nonce, l1.provider().get_balance(address).await?))
        };
        self.l1.by_any(ask).await
    }

    async fn market(&self, blobs: Blobs<'_>) -> Result<Market, L1Error> {
        Market::ask(&self.l1, blobs.is_some()).await
    }

    /// Resolves once `nonce` is used.
    fn used(&self, nonce: u64) -> impl Future<Output = ()> + Send + use<> {
        let (provider, address) = (self.l1.provider().clone(), self.address());
        async move {
            loop {
                sleep(BLOCK_TIME).await;
                let next = provider.get_transaction_count(address).await;
                if next.is_ok_and(|next| next > nonce) {
                    return;
                }
            }
        }
    }

    /// Gives a transaction to the pools. `None`: they have taken it.
    async fn offer(
        &self,
        hash: B256,
        raw: &[u8],
        transaction: &Transaction<'_>,
    ) -> Result<Option<Refusal>, L1Error> {
        let Transaction { call: Call { label, .. }, nonce, fees, .. } = transaction;
        match self.l1.broadcast(raw).await {
            Ok(()) => {
                debug!(label, %hash, nonce, max_fee = fees.max, "sent");
                Ok(None)
            }
            Err(RpcError::ErrorResp(error)) => {
                let refusal = Refusal::of(&error.message);
                warn!(label, %hash, nonce, code = error.code, message = %error.message, "pool refused");
                Ok((refusal != Refusal::Known).then_some(refusal))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces what holds the nonce by a payment of nothing to ourselves: a transaction with blobs cannot.
    async fn clear(
        &self,
        nonce: u64,
        fees: Fees,
        limit: Fees,
        label: &'static str,
    ) -> Result<(), LaneError> {
        let data = Bytes::new();
        let call = Call { to: Some(self.address()), data, value: U256::ZERO, label };
        let (chain_id, gas_limit) = (self.l1.chain_id(), TRANSFER_GAS);
        let mut fees = Fees { blob: 0, ..fees };
        loop {
            let transaction =
                Transaction { chain_id, nonce, gas_limit, fees, call: &call, blobs: None };
            let signed = transaction.sign(&self.signer).await;
            let (hash, raw) = signed.map_err(|source| LaneError::Signer { label, source })?;
            let refusal = self.offer(hash, &raw, &transaction).await;
            match refusal.map_err(|source| LaneError::Transport { label, source })? {
                Some(Refusal::Underpriced) if fees.doubled().min(limit) != fees => {
                    fees = fees.doubled().min(limit);
                }
                Some(_) => return Ok(()),
                None => {
                    warn!(label, %hash, nonce, "clearing the nonce of a transaction without blobs");
                    return Ok(());
                }
            }
        }
    }

    /// Waits until one of `hashes` is mined; none when patience ran out. `used`: the pool says that the nonce is, so that a
    /// node which does not count it yet is stale. An endpoint that fails meanwhile ends no wait: what was sent may be mined all
    /// the same.
    async fn wait(
        &self,
        hashes: &[B256],
        nonce: u64,
        used: bool,
        label: &'static str,
        pending: &mut Pending,
    ) -> Result<Option<TransactionReceipt>, LaneError> {
        let deadline = Instant::now() + self.settings.patience;
        let mut without_receipt = 0;
        loop {
            let failure = match self.look(hashes).await {
                Ok((_, Some(receipt))) => return Ok(Some(receipt)),
                Ok((next, None)) => {
                    if next <= nonce && !used {
                        // not yet, or a reorganisation has undone it
                        without_receipt = 0;
                    } else {
                        // a node may count a transaction before it serves its receipt
                        without_receipt += 1;
                    }
                    None
                }
                Err(error) => Some(error),
            };
            if without_receipt > RECEIPT_POLLS {
                pending.settle();
                return Err(LaneError::NonceTaken { label, nonce });
            }
            if Instant::now() >= deadline {
                let failure = failure.map(|source| LaneError::Transport { label, source });
                return failure.map_or(Ok(None), Err);
            }
            sleep(self.l1.provider().client().poll_interval()).await;
        }
    }

    /// The key's next nonce, and the receipt of the last of `hashes` that was mined.
    async fn look(&self, hashes: &[B256]) -> Result<(u64, Option<TransactionReceipt>), L1Error> {
        let address = self.address();
        let ask = |l1: L1Client| async move {
            let next = l1.provider().get_transaction_count(address).await?;
            for hash in hashes.iter().rev() {
                let receipt = l1.provider().get_transaction_receipt(*hash).await?;
                if receipt.is_some() {
                    return Ok((next, receipt));
                }
            }
            Ok((next, None))
        };
        self.l1.by_any(ask).await
    }
}

/// One blob of zeros.
fn empty_sidecar() -> Option<BlobTransactionSidecarEip7594> {
    sidecar(&[Blob::of_batch(&[]).ok()?]).ok()
}
