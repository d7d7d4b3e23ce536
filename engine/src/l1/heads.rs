//! New heads as WebSocket endpoints announce them: a reason to look at once, and nothing that is believed.

use std::time::Duration;

use alloy::providers::{Provider as _, RootProvider};
use futures_util::StreamExt as _;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::debug;

use super::endpoint::Endpoint;

/// The pause before an endpoint is subscribed to again.
const PAUSE: Duration = Duration::from_secs(2);
/// How long subscribing may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The subscriptions; they end with this.
#[derive(Debug)]
pub(super) struct Heads {
    news: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Heads {
    /// Subscribes to all of `endpoints` that can be subscribed to.
    pub(super) fn watch(endpoints: &[Endpoint]) -> Self {
        let news = watch::Sender::new(());
        let announcing = endpoints.iter().filter(|endpoint| endpoint.announces_heads());
        let tasks = announcing.map(|it| tokio::spawn(follow(it.clone(), news.clone()))).collect();
        Self { news, tasks }
    }

    /// Changes with each announcement.
    pub(super) fn receiver(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }
}

impl Drop for Heads {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn follow(endpoint: Endpoint, news: watch::Sender<()>) {
    loop {
        let subscription = timeout(TIMEOUT, async {
            let provider =
                RootProvider::<alloy::network::Ethereum>::new(endpoint.connection().await?);
            provider.subscribe_blocks().await
        });
        match subscription.await {
            Ok(Ok(subscription)) => {
                let mut heads = subscription.into_stream();
                // what was missed before is looked at now
                news.send_replace(());
                while heads.next().await.is_some() {
                    news.send_replace(());
                }
                debug!(endpoint = endpoint.name(), "the subscription to heads ended");
            }
            Ok(Err(error)) => {
                debug!(endpoint = endpoint.name(), %error, "no subscription to heads")
            }
            Err(_) => debug!(endpoint = endpoint.name(), "subscribing to heads took too long"),
        }
        endpoint.disconnect().await;
        sleep(PAUSE).await;
    }
}
