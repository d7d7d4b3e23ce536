//! Several endpoints as one transport: one is asked at a time, the next one when it fails.
//!
//! A request goes to the most preferred endpoint that is well. Answers of two endpoints are never mixed by chance: what
//! is read is pinned to a block hash, so an endpoint that does not know the block says so.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use alloy::{
    eips::BlockNumberOrTag,
    providers::{DynProvider, Provider as _, ProviderBuilder},
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket},
    },
    transports::{
        TransportError, TransportErrorKind, TransportFut,
        layers::{RateLimitRetryPolicy, RetryPolicy as _},
    },
};
use alloy_primitives::U64;
use thiserror::Error;
use tokio::time::{Instant, sleep_until};
use tower::Service;
use tracing::{error, warn};

use super::{client::checked, endpoint::Endpoint, follow::BlockRef};

/// The pause after an endpoint's first failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long a request waits for endpoints that pause, before it fails.
const PATIENCE: Duration = Duration::from_secs(30);
/// Attempts at each endpoint before a request fails.
const ATTEMPTS_EACH: usize = 5;

/// An endpoint of another chain.
#[derive(Debug, Error)]
#[error("{endpoint} is of chain {got}, not {expected}")]
struct OtherChain {
    endpoint: String,
    got: u64,
    expected: u64,
}

/// All endpoints have asked to be left alone.
#[derive(Debug, Error)]
#[error("all endpoints pause")]
struct Paused;

/// Why an endpoint is asked after the others for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    /// It said what is provably wrong.
    Lied,
    /// It is behind another one.
    Stale,
    /// What it said did not fit together, again and again, or it does not serve what is needed.
    Doubtful,
}

impl Distrust {
    const fn lasts(self) -> Duration {
        match self {
            Self::Lied => Duration::from_secs(600),
            Self::Stale | Self::Doubtful => Duration::from_secs(60),
        }
    }
}

/// What is known of an endpoint.
#[derive(Clone, Copy, Debug)]
struct Health {
    /// Not asked before.
    paused_until: Instant,
    /// Asked after the others before.
    distrusted_until: Instant,
    failures: u32,
    checked: bool,
}

/// The transport.
#[derive(Clone)]
pub(super) struct Fallback(Arc<Inner>);

struct Inner {
    endpoints: Vec<Endpoint>,
    health: Mutex<Vec<Health>>,
    chain_id: OnceLock<u64>,
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fallback").field(&self.0.endpoints).finish()
    }
}

impl Fallback {
    /// All endpoints must be of chain `chain_id`, or of the one that the first to answer is of.
    pub(super) fn new(endpoints: Vec<Endpoint>, chain_id: Option<u64>) -> Self {
        let now = Instant::now();
        let well = Health { paused_until: now, distrusted_until: now, failures: 0, checked: false };
        let health = Mutex::new(vec![well; endpoints.len()]);
        let chain_id = chain_id.map_or_else(OnceLock::new, OnceLock::from);
        Self(Arc::new(Inner { endpoints, health, chain_id }))
    }

    /// The endpoints.
    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.0.endpoints
    }

    fn health(&self) -> MutexGuard<'_, Vec<Health>> {
        // what is kept is advice: half a change of it does no harm
        self.0.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which endpoint is asked next, and when.
    fn next(&self) -> (usize, Instant) {
        let now = Instant::now();
        let health = self.health();
        let order = |(index, it): &(usize, &Health)| {
            (it.paused_until.max(now), it.distrusted_until.max(now), *index)
        };
        let best = health.iter().enumerate().min_by_key(order);
        best.map_or((0, now), |(index, health)| (index, health.paused_until.max(now)))
    }

    /// The endpoint that is asked now.
    pub(super) fn current(&self) -> usize {
        self.next().0
    }

    /// Its name.
    pub(super) fn name(&self, index: usize) -> &str {
        self.0.endpoints.get(index).map_or("none", Endpoint::name)
    }

    /// A provider of each endpoint but `index`, the most preferred first.
    pub(super) fn others(&self, index: usize) -> Vec<(usize, DynProvider)> {
        let now = Instant::now();
        let health = self.health().clone();
        let mut others: Vec<_> = health.iter().enumerate().filter(|(at, _)| *at != index).collect();
        others
            .sort_by_key(|(at, it)| (it.paused_until.max(now), it.distrusted_until.max(now), *at));
        others.into_iter().filter_map(|(at, _)| Some((at, self.provider(at)?))).collect()
    }

    /// A provider of endpoint `index` alone.
    fn provider(&self, index: usize) -> Option<DynProvider> {
        let client = RpcClient::new(self.0.endpoints.get(index)?.clone(), false);
        Some(ProviderBuilder::default().connect_client(client).erased())
    }

    /// Has the others asked before endpoint `index` for a while.
    pub(super) fn distrust(&self, index: usize, why: Distrust) {
        warn!(endpoint = self.name(index), ?why, "others are asked before this L1 endpoint");
        if let Some(health) = self.health().get_mut(index) {
            health.distrusted_until = Instant::now() + why.lasts();
        }
        self.tell(index, false);
    }

    fn tell(&self, index: usize, healthy: bool) {
        if let Some(endpoint) = self.0.endpoints.get(index) {
            endpoint.tell(healthy);
        }
    }

    /// Lets endpoint `index` pause after a failure, for as long as it said or longer from time to time.
    fn pause(&self, index: usize, error: &TransportError) {
        let mut all = self.health();
        let Some(health) = all.get_mut(index) else { return };
        let pause = FIRST_PAUSE.saturating_mul(1 << health.failures.min(16)).min(LONGEST_PAUSE);
        let pause = RateLimitRetryPolicy::default().backoff_hint(error).unwrap_or(pause);
        health.failures = health.failures.saturating_add(1);
        health.paused_until = Instant::now() + pause;
        let (endpoint, failures) = (self.name(index), health.failures);
        warn!(endpoint, %error, failures, ?pause, "an L1 endpoint failed");
        self.tell(index, false);
    }

    fn answered(&self, index: usize) {
        let distrusted = self.health().get_mut(index).is_some_and(|health| {
            health.failures = 0;
            health.distrusted_until > Instant::now()
        });
        self.tell(index, !distrusted);
    }

    /// Asks endpoint `index`, which must be of the right chain.
    async fn ask(
        &self,
        index: usize,
        request: RequestPacket,
    ) -> Result<ResponsePacket, TransportError> {
        let endpoint = self.0.endpoints.get(index);
        let mut endpoint = endpoint.ok_or_else(TransportErrorKind::backend_gone)?.clone();
        self.check(index).await?;
        endpoint.call(request).await
    }

    /// Checks the chain id of endpoint `index`, once.
    async fn check(&self, index: usize) -> Result<(), TransportError> {
        if self.health().get(index).is_some_and(|health| health.checked) {
            return Ok(());
        }
        let endpoint = self.0.endpoints.get(index).ok_or_else(TransportErrorKind::backend_gone)?;
        let client = RpcClient::new(endpoint.clone(), false);
        let got = client.request_noparams::<U64>("eth_chainId").await?.to::<u64>();
        let expected = *self.0.chain_id.get_or_init(|| got);
        if got == expected {
            if let Some(health) = self.health().get_mut(index) {
                health.checked = true;
            }
            return Ok(());
        }
        let other = OtherChain { endpoint: endpoint.name().to_owned(), got, expected };
        error!(endpoint = endpoint.name(), got, expected, "an L1 endpoint is of another chain");
        Err(TransportErrorKind::custom(other))
    }

    /// A block by the word of endpoint `index` alone, if it has it; how it answers counts.
    pub(super) async fn block_of(&self, index: usize, block: BlockNumberOrTag) -> Option<BlockRef> {
        let provider = self.provider(index)?;
        let answer = async {
            self.check(index).await?;
            provider.get_block_by_number(block).await
        };
        match answer.await {
            Ok(block) => {
                self.answered(index);
                let block = block.as_ref().map(checked)?;
                if block.is_none() {
                    self.distrust(index, Distrust::Lied);
                }
                block
            }
            Err(error) => {
                self.pause(index, &error);
                None
            }
        }
    }

    async fn request(self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let deadline = Instant::now() + PATIENCE;
        let mut attempts = ATTEMPTS_EACH * self.0.endpoints.len();
        loop {
            let (index, ready) = self.next();
            if ready > deadline {
                return Err(TransportErrorKind::custom(Paused));
            }
            sleep_until(ready).await;
            let error = match self.ask(index, request.clone()).await {
                Ok(answer) => {
                    self.answered(index);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.pause(index, &error);
            attempts = attempts.saturating_sub(1);
            // one that all refuse is not asked for again and again
            if attempts == 0 || self.next().1 > deadline {
                return Err(error);
            }
        }
    }
}

impl Service<RequestPacket> for Fallback {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        Box::pin(self.clone().request(request))
    }
}
