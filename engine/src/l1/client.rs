//! What the engine asks of L1 nodes, with their answers checked and their failures typed.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy::{
    consensus::BlockHeader,
    eips::{BlockId, BlockNumberOrTag},
    network::TransactionBuilder as _,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{
        client::RpcClient,
        types::{Block, Filter, Log, TransactionRequest},
    },
    transports::TransportError,
};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use futures_util::future::join_all;
use thiserror::Error;
use tokio::sync::watch;
use tracing::{debug, warn};

use super::{
    endpoint::Endpoint,
    fallback::{Distrust, Fallback},
    follow::{BlockRef, Headers},
    heads::Heads,
    probe::Probe,
    settings::{Endpoints, L1Settings},
};

/// Between looks at receipts and at heads when nothing announces them.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// Rounds in a row that may fail before another endpoint is asked.
const FAILED_ROUNDS: u32 = 2;

/// Why L1 could not be read. Every variant means *unknown*: retry and alert, never act.
#[derive(Debug, Error)]
pub enum L1Error {
    /// No node answered, or one answered with an error.
    #[error("L1 node: {0}")]
    Transport(#[from] TransportError),
    /// The endpoint is not a URL the client understands. It is not repeated: it may hold a key.
    #[error("an L1 endpoint cannot be used: {0}")]
    Endpoint(&'static str),
    /// There is none, or too few for a cross-check.
    #[error("{got} L1 endpoints are configured, {needed} are needed")]
    TooFew {
        /// How many there are.
        got: usize,
        /// How many there must be.
        needed: usize,
    },
    /// A block the node named itself cannot be read back.
    #[error("L1 block {0} is not available")]
    MissingBlock(BlockId),
    /// The node's answer contradicts itself.
    #[error("L1 node answered inconsistently: {0}")]
    Inconsistent(&'static str),
    /// The node's answer is provably wrong.
    #[error("{endpoint} answered with {what}")]
    Lie {
        /// The endpoint's host.
        endpoint: String,
        /// What was wrong.
        what: &'static str,
    },
    /// Two nodes say different things of the same block.
    #[error("{endpoint} does not confirm what another L1 endpoint says of block {block}")]
    Unconfirmed {
        /// The second endpoint's host.
        endpoint: String,
        /// The block.
        block: B256,
    },
    /// The node serves another chain than the one configured.
    #[error("L1 chain id is {got}, configured {expected}")]
    WrongChain {
        /// What the node says.
        got: u64,
        /// What the configuration says.
        expected: u64,
    },
}

impl L1Error {
    /// Whether time may cure it: it is not the configuration that is wrong.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Transport(_)
            | Self::MissingBlock(_)
            | Self::Inconsistent(_)
            | Self::Lie { .. }
            | Self::Unconfirmed { .. } => true,
            Self::Endpoint(_) | Self::TooFew { .. } | Self::WrongChain { .. } => false,
        }
    }
}

/// A connection to L1, by one or more nodes of which one is asked at a time.
#[derive(Clone, Debug)]
pub struct L1Client {
    provider: DynProvider,
    fallback: Fallback,
    settings: L1Settings,
    chain_id: u64,
    heads: Arc<Heads>,
    _probe: Arc<Probe>,
    seen: Arc<Mutex<Seen>>,
}

/// What was seen of L1 so far: advice about endpoints, and no fact about the chain.
#[derive(Debug)]
struct Seen {
    /// Rounds that failed in a row.
    failed: u32,
    /// Blocks that the next query for logs spans.
    span: u64,
}

impl L1Client {
    /// Connects and checks the chain id, if one is expected, with the settings' defaults.
    ///
    /// # Errors
    /// [`L1Error`] when no node can be reached or one serves another chain.
    pub async fn connect(
        endpoints: impl Into<Endpoints>,
        expected: Option<u64>,
    ) -> Result<Self, L1Error> {
        Self::connect_with(endpoints, expected, L1Settings::default()).await
    }

    /// Connects and checks the chain id of every endpoint that answers; that of the others is checked before they are used.
    ///
    /// # Errors
    /// [`L1Error`] when no node can be reached or one serves another chain.
    pub async fn connect_with(
        endpoints: impl Into<Endpoints>,
        expected: Option<u64>,
        settings: L1Settings,
    ) -> Result<Self, L1Error> {
        let endpoints = endpoints.into();
        let made = endpoints.urls().iter().map(|url| Endpoint::new(url, &settings));
        let endpoints = made.collect::<Result<Vec<_>, _>>()?;
        let (got, needed) = (endpoints.len(), if settings.cross_check { 2 } else { 1 });
        if got < needed {
            return Err(L1Error::TooFew { got, needed });
        }
        let chain_id = chain_id(&endpoints, expected).await?;
        let heads = Arc::new(Heads::watch(&endpoints));
        let fallback = Fallback::new(endpoints, Some(chain_id));
        let client = RpcClient::new(fallback.clone(), false);
        client.set_poll_interval(POLL_INTERVAL);
        let provider = ProviderBuilder::default().connect_client(client).erased();
        let probe = Arc::new(Probe::start(&fallback, settings.probe()));
        let seen = Seen { failed: 0, span: settings.log_blocks.max(1) };
        let seen = Arc::new(Mutex::new(seen));
        Ok(Self { provider, fallback, settings, chain_id, heads, _probe: probe, seen })
    }

    /// The provider below, for calls at a pinned block.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The L1 chain id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Changes when an endpoint announces a new head; never, if none is a WebSocket.
    #[must_use]
    pub fn heads(&self) -> watch::Receiver<()> {
        self.heads.receiver()
    }

    /// Hears whether all that a round needed of L1 fitted together. After two rounds in a row that did not, another
    /// endpoint is asked: whatever is wrong with this one, it is of no use.
    pub fn report(&self, well: bool) {
        let failed = {
            let mut seen = self.seen();
            seen.failed = if well { 0 } else { seen.failed + 1 };
            if seen.failed >= FAILED_ROUNDS { std::mem::take(&mut seen.failed) } else { 0 }
        };
        if failed > 0 {
            self.fallback.distrust(self.endpoint(), Distrust::Doubtful);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // what is kept is advice: half a change of it does no harm
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The endpoint that is asked now.
    pub(super) fn endpoint(&self) -> usize {
        self.fallback.current()
    }

    /// Has others asked before the endpoint that lied.
    pub(super) fn lie(&self, endpoint: usize, what: &'static str) -> L1Error {
        self.fallback.distrust(endpoint, Distrust::Lied);
        L1Error::Lie { endpoint: self.fallback.name(endpoint).to_owned(), what }
    }

    /// Asks one endpoint after the other, until one answers what can be proven.
    pub(super) async fn by_any<T, F: Future<Output = Result<T, L1Error>>>(
        &self,
        ask: impl Fn(Self) -> F,
    ) -> Result<T, L1Error> {
        let mut left = self.fallback.endpoints().len();
        loop {
            let endpoint = self.endpoint();
            left = left.saturating_sub(1);
            match ask(self.clone()).await {
                Err(error) if left > 0 => {
                    warn!(endpoint = self.fallback.name(endpoint), %error, "asking another endpoint");
                    if !matches!(error, L1Error::Lie { .. }) {
                        self.fallback.distrust(endpoint, Distrust::Doubtful);
                    }
                }
                answer => return answer,
            }
        }
    }

    /// A block by name, if there is one; its header is that of its hash.
    async fn block(&self, id: BlockId) -> Result<Option<BlockRef>, L1Error> {
        let endpoint = self.endpoint();
        let block = self.provider.get_block(id).await?;
        match block.as_ref().map(checked) {
            Some(None) => Err(self.lie(endpoint, "a header that is not its hash's")),
            Some(block) => Ok(block),
            None => Ok(None),
        }
    }

    /// The newest block that L1 has finalised, if the node tells.
    ///
    /// # Errors
    /// [`L1Error`] when no node answers.
    pub async fn finalized(&self) -> Result<Option<BlockRef>, L1Error> {
        self.block(BlockNumberOrTag::Finalized.into()).await
    }

    /// Gives a raw transaction to every endpoint, and the first one's answer.
    ///
    /// # Errors
    /// [`TransportError`]: also when the node refuses it.
    pub async fn broadcast(&self, raw: &[u8]) -> Result<(), TransportError> {
        for (_, other) in self.fallback.others(self.endpoint()) {
            let raw = raw.to_vec();
            // an endpoint that swallows it must not keep it from L1
            tokio::spawn(async move {
                if let Err(error) = other.send_raw_transaction(&raw).await {
                    debug!(%error, "another endpoint did not take the transaction");
                }
            });
        }
        self.provider.send_raw_transaction(raw).await.map(|_| ())
    }

    /// What a call to `to` returns in the block of hash `at`, confirmed by a second endpoint if the settings say so.
    ///
    /// # Errors
    /// [`L1Error`], also when the block is not canonical any more.
    pub async fn call_at(&self, at: B256, to: Address, data: Bytes) -> Result<Bytes, L1Error> {
        let block = BlockId::hash_canonical(at);
        let request = TransactionRequest::default().with_to(to).with_input(data);
        let ask = |provider: DynProvider| {
            let request = request.clone();
            async move { provider.call(request).block(block).await }
        };
        self.confirmed(at, ask).await
    }

    /// What `account` holds after the block of hash `at`, wei, confirmed by a second endpoint if the settings say so.
    ///
    /// # Errors
    /// [`L1Error`], also when the block is not canonical any more.
    pub async fn balance_at(&self, at: B256, account: Address) -> Result<U256, L1Error> {
        let block = BlockId::hash_canonical(at);
        let ask = |provider: DynProvider| async move {
            provider.get_balance(account).block_id(block).await
        };
        self.confirmed(at, ask).await
    }

    /// The nonce of `account`'s next transaction after the block of hash `at`, confirmed by a second endpoint if the settings
    /// say so.
    ///
    /// # Errors
    /// [`L1Error`], also when the block is not canonical any more.
    pub async fn nonce_at(&self, at: B256, account: Address) -> Result<u64, L1Error> {
        let block = BlockId::hash_canonical(at);
        let ask = |provider: DynProvider| async move {
            provider.get_transaction_count(account).block_id(block).await
        };
        self.confirmed(at, ask).await
    }

    async fn confirmed<T: PartialEq, F: Future<Output = Result<T, TransportError>>>(
        &self,
        at: B256,
        ask: impl Fn(DynProvider) -> F,
    ) -> Result<T, L1Error> {
        let endpoint = self.endpoint();
        let answer = ask(self.provider.clone()).await?;
        if self.settings.cross_check {
            let others = self.fallback.others(endpoint);
            let (index, other) =
                others.into_iter().next().ok_or(L1Error::TooFew { got: 1, needed: 2 })?;
            if ask(other).await? != answer {
                let endpoint = self.fallback.name(index).to_owned();
                return Err(L1Error::Unconfirmed { endpoint, block: at });
            }
        }
        Ok(answer)
    }

    /// Logs of `filter` in the blocks `from..=to`, in order, asked for in chunks the node can serve. They are believed:
    /// what is signed stands on [`proven_logs`](Self::proven_logs).
    ///
    /// # Errors
    /// [`L1Error`] when a chunk of one block still fails.
    pub async fn logs(&self, filter: &Filter, from: u64, to: u64) -> Result<Vec<Log>, L1Error> {
        let mut logs = Vec::new();
        let mut start = from;
        while start <= to {
            let span = self.seen().span;
            let end = to.min(start.saturating_add(span - 1));
            let chunk = filter.clone().from_block(start).to_block(end);
            match self.provider.get_logs(&chunk).await {
                Ok(mut found) => {
                    logs.append(&mut found);
                    start = end + 1;
                    self.seen().span = grown(span, self.settings.log_blocks);
                }
                Err(_) if end > start => self.seen().span = ((end - start) / 4).max(1),
                Err(error) => return Err(error.into()),
            }
        }
        check_order(&logs, from, to)?;
        Ok(logs)
    }
}

/// Twice the span, up to `most`.
const fn grown(span: u64, most: u64) -> u64 {
    let twice = span.saturating_mul(2);
    if twice < most {
        twice
    } else if most > 0 {
        most
    } else {
        1
    }
}

/// The chain of all endpoints that answer.
async fn chain_id(endpoints: &[Endpoint], expected: Option<u64>) -> Result<u64, L1Error> {
    let answers = join_all(endpoints.iter().cloned().map(|endpoint| async move {
        let client = RpcClient::new(endpoint.clone(), false);
        let answer = client.request_noparams::<U64>("eth_chainId").await;
        answer.map(|id| id.to::<u64>()).map_err(|error| (endpoint, error))
    }));
    let (mut chain_id, mut failure) = (expected, None);
    for answer in answers.await {
        match answer {
            Ok(got) => {
                let expected = *chain_id.get_or_insert(got);
                if got != expected {
                    return Err(L1Error::WrongChain { got, expected });
                }
            }
            Err((endpoint, error)) => {
                warn!(endpoint = endpoint.name(), %error, "an L1 endpoint does not answer");
                failure = Some(error);
            }
        }
    }
    match (chain_id, failure) {
        (Some(chain_id), _) => Ok(chain_id),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(L1Error::TooFew { got: 0, needed: 1 }),
    }
}

/// What is kept of a block, if its header is that of its hash.
pub(super) fn checked(block: &Block) -> Option<BlockRef> {
    let header = &block.header;
    (header.inner.hash_slow() == header.hash).then(|| BlockRef {
        number: header.number(),
        hash: header.hash,
        parent: header.parent_hash(),
        timestamp: header.timestamp(),
        receipts_root: header.receipts_root(),
        logs_bloom: header.logs_bloom(),
    })
}

fn check_order(logs: &[Log], from: u64, to: u64) -> Result<(), L1Error> {
    let mut last = None;
    for log in logs {
        let (Some(block), Some(index)) = (log.block_number, log.log_index) else {
            return Err(L1Error::Inconsistent("a log without its position"));
        };
        if log.removed || block < from || block > to || last.is_some_and(|at| at >= (block, index))
        {
            return Err(L1Error::Inconsistent("logs out of range or out of order"));
        }
        last = Some((block, index));
    }
    Ok(())
}

impl Headers for L1Client {
    type Error = L1Error;

    async fn head(&self) -> Result<BlockRef, L1Error> {
        let latest = BlockId::Number(BlockNumberOrTag::Latest);
        let read = |this: Self| async move {
            this.block(latest).await?.ok_or(L1Error::MissingBlock(latest))
        };
        self.by_any(read).await
    }

    async fn at(&self, number: u64) -> Result<Option<BlockRef>, L1Error> {
        let block = self.block(BlockId::number(number)).await?;
        if block.is_some_and(|block| block.number != number) {
            return Err(self.lie(self.endpoint(), "a block of another number"));
        }
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_grows_again_up_to_what_is_configured() {
        let spans: Vec<_> =
            std::iter::successors(Some(3), |span| Some(grown(*span, 20))).take(5).collect();
        assert_eq!(spans, [3, 6, 12, 20, 20]);
        assert_eq!(grown(1, 0), 1);
    }
}
