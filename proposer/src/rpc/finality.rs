//! What only L1 can tell: which of its blocks are safe and which are final, and how long the L2 chain is there.

use std::time::{Duration, Instant};

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
use tokio::sync::Mutex;

use super::error::RpcError;

/// How long an answer is good for: L1 finalises every few minutes.
const FRESH: Duration = Duration::from_secs(4);

/// Asks L1, but not for every caller.
#[derive(Debug)]
pub(crate) struct Finality {
    l1: L1Client,
    inbox: Address,
    safe: Answer,
    finalized: Answer,
    appended: Answer,
}

/// The last answer to a question, and when it came.
#[derive(Debug, Default)]
struct Answer(Mutex<Option<(u64, Instant)>>);

impl Answer {
    async fn get(&self, ask: impl Future<Output = Result<u64, RpcError>>) -> Result<u64, RpcError> {
        // whoever comes meanwhile waits for this answer instead of asking, too
        let mut known = self.0.lock().await;
        if let Some((answer, _)) = known.filter(|(_, at)| at.elapsed() < FRESH) {
            return Ok(answer);
        }
        let answer = ask.await?;
        *known = Some((answer, Instant::now()));
        Ok(answer)
    }
}

impl Finality {
    /// Asks `l1`, where the deployment's Inbox is `inbox`.
    pub(crate) fn new(l1: L1Client, inbox: Address) -> Self {
        let answer = Answer::default;
        Self { l1, inbox, safe: answer(), finalized: answer(), appended: answer() }
    }

    /// The number of the newest L1 block that is safe.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say.
    pub(crate) async fn safe(&self) -> Result<u64, RpcError> {
        self.safe.get(self.ask(BlockNumberOrTag::Safe)).await
    }

    /// The number of the newest L1 block that is final.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say.
    pub(crate) async fn finalized(&self) -> Result<u64, RpcError> {
        self.finalized.get(self.ask(BlockNumberOrTag::Finalized)).await
    }

    async fn ask(&self, tag: BlockNumberOrTag) -> Result<u64, RpcError> {
        let unknown = || RpcError::Server(format!("{tag} block not found: L1 does not say"));
        let block = self.l1.provider().get_block(BlockId::Number(tag)).await;
        let block = block.map_err(|_| unknown())?.ok_or_else(unknown)?;
        Ok(block.header().number())
    }

    /// The number of the last L2 block whose batch is on L1, executed here or not.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say.
    pub(crate) async fn appended(&self) -> Result<u64, RpcError> {
        let unknown = || RpcError::Server("L1 does not answer".to_owned());
        let ask = async {
            let head = self.l1.head().await.map_err(|_| unknown())?;
            let call = IInbox::latestBlockCall {};
            batches::view(&self.l1, self.inbox, head.hash, call).await.map_err(|_| unknown())
        };
        self.appended.get(ask).await
    }
}
