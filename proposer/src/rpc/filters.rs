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

use super::{backend::Backend, error::RpcError, ids::HexIds, logs, txpool};
use crate::mempool::Pooled;

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
    fn filter_changes(&self, id: FilterId) -> RpcResult<FilterChanges>;

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
    kind: Kind,
    asked: Instant,
}

#[derive(Debug)]
enum Kind {
    /// Position in the feed.
    Blocks(u64),
    /// Position in the feed, and what is looked for.
    Logs(u64, Box<Filter>),
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
        installed.insert(id.clone(), Installed { kind, asked: Instant::now() });
        Ok(id)
    }

    fn changes(&self, kind: &mut Kind) -> Result<FilterChanges, RpcError> {
        match kind {
            Kind::Blocks(position) => {
                let seen = self.backend.feed().since(*position);
                let seen = seen.map_err(|_| RpcError::FilterNotFound)?;
                *position = position.saturating_add(seen.len() as u64);
                let came = seen.iter().filter(|seen| !seen.removed);
                Ok(FilterChanges::Hashes(came.map(|seen| seen.header.hash).collect()))
            }
            Kind::Logs(position, filter) => {
                let seen = self.backend.feed().since(*position);
                let seen = seen.map_err(|_| RpcError::FilterNotFound)?;
                let mut logs = Vec::new();
                // what is beyond the limit is left for the next time
                for seen in seen {
                    *position = position.saturating_add(1);
                    logs.extend(seen.matching(filter).cloned());
                    if logs.len() >= self.backend.config().max_logs {
                        break;
                    }
                }
                Ok(FilterChanges::Logs(logs))
            }
            Kind::Transactions(receiver, kind) => {
                let pooled = drain(receiver).ok_or(RpcError::FilterNotFound)?;
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

/// What was received; `None` when something was missed.
fn drain(receiver: &mut Receiver<Arc<Pooled>>) -> Option<Vec<Arc<Pooled>>> {
    let mut received = Vec::new();
    loop {
        match receiver.try_recv() {
            Ok(pooled) => received.push(pooled),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(received),
            Err(TryRecvError::Lagged(_)) => return None,
        }
    }
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
        self.install(Kind::Logs(self.backend.feed().position(), Box::new(filter)))
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

    fn filter_changes(&self, id: FilterId) -> RpcResult<FilterChanges> {
        let mut installed = self.installed();
        let filter = installed.get_mut(&id).ok_or(RpcError::FilterNotFound)?;
        filter.asked = Instant::now();
        let changes = self.changes(&mut filter.kind);
        if changes.is_err() {
            installed.remove(&id);
        }
        Ok(changes?)
    }

    async fn filter_logs(&self, id: FilterId) -> RpcResult<Vec<Log>> {
        let filter = {
            let mut installed = self.installed();
            let found = installed.get_mut(&id).ok_or(RpcError::FilterNotFound)?;
            found.asked = Instant::now();
            match &found.kind {
                Kind::Logs(_, filter) => filter.clone(),
                Kind::Blocks(_) | Kind::Transactions(..) => {
                    return Err(RpcError::FilterNotFound.into());
                }
            }
        };
        Ok(logs::query(&self.backend, *filter).await?)
    }

    fn uninstall_filter(&self, id: FilterId) -> RpcResult<bool> {
        Ok(self.installed().remove(&id).is_some())
    }
}
