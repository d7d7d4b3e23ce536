//! What only L1 can tell: which of its blocks are safe and which are final, and how long the L2 chain is there.

use std::time::Duration;

use alloy::primitives::Address;
use alloy::{
    consensus::BlockHeader as _,
    eips::{BlockId, BlockNumberOrTag},
    network::BlockResponse as _,
    providers::Provider as _,
};
use surety_engine::{
    l1::{bindings::IInbox, client::L1Client, follow::Headers as _},
    node::batches,
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

use super::error::RpcError;

/// How long an answer is good for: L1 finalises every few minutes.
const FRESH: Duration = Duration::from_secs(4);
/// How long L1 is not asked again after it has not answered.
const FAILED: Duration = Duration::from_secs(1);

/// Asks L1, but not for every caller.
#[derive(Debug)]
pub(crate) struct Finality {
    l1: L1Client,
    inbox: Address,
    patience: Duration,
    safe: Answer,
    finalized: Answer,
    appended: Answer,
}

/// The last answer to a question, if there was one, and when it came.
#[derive(Debug, Default)]
struct Answer(Mutex<Option<(Option<u64>, Instant)>>);

impl Answer {
    /// What `ask` gives, or gave a moment ago; `None` when L1 does not say.
    ///
    /// # Errors
    /// [`RpcError::Timeout`].
    async fn get(
        &self,
        patience: Duration,
        ask: impl Future<Output = Option<u64>>,
    ) -> Result<Option<u64>, RpcError> {
        let end = Instant::now() + patience;
        // whoever comes meanwhile waits for this answer instead of asking, too
        let known = timeout_at(end, self.0.lock()).await;
        let mut known = known.map_err(|_| RpcError::Timeout)?;
        if let Some((answer, at)) = *known {
            let good = if answer.is_some() { FRESH } else { FAILED };
            if at.elapsed() < good {
                return Ok(answer);
            }
        }
        let answer = timeout_at(end, ask).await.unwrap_or_default();
        *known = Some((answer, Instant::now()));
        Ok(answer)
    }
}

impl Finality {
    /// Asks `l1`, where the deployment's Inbox is `inbox`; no caller waits longer than `patience`.
    pub(crate) fn new(l1: L1Client, inbox: Address, patience: Duration) -> Self {
        let answer = Answer::default;
        Self { l1, inbox, patience, safe: answer(), finalized: answer(), appended: answer() }
    }

    /// The number of the newest L1 block that is safe.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say, [`RpcError::Timeout`].
    pub(crate) async fn safe(&self) -> Result<u64, RpcError> {
        self.ask(&self.safe, BlockNumberOrTag::Safe).await
    }

    /// The number of the newest L1 block that is final.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say, [`RpcError::Timeout`].
    pub(crate) async fn finalized(&self) -> Result<u64, RpcError> {
        self.ask(&self.finalized, BlockNumberOrTag::Finalized).await
    }

    async fn ask(&self, known: &Answer, tag: BlockNumberOrTag) -> Result<u64, RpcError> {
        let ask = async {
            let block = self.l1.provider().get_block(BlockId::Number(tag)).await.ok()??;
            Some(block.header().number())
        };
        let unknown = || RpcError::Server(format!("{tag} block not found: L1 does not say"));
        known.get(self.patience, ask).await?.ok_or_else(unknown)
    }

    /// The number of the last L2 block whose batch is on L1, executed here or not.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say, [`RpcError::Timeout`].
    pub(crate) async fn appended(&self) -> Result<u64, RpcError> {
        let ask = async {
            let head = self.l1.head().await.ok()?;
            let call = IInbox::latestBlockCall {};
            batches::view(&self.l1, self.inbox, head.hash, call).await.ok()
        };
        let unknown = || RpcError::Server("L1 does not answer".to_owned());
        self.appended.get(self.patience, ask).await?.ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn nobody_waits_longer_for_l1_than_for_anything_else() {
        let (answer, asked) = (Answer::default(), AtomicUsize::new(0));
        let patience = Duration::from_millis(50);
        let hangs = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            pending().await
        };
        let began = Instant::now();
        for said in join_all((0..16).map(|_| answer.get(patience, hangs()))).await {
            assert!(matches!(said, Ok(None) | Err(RpcError::Timeout)), "{said:?}");
        }
        assert!(began.elapsed() < patience * 8, "all of them wait at the same time");
        assert!(matches!(answer.get(patience, hangs()).await, Ok(None)));
        assert_eq!(asked.load(Ordering::Relaxed), 1, "the failure is remembered");
        tokio::time::sleep(FAILED).await;
        assert_eq!(answer.get(patience, async { Some(7) }).await.unwrap(), Some(7));
        assert_eq!(answer.get(patience, hangs()).await.unwrap(), Some(7));
    }
}
