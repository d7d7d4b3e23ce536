//! One L1 endpoint: its connection, how often it is asked, and how long it may take.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use alloy::{
    providers::WsConnect,
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket, RpcError},
    },
    transports::{
        HttpError, TransportError, TransportErrorKind, TransportFut,
        http::reqwest::{self, Url},
        layers::{RateLimitRetryPolicy, RetryPolicy as _},
    },
};
use metrics::SharedString;
use thiserror::Error;
use tokio::time::{Instant, sleep_until, timeout};
use tower::Service;

use super::{
    client::L1Error,
    settings::{L1Settings, name},
};
use crate::telemetry::names;

/// An endpoint that took too long.
#[derive(Debug, Error)]
#[error("no answer within {} s", .0.as_secs_f32())]
struct TimedOut(Duration);

/// A connection to one L1 node, made when it is first used and again when it breaks.
#[derive(Clone)]
pub(super) struct Endpoint(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    link: Link,
    pace: Pace,
    timeout: Duration,
}

enum Link {
    Http(RpcClient),
    WebSocket { url: Url, connection: tokio::sync::Mutex<Option<RpcClient>> },
}

// the URL may hold a key
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.0.name).finish()
    }
}

impl Endpoint {
    /// The endpoint at `url`; nothing is asked yet.
    pub(super) fn new(url: &str, settings: &L1Settings) -> Result<Self, L1Error> {
        let parsed = url.parse::<Url>().ok().filter(|url| !url.cannot_be_a_base());
        let url = parsed.ok_or(L1Error::Endpoint("it is not a URL"))?;
        let name = name(&url);
        let link = match url.scheme() {
            "http" | "https" => Link::Http(RpcClient::new_http(url)),
            "ws" | "wss" => Link::WebSocket { url, connection: tokio::sync::Mutex::default() },
            _ => return Err(L1Error::Endpoint("its scheme is not http, https, ws or wss")),
        };
        let (name, pace) = (name.into(), Pace::new(settings.requests_per_second));
        Ok(Self(Arc::new(Inner { name, link, pace, timeout: settings.timeout() })))
    }

    /// Its host, for logs.
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    fn label(&self) -> SharedString {
        SharedString::from_shared(Arc::clone(&self.0.name))
    }

    /// Says whether it is of use.
    pub(super) fn tell(&self, healthy: bool) {
        names::L1_ENDPOINT_HEALTHY.with([self.label()]).set(f64::from(healthy));
    }

    /// Whether it tells of new heads by itself.
    pub(super) fn announces_heads(&self) -> bool {
        matches!(self.0.link, Link::WebSocket { .. })
    }

    /// The connection, made anew if there is none.
    pub(super) async fn connection(&self) -> Result<RpcClient, TransportError> {
        match &self.0.link {
            Link::Http(client) => Ok(client.clone()),
            Link::WebSocket { url, connection } => {
                let mut connection = connection.lock().await;
                if let Some(client) = &*connection {
                    return Ok(client.clone());
                }
                // one attempt to reconnect is the connection's own; after it, the next request makes another
                let connect = WsConnect::new(url.as_str()).with_max_retries(1);
                let client = RpcClient::builder().ws(connect).await?;
                Ok(connection.insert(client).clone())
            }
        }
    }

    /// Gives up a connection that does not work.
    pub(super) async fn disconnect(&self) {
        if let Link::WebSocket { connection, .. } = &self.0.link {
            connection.lock().await.take();
        }
    }

    async fn request(self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        self.0.pace.turn().await;
        let began = Instant::now();
        let answer = timeout(self.0.timeout, async {
            let mut transport = self.connection().await?.transport().clone();
            transport.call(request).await
        });
        let answer = match answer.await {
            Ok(answer) => answer.map_err(without_url),
            Err(_) => Err(TransportErrorKind::custom(TimedOut(self.0.timeout))),
        };
        if answer.is_err() {
            self.disconnect().await;
        }
        // a node that is too busy may say so in an answer
        let answer = match answer {
            Ok(packet) => match packet.as_error().cloned().map(TransportError::ErrorResp) {
                Some(error) if RateLimitRetryPolicy::default().should_retry(&error) => Err(error),
                _ => Ok(packet),
            },
            error => error,
        };
        let outcome = outcome(&answer);
        names::L1_REQUESTS.with([self.label(), outcome.into()]).increment(1);
        if outcome != "failed" {
            names::L1_REQUEST_SECONDS.with([self.label()]).record(began.elapsed());
        }
        answer
    }
}

/// How a request ended, as the metric has it.
fn outcome(answer: &Result<ResponsePacket, TransportError>) -> &'static str {
    match answer {
        Ok(packet) if packet.as_error().is_none() => "ok",
        Ok(_) => "refused",
        Err(RpcError::ErrorResp(_)) => "limited",
        Err(RpcError::Transport(error))
            if error.as_http_error().is_some_and(HttpError::is_rate_limit_err) =>
        {
            "limited"
        }
        Err(_) => "failed",
    }
}

/// The error without the URL that it may name.
fn without_url(error: TransportError) -> TransportError {
    match error {
        RpcError::Transport(TransportErrorKind::Custom(source)) => {
            match source.downcast::<reqwest::Error>() {
                Ok(source) => TransportErrorKind::custom(source.without_url()),
                Err(source) => RpcError::Transport(TransportErrorKind::Custom(source)),
            }
        }
        error => error,
    }
}

impl Service<RequestPacket> for Endpoint {
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

/// A limit of requests a second: what was not used in the last second may be used at once.
struct Pace {
    interval: Option<Duration>,
    next: Mutex<Instant>,
}

impl Pace {
    const BURST: Duration = Duration::from_secs(1);

    fn new(requests_per_second: u32) -> Self {
        let interval = Duration::from_secs(1).checked_div(requests_per_second);
        let now = Instant::now();
        Self { interval, next: Mutex::new(now.checked_sub(Self::BURST).unwrap_or(now)) }
    }

    async fn turn(&self) {
        if let Some(at) = self.place(Instant::now()) {
            sleep_until(at).await;
        }
    }

    /// When a request that comes `now` may be sent; `None`: at once, without a limit.
    fn place(&self, now: Instant) -> Option<Instant> {
        let interval = self.interval?;
        // it is one number, replaced whole
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(Self::BURST.saturating_sub(interval)).unwrap_or(now);
        let at = (*next).max(earliest);
        *next = at + interval;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_endpoint_is_not_repeated() {
        for url in ["l1.example/v3/secret", "l1.example:443/secret", "ftp://l1.example/secret"] {
            let error = Endpoint::new(url, &L1Settings::default()).err();
            assert!(matches!(error, Some(L1Error::Endpoint(_))), "{url}");
            let told = error.map(|error| format!("{error} {error:?}")).unwrap_or_default();
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn no_more_than_the_limit_is_asked_in_a_second() {
        let (pace, now) = (Pace::new(50), Instant::now() + Duration::from_secs(10));
        for _ in 0..50 {
            assert!(pace.place(now) <= Some(now), "a second's worth at once");
        }
        let interval = Duration::from_millis(20);
        for number in 1..=25 {
            assert_eq!(pace.place(now), Some(now + interval * number));
        }
        // a pause earns no more than a second's worth
        let later = now + Duration::from_secs(3_600);
        let at_once = (0..60).filter(|_| pace.place(later) <= Some(later)).count();
        assert_eq!(at_once, 50);
        assert_eq!(Pace::new(0).place(now), None);
    }
}
