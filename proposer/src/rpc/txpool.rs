//! `txpool_*`: what waits for a batch, in geth's form.

use std::{collections::BTreeMap, sync::Arc};

use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::Recovered},
    eips::Decodable2718 as _,
    primitives::{Address, U64},
    rpc::types::Transaction,
};
use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use serde::Serialize;

use super::{backend::Backend, error::RpcError};
use crate::mempool::{Mempool, Pooled, Waiting};

/// By sender and nonce.
type Senders<T> = BTreeMap<Address, BTreeMap<String, T>>;

/// What can be executed now, and what lacks something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Halves<T> {
    pending: T,
    queued: T,
}

/// `txpool_*`.
#[rpc(server, namespace = "txpool")]
pub(crate) trait TxpoolApi {
    /// How many transactions wait.
    #[method(name = "status")]
    async fn status(&self) -> RpcResult<Halves<U64>>;

    /// Which transactions wait.
    #[method(name = "content")]
    async fn content(&self) -> RpcResult<Halves<Senders<Transaction>>>;

    /// Which transactions of one sender wait, by nonce.
    #[method(name = "contentFrom")]
    async fn content_from(
        &self,
        sender: Address,
    ) -> RpcResult<Halves<BTreeMap<String, Transaction>>>;

    /// What waits, a line each.
    #[method(name = "inspect")]
    async fn inspect(&self) -> RpcResult<Halves<Senders<String>>>;
}

/// Answers `txpool_*`.
#[derive(Clone, Debug)]
pub(crate) struct Txpool {
    backend: Arc<Backend>,
}

impl Txpool {
    /// Shows `backend`'s pool.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }

    /// Reads the pool on a thread of its own: others hold it while they read or write the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Mempool) -> Result<T, RpcError> + Send + 'static,
    ) -> RpcResult<T> {
        let mempool = Arc::clone(self.backend.mempool());
        Ok(self.backend.blocking(move |_| read(&mempool)).await?)
    }

    async fn shown<T: Send + 'static>(
        &self,
        show: fn(&Pooled) -> Result<T, RpcError>,
    ) -> RpcResult<Halves<Senders<T>>> {
        self.read(move |mempool| {
            let mut halves = Halves { pending: BTreeMap::new(), queued: BTreeMap::new() };
            for Waiting { sender, ready, queued } in mempool.waiting() {
                for (list, half) in [(ready, &mut halves.pending), (queued, &mut halves.queued)] {
                    if !list.is_empty() {
                        half.insert(sender, by_nonce(&list, show)?);
                    }
                }
            }
            Ok(halves)
        })
        .await
    }
}

#[async_trait]
impl TxpoolApiServer for Txpool {
    async fn status(&self) -> RpcResult<Halves<U64>> {
        self.read(|mempool| {
            let (pending, queued) = mempool.counts();
            Ok(Halves { pending: U64::from(pending), queued: U64::from(queued) })
        })
        .await
    }

    async fn content(&self) -> RpcResult<Halves<Senders<Transaction>>> {
        self.shown(transaction).await
    }

    async fn content_from(
        &self,
        sender: Address,
    ) -> RpcResult<Halves<BTreeMap<String, Transaction>>> {
        self.read(move |mempool| {
            let Some(Waiting { ready, queued, .. }) = mempool.waiting_of(sender) else {
                return Ok(Halves::default());
            };
            let pending = by_nonce(&ready, transaction)?;
            Ok(Halves { pending, queued: by_nonce(&queued, transaction)? })
        })
        .await
    }

    async fn inspect(&self) -> RpcResult<Halves<Senders<String>>> {
        self.shown(line).await
    }
}

fn by_nonce<T>(
    list: &[Arc<Pooled>],
    show: impl Fn(&Pooled) -> Result<T, RpcError>,
) -> Result<BTreeMap<String, T>, RpcError> {
    list.iter().map(|it| Ok((it.transaction.nonce.to_string(), show(it)?))).collect()
}

/// A transaction that waits, as `eth_getTransactionByHash` shows it.
///
/// # Errors
/// [`RpcError::Internal`] for bytes that the pool would not have taken.
pub(crate) fn transaction(pooled: &Pooled) -> Result<Transaction, RpcError> {
    let envelope = TxEnvelope::decode_2718_exact(&pooled.raw).map_err(RpcError::internal)?;
    Ok(Transaction {
        effective_gas_price: Some(envelope.max_fee_per_gas()),
        inner: Recovered::new_unchecked(envelope, pooled.transaction.sender),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        block_timestamp: None,
    })
}

fn line(pooled: &Pooled) -> Result<String, RpcError> {
    let it = &pooled.transaction;
    let to = it.to.to().map_or_else(|| "contract creation".to_owned(), Address::to_string);
    Ok(format!("{to}: {} wei + {} gas × {} wei", it.value, it.gas_limit, it.max_fee))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_halves_are_named_as_geths() {
        let halves = Halves { pending: U64::from(16), queued: U64::ZERO };
        let json = serde_json::to_string(&halves).unwrap();
        assert_eq!(json, r#"{"pending":"0x10","queued":"0x0"}"#);
    }
}
