//! `eth_subscribe`, over WebSocket.

use std::{sync::Arc, time::Duration};

use alloy::rpc::types::{
    Filter,
    pubsub::{Params, PubSubSyncStatus, SubscriptionKind},
};
use jsonrpsee::{
    Extensions, PendingSubscriptionSink, SubscriptionSink,
    core::{SubscriptionResult, async_trait, server::SubscriptionMessage},
    proc_macros::rpc,
};
use serde::Serialize;
use serde_json::value::to_raw_value;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    backend::Backend,
    connection::Connection,
    error::RpcError,
    feed::{Event, Seen},
    logs, txpool,
};
use crate::mempool::Pooled;

/// How long a connection may be full before its subscription ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// Subscriptions.
#[rpc(server, namespace = "eth")]
pub(crate) trait SubscriptionApi {
    /// News of a kind: `newHeads`, `logs`, `newPendingTransactions` or `syncing`.
    #[subscription(
        name = "subscribe" => "subscription", unsubscribe = "unsubscribe", item = serde_json::Value,
        with_extensions
    )]
    async fn subscribe(&self, kind: SubscriptionKind, params: Option<Params>)
    -> SubscriptionResult;
}

/// Answers subscriptions. One that cannot keep up is ended with an error, instead of leaving something out.
#[derive(Clone, Debug)]
pub(crate) struct Subscriptions {
    backend: Arc<Backend>,
}

/// Why a subscription ended that its subscriber did not end.
#[derive(Debug, thiserror::Error)]
enum Ended {
    /// The connection is closed.
    #[error("the connection is closed")]
    Closed,
    /// The subscriber does not read fast enough.
    #[error("too slow: the subscription ends")]
    TooSlow,
    /// A message cannot be made.
    #[error(transparent)]
    Message(#[from] serde_json::Error),
    /// What it tells of cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RpcError),
}

/// A subscriber.
struct Subscriber {
    sink: SubscriptionSink,
    connection: Arc<Connection>,
}

impl Subscriber {
    async fn send(&self, message: &impl Serialize) -> Result<(), Ended> {
        let message = to_raw_value(message)?;
        let bytes = message.get().len();
        let room = self.connection.room_of_answer(bytes).map_err(|_| Ended::TooSlow)?;
        self.connection.queue(bytes, room);
        let message = SubscriptionMessage::from(message);
        self.sink.send_timeout(message, PATIENCE).await.map_err(|_| {
            self.connection.taken(bytes);
            Ended::TooSlow
        })
    }

    /// The next thing, unless the subscriber goes or too much was missed.
    async fn next<T: Clone>(&self, receiver: &mut Receiver<T>) -> Result<T, Ended> {
        tokio::select! {
            () = self.sink.closed() => Err(Ended::Closed),
            next = receiver.recv() => next.map_err(|error| match error {
                RecvError::Closed => Ended::Closed,
                RecvError::Lagged(_) => Ended::TooSlow,
            }),
        }
    }
}

impl Subscriptions {
    /// Tells what `backend` hears.
    pub(crate) const fn new(backend: Arc<Backend>) -> Self {
        Self { backend }
    }

    async fn blocks<T: Serialize>(
        to: Subscriber,
        mut events: Receiver<Event>,
        items: impl for<'a> Fn(&'a Seen) -> Vec<&'a T> + Send + Sync,
    ) -> Result<(), Ended> {
        loop {
            match to.next(&mut events).await? {
                Event::Block(seen) => {
                    for item in items(&seen) {
                        to.send(item).await?;
                    }
                }
                Event::Missed => return Err(Ended::TooSlow),
            }
        }
    }

    async fn transactions(
        to: Subscriber,
        mut pooled: Receiver<Arc<Pooled>>,
        full: bool,
    ) -> Result<(), Ended> {
        loop {
            let pooled = to.next(&mut pooled).await?;
            if full {
                to.send(&txpool::transaction(&pooled)?).await?;
            } else {
                to.send(&pooled.transaction.hash).await?;
            }
        }
    }

    async fn syncing(&self, to: Subscriber) -> Result<(), Ended> {
        let mut ticks = self.backend.node().ticks();
        let mut told = None;
        loop {
            let syncing = self.backend.is_syncing();
            if told.replace(syncing) != Some(syncing) {
                to.send(&PubSubSyncStatus::Simple(syncing)).await?;
            }
            tokio::select! {
                () = to.sink.closed() => return Err(Ended::Closed),
                changed = ticks.changed() => changed.map_err(|_| Ended::Closed)?,
            }
        }
    }
}

/// What is subscribed to; it is heard from before the subscriber is told that it is.
enum Subject {
    Heads(Receiver<Event>),
    Logs(Receiver<Event>, Box<Filter>),
    Transactions(Receiver<Arc<Pooled>>, bool),
    Syncing,
}

impl Subject {
    fn new(backend: &Backend, kind: SubscriptionKind, params: Params) -> Result<Self, RpcError> {
        let (feed, mempool) = (backend.feed(), backend.mempool());
        Ok(match (kind, params) {
            (SubscriptionKind::NewHeads, Params::None) => Self::Heads(feed.listen()),
            (SubscriptionKind::Logs, Params::None) => Self::Logs(feed.listen(), Box::default()),
            (SubscriptionKind::Logs, Params::Logs(filter)) => {
                logs::check(&filter)?;
                Self::Logs(feed.listen(), filter)
            }
            (SubscriptionKind::NewPendingTransactions, Params::None) => {
                Self::Transactions(mempool.subscribe(), false)
            }
            (SubscriptionKind::NewPendingTransactions, Params::Bool(full)) => {
                Self::Transactions(mempool.subscribe(), full)
            }
            (SubscriptionKind::Syncing, Params::None) => Self::Syncing,
            (kind, _) => {
                let message = format!("no subscription {kind} with these parameters");
                return Err(RpcError::InvalidParams(message));
            }
        })
    }
}

#[async_trait]
impl SubscriptionApiServer for Subscriptions {
    async fn subscribe(
        &self,
        pending: PendingSubscriptionSink,
        extensions: &Extensions,
        kind: SubscriptionKind,
        params: Option<Params>,
    ) -> SubscriptionResult {
        let Some(connection) = extensions.get::<Arc<Connection>>().cloned() else {
            pending.reject(RpcError::internal("a subscription without a connection")).await;
            return Ok(());
        };
        let subject = match Subject::new(&self.backend, kind, params.unwrap_or_default()) {
            Ok(subject) => subject,
            Err(error) => {
                pending.reject(error).await;
                return Ok(());
            }
        };
        let to = Subscriber { sink: pending.accept().await?, connection };
        let ended = match subject {
            Subject::Heads(events) => {
                Self::blocks(to, events, |seen| came(seen).map(|it| &it.header).collect()).await
            }
            Subject::Logs(events, filter) => {
                Self::blocks(to, events, |seen| seen.matching(&filter).collect()).await
            }
            Subject::Transactions(pooled, full) => Self::transactions(to, pooled, full).await,
            Subject::Syncing => self.syncing(to).await,
        };
        match ended {
            Ok(()) | Err(Ended::Closed) => Ok(()),
            Err(ended) => Err(ended.to_string().into()),
        }
    }
}

/// A block that came; those that fall out have no heads to tell of.
fn came(seen: &Seen) -> impl Iterator<Item = &Seen> {
    (!seen.removed).then_some(seen).into_iter()
}
