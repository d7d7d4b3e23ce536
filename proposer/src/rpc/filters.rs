//! `eth_*`: logs, and filters that are asked again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::{
    primitives::B256,
    rpc::types::{Filter, FilterChanges, FilterId, Log, PendingTransactionFilterKind},
};
use jsonrpsee::{
    core::{RpcResult, async_trait, traits::IdProvider as _},
    proc_macros::rpc,
    types::SubscriptionId,
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use super::{
    backend::Backend,
    config::RpcConfig,
    error::RpcError,
    feed::{Feed, Seen},
    ids::HexIds,
    logs, txpool,
};
use crate::mempool::Pooled;

/// What a transaction takes besides its bytes, about.
const TRANSACTION_BYTES: usize = 400;

/// Logs and filters.
#[rpc(server, namespace = "eth")]
pub(crate) trait FilterApi {
    /// The logs of a block or a range of blocks.
    #[method(name = "getLogs")]
    async fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>>;

    /// A filter of the logs from now on.
    #[method(name = "newFilter")]
    fn new_filter(&self, filter: Filter) -> RpcResult<FilterId>;

    /// A filter of the blocks from now on.
    #[method(name = "newBlockFilter")]
    fn new_block_filter(&self) -> RpcResult<FilterId>;

    /// A filter of the transactions that wait for a batch from now on.
    #[method(name = "newPendingTransactionFilter")]
    fn new_pending_transaction_filter(
        &self,
        kind: Option<PendingTransactionFilterKind>,
    ) -> RpcResult<FilterId>;

    /// What a filter has found since it was asked last.
    #[method(name = "getFilterChanges")]
    async fn filter_changes(&self, id: FilterId) -> RpcResult<FilterChanges>;

    /// All logs that match a filter of logs.
    #[method(name = "getFilterLogs")]
    async fn filter_logs(&self, id: FilterId) -> RpcResult<Vec<Log>>;

    /// Forgets a filter; says whether there was one.
    #[method(name = "uninstallFilter")]
    fn uninstall_filter(&self, id: FilterId) -> RpcResult<bool>;
}

/// Answers about logs and filters.
#[derive(Debug)]
pub(crate) struct Filters {
    backend: Arc<Backend>,
    installed: Mutex<HashMap<FilterId, Installed>>,
}

#[derive(Debug)]
struct Installed {
    /// Locked while what it has found is gathered, on a thread where that may take its time.
    kind: Arc<Mutex<Kind>>,
    /// What is looked for, by a filter of logs.
    logs: Option<Arc<Filter>>,
    asked: Instant,
}

#[derive(Debug)]
enum Kind {
    /// Position in the feed.
    Blocks(u64),
    /// Position in the feed, and what is looked for.
    Logs(u64, Arc<Filter>),
    Transactions(Receiver<Arc<Pooled>>, PendingTransactionFilterKind),
}

impl Filters {
    /// Reads what `backend` knows.
    pub(crate) fn new(backend: Arc<Backend>) -> Self {
        Self { backend, installed: Mutex::default() }
    }

    fn installed(&self) -> MutexGuard<'_, HashMap<FilterId, Installed>> {
        let mut installed = self.installed.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = Duration::from_secs(self.backend.config().filter_seconds);
        installed.retain(|_, filter| filter.asked.elapsed() < kept);
        installed
    }

    fn install(&self, kind: Kind) -> RpcResult<FilterId> {
        let logs = match &kind {
            Kind::Logs(_, filter) => Some(Arc::clone(filter)),
            Kind::Blocks(_) | Kind::Transactions(..) => None,
        };
        let mut installed = self.installed();
        let most = self.backend.config().max_filters;
        if installed.len() >= most {
            let message = format!("there are {most} filters already");
            return Err(RpcError::LimitExceeded(message).into());
        }
        let id = match HexIds.next_id() {
            SubscriptionId::Num(id) => FilterId::Num(id),
            SubscriptionId::Str(id) => FilterId::Str(id.into_owned()),
        };
        let kind = Arc::new(Mutex::new(kind));
        installed.insert(id.clone(), Installed { kind, logs, asked: Instant::now() });
        Ok(id)
    }

    /// The filter under this id, which is asked now.
    fn asked<T>(
        &self,
        id: &FilterId,
        of: impl FnOnce(&Installed) -> Option<T>,
    ) -> Result<T, RpcError> {
        let mut installed = self.installed();
        let found = installed.get_mut(id).ok_or(RpcError::FilterNotFound)?;
        found.asked = Instant::now();
        of(found).ok_or(RpcError::FilterNotFound)
    }
}

impl Kind {
    /// What was found since it was asked last, or as much of it as an answer holds.
    fn changes(&mut self, feed: &Feed, config: &RpcConfig) -> Result<FilterChanges, RpcError> {
        let full = config.max_response_bytes as usize;
        match self {
            Self::Blocks(position) => {
                let seen = feed.since(*position).map_err(|_| RpcError::FilterNotFound)?;
                *position = position.saturating_add(seen.len() as u64);
                let came = seen.iter().filter(|seen| !seen.removed);
                Ok(FilterChanges::Hashes(came.map(|seen| seen.header.hash).collect()))
            }
            Self::Logs(position, filter) => {
                let seen = feed.since(*position).map_err(|_| RpcError::FilterNotFound)?;
                let (told, logs) = matching(&seen, filter, config.max_logs, full / 2);
                *position = position.saturating_add(told);
                Ok(FilterChanges::Logs(logs))
            }
            Self::Transactions(receiver, kind) => {
                // JSON is no more than four times as long
                let pooled = drain(receiver, full / 4).ok_or(RpcError::FilterNotFound)?;
                Ok(match kind {
                    PendingTransactionFilterKind::Hashes => FilterChanges::Hashes(hashes(&pooled)),
                    PendingTransactionFilterKind::Full => {
                        let full = pooled.iter().map(|pooled| txpool::transaction(pooled));
                        FilterChanges::Transactions(full.collect::<Result<_, _>>()?)
                    }
                })
            }
        }
    }
}

/// The logs that match of the first changes, and of how many: about `most` logs, in whole blocks, of no more than `most_bytes`
/// unless a block alone has more. The others are left for the next time.
fn matching(
    seen: &[Arc<Seen>],
    filter: &Filter,
    most: usize,
    most_bytes: usize,
) -> (u64, Vec<Log>) {
    let (mut told, mut logs, mut bytes) = (0, Vec::new(), 0_usize);
    for seen in seen {
        let weight = seen.matching(filter).map(logs::weight).fold(0, usize::saturating_add);
        bytes = bytes.saturating_add(weight);
        if !logs.is_empty() && (logs.len() >= most || bytes > most_bytes) {
            break;
        }
        told += 1;
        logs.extend(seen.matching(filter).cloned());
    }
    (told, logs)
}

/// What was received, until it has `most_bytes`; `None` when something was missed.
fn drain(receiver: &mut Receiver<Arc<Pooled>>, most_bytes: usize) -> Option<Vec<Arc<Pooled>>> {
    let (mut received, mut bytes) = (Vec::new(), 0_usize);
    while bytes < most_bytes {
        match receiver.try_recv() {
            Ok(pooled) => {
                bytes = bytes.saturating_add(pooled.raw.len()).saturating_add(TRANSACTION_BYTES);
                received.push(pooled);
            }
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            Err(TryRecvError::Lagged(_)) => return None,
        }
    }
    Some(received)
}

fn hashes(pooled: &[Arc<Pooled>]) -> Vec<B256> {
    pooled.iter().map(|pooled| pooled.transaction.hash).collect()
}

#[async_trait]
impl FilterApiServer for Filters {
    async fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>> {
        Ok(logs::query(&self.backend, filter).await?)
    }

    fn new_filter(&self, filter: Filter) -> RpcResult<FilterId> {
        logs::check(&filter)?;
        self.install(Kind::Logs(self.backend.feed().position(), Arc::new(filter)))
    }

    fn new_block_filter(&self) -> RpcResult<FilterId> {
        self.install(Kind::Blocks(self.backend.feed().position()))
    }

    fn new_pending_transaction_filter(
        &self,
        kind: Option<PendingTransactionFilterKind>,
    ) -> RpcResult<FilterId> {
        let receiver = self.backend.mempool().subscribe();
        self.install(Kind::Transactions(receiver, kind.unwrap_or_default()))
    }

    async fn filter_changes(&self, id: FilterId) -> RpcResult<FilterChanges> {
        let kind = self.asked(&id, |found| Some(Arc::clone(&found.kind)))?;
        let (feed, config) = (Arc::clone(self.backend.feed()), self.backend.config().clone());
        let changes = self.backend.blocking(move |_| {
            let mut kind = kind.lock().unwrap_or_else(PoisonError::into_inner);
            kind.changes(&feed, &config)
        });
        let changes = changes.await;
        // also after a timeout: what it found may be lost
        if changes.is_err() {
            self.installed().remove(&id);
        }
        Ok(changes?)
    }

    async fn filter_logs(&self, id: FilterId) -> RpcResult<Vec<Log>> {
        let filter = self.asked(&id, |found| found.logs.clone())?;
        Ok(logs::query(&self.backend, Filter::clone(&filter)).await?)
    }

    fn uninstall_filter(&self, id: FilterId) -> RpcResult<bool> {
        Ok(self.installed().remove(&id).is_some())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy::{
        consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
        eips::Encodable2718 as _,
        primitives::{Address, Bytes, LogData},
        rpc::types::Header,
        signers::{SignerSync as _, local::PrivateKeySigner},
    };
    use surety_engine::execute::decode::decode_entry;
    use tokio::sync::broadcast;

    use super::*;

    /// A block with so many logs of so many bytes.
    fn seen(logs: usize, bytes: usize) -> Arc<Seen> {
        let data = LogData::new_unchecked(Vec::new(), vec![0; bytes].into());
        let inner = alloy::primitives::Log { address: Address::ZERO, data };
        let block_hash = Some(B256::ZERO);
        let log = Log { inner, block_hash, block_number: Some(1), ..Log::default() };
        Arc::new(Seen { header: Header::default(), logs: vec![log; logs], removed: false })
    }

    #[test]
    fn logs_that_do_not_fit_are_left_for_the_next_time() {
        let blocks = [seen(1, 1_000), seen(0, 0), seen(2, 1_000), seen(1, 9_000), seen(1, 0)];
        let told = |from: usize, most, most_bytes| {
            let (told, logs) = matching(&blocks[from..], &Filter::new(), most, most_bytes);
            (told, logs.len())
        };
        assert_eq!(told(0, 9, 100_000), (5, 5));
        assert_eq!(told(0, 9, 4_000), (2, 1), "the third block would be too much");
        assert_eq!(told(2, 9, 4_000), (1, 2));
        assert_eq!(told(3, 9, 4_000), (1, 1), "a block that never fits is told alone");
        assert_eq!(told(4, 9, 4_000), (1, 1));
        assert_eq!(told(0, 2, 100_000), (3, 3), "whole blocks");
        let (mut from, mut all) = (0, 0);
        while from < blocks.len() {
            let (blocks, logs) = told(from, 1, 1);
            from += usize::try_from(blocks).unwrap();
            all += logs;
        }
        assert_eq!(all, 5, "in the end everything is told once");
    }

    #[test]
    fn transactions_that_do_not_fit_are_left_for_the_next_time() {
        let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap();
        let input = Bytes::from(vec![1; 60_000]);
        let transaction = TxEip1559 { chain_id: 7, input, ..TxEip1559::default() };
        let signature = signer.sign_hash_sync(&transaction.signature_hash()).unwrap();
        let raw: Bytes = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into();
        let transaction = decode_entry(&raw, 7).unwrap();
        let pooled = Arc::new(Pooled { transaction, raw, since: Instant::now() });
        let (announce, receiver) = broadcast::channel(64);
        for _ in 0..20 {
            announce.send(Arc::clone(&pooled)).unwrap();
        }
        let mut kind = Kind::Transactions(receiver, PendingTransactionFilterKind::Full);
        let config = RpcConfig { max_response_bytes: 2 << 20, ..RpcConfig::default() };
        let mut told = Vec::new();
        while told.iter().sum::<usize>() < 20 {
            let changes = kind.changes(&Feed::default(), &config).unwrap();
            let json = serde_json::to_string(&changes).unwrap();
            assert!(json.len() < config.max_response_bytes as usize, "{} bytes", json.len());
            let FilterChanges::Transactions(some) = changes else { unreachable!() };
            told.push(some.len());
        }
        assert_eq!(told, [9, 9, 2]);
    }
}
