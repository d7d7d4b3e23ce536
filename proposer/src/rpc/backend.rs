//! What all methods share: the chain, and a bounded number of threads that read it.

use std::sync::Arc;

use alloy::eips::{BlockId, BlockNumberOrTag};
use surety_engine::{chain::Chain, node::Node, simulate::Quota};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use super::{config::RpcConfig, error::RpcError, feed::Feed, finality::Finality, turn};
use crate::mempool::Mempool;

/// The node behind the methods.
#[derive(Debug)]
pub(crate) struct Backend {
    node: Arc<Node>,
    mempool: Arc<Mempool>,
    chain: Chain,
    finality: Finality,
    feed: Arc<Feed>,
    permits: Arc<Semaphore>,
    config: RpcConfig,
}

impl Backend {
    /// Reads what `node` follows and `mempool` holds.
    pub(crate) fn new(node: Arc<Node>, mempool: Arc<Mempool>, config: RpcConfig) -> Self {
        let chain = Chain::new(Arc::clone(node.store()), node.deployment().genesis);
        let finality = Finality::new(node.l1().clone(), node.deployment().inbox, config.timeout());
        let permits = Arc::new(Semaphore::new(config.concurrency.max(1) as usize));
        Self { node, mempool, chain, finality, feed: Arc::default(), permits, config }
    }

    /// The node.
    pub(crate) const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The transactions that wait for a batch.
    pub(crate) const fn mempool(&self) -> &Arc<Mempool> {
        &self.mempool
    }

    /// The chain, for what reads a row or two; everything else goes through [`Backend::blocking`].
    pub(crate) const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What only L1 can tell.
    pub(crate) const fn finality(&self) -> &Finality {
        &self.finality
    }

    /// What happens to the chain.
    pub(crate) const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// What a caller may take.
    pub(crate) const fn config(&self) -> &RpcConfig {
        &self.config
    }

    /// What an execution may take.
    pub(crate) const fn quota(&self) -> Quota {
        let RpcConfig { call_gas, max_response_bytes, .. } = self.config;
        Quota {
            gas: call_gas,
            time: self.config.timeout(),
            // who records more has more to tell than an answer holds
            recorded: max_response_bytes as usize,
        }
    }

    /// Runs `work` on a thread where it may block, when there is one; whatever it does, the daemon goes on. The call under
    /// way keeps its turn until it is answered, or takes another one.
    ///
    /// # Errors
    /// What `work` gives; [`RpcError::Timeout`]: the work itself goes on and keeps its thread, so that no more than the
    /// configured number are ever taken.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Chain) -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let (done, permit) = self.run(work).await?;
        turn::keep(permit);
        done
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Chain) -> T + Send + 'static,
    ) -> Result<(T, OwnedSemaphorePermit), RpcError> {
        // who kept one and waited for another could wait for himself
        turn::end();
        let (permits, chain) = (Arc::clone(&self.permits), self.chain.clone());
        let run = async {
            let permit = permits.acquire_owned().await.map_err(RpcError::internal)?;
            let run = move || (work(&chain), permit);
            spawn_blocking(run).await.map_err(RpcError::internal)
        };
        timeout(self.config.timeout(), run).await.map_err(|_| RpcError::Timeout)?
    }

    /// The block meant, by number or hash: `latest` when nothing is said, `safe` and `finalized` as of L1 now.
    /// What the [`Chain`] then finds under it may be nothing.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say what is safe or final.
    pub(crate) async fn block_id(&self, id: Option<BlockId>) -> Result<BlockId, RpcError> {
        match id.unwrap_or_default() {
            BlockId::Number(tag) => self.number(tag).await.map(BlockId::number),
            hash @ BlockId::Hash(_) => Ok(hash),
        }
    }

    /// The number that a tag stands for.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say what is safe or final.
    pub(crate) async fn number(&self, tag: BlockNumberOrTag) -> Result<u64, RpcError> {
        match tag {
            BlockNumberOrTag::Number(number) => Ok(number),
            BlockNumberOrTag::Earliest => Ok(self.chain.genesis().number),
            // a block exists when L1 has its batch: none is pending
            BlockNumberOrTag::Latest | BlockNumberOrTag::Pending => Ok(self.chain.head()?.number),
            BlockNumberOrTag::Safe => self.appended_by(self.finality.safe().await?).await,
            BlockNumberOrTag::Finalized => self.appended_by(self.finality.finalized().await?).await,
        }
    }

    async fn appended_by(&self, l1_block: u64) -> Result<u64, RpcError> {
        Ok(self.run(move |chain| chain.last_appended_by(l1_block)).await?.0?)
    }

    /// Whether the node has not read all of L1 yet, or does not know.
    pub(crate) fn is_syncing(&self) -> bool {
        self.node.ticks().borrow().is_none_or(|tick| tick.behind)
    }
}
