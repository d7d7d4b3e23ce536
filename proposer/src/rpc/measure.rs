//! Counts and times each call.

use std::{sync::Arc, time::Instant};

use jsonrpsee::{
    core::{
        middleware::{Batch, BatchEntry, Notification, RpcServiceT},
        server::BatchResponseBuilder,
    },
    server::MethodResponse,
    types::{
        ErrorObject, Request,
        error::{INTERNAL_ERROR_CODE, METHOD_NOT_FOUND_CODE},
    },
};
use surety_engine::telemetry::names::{RPC_CONNECTIONS, RPC_REQUESTS, RPC_SECONDS};
use tower::Layer;

/// Measures what goes through a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MeasureLayer {
    /// Bytes of an answer to a batch at most.
    pub(crate) max_response_bytes: u32,
}

/// See [`MeasureLayer`].
#[derive(Clone, Debug)]
pub(crate) struct Measure<S> {
    inner: S,
    max_response_bytes: u32,
    _connection: Arc<Connection>,
}

/// A connection that is open.
#[derive(Debug)]
struct Connection;

impl Connection {
    fn open() -> Self {
        RPC_CONNECTIONS.with::<&str>([]).increment(1);
        Self
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        RPC_CONNECTIONS.with::<&str>([]).decrement(1);
    }
}

impl<S> Layer<S> for MeasureLayer {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        let _connection = Arc::new(Connection::open());
        Measure { inner, max_response_bytes: self.max_response_bytes, _connection }
    }
}

impl<S> RpcServiceT for Measure<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let inner = self.inner.clone();
        async move {
            let start = Instant::now();
            let (id, method) = (request.id.clone().into_owned(), request.method.to_string());
            let mut response = inner.call(request).await;
            let code = response.as_error_code();
            // a subscription that was asked for over HTTP
            if code == Some(INTERNAL_ERROR_CODE) && method.ends_with("subscribe") {
                let message = "notifications not supported";
                let error = ErrorObject::borrowed(METHOD_NOT_FOUND_CODE, message, None);
                response = MethodResponse::error(id, error);
            }
            // a caller can name anything, and a metric's labels stay
            let known = code != Some(METHOD_NOT_FOUND_CODE);
            let method = if known { method } else { "unknown".to_owned() };
            let outcome = if code.is_none() { "ok" } else { "error" };
            RPC_REQUESTS.with([method.clone(), outcome.to_owned()]).increment(1);
            RPC_SECONDS.with([method]).record(start.elapsed());
            response
        }
    }

    /// As the inner service does it, but through [`call`](Self::call).
    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            let mut responses =
                BatchResponseBuilder::new_with_limit(this.max_response_bytes as usize);
            let mut notified = false;
            for entry in batch {
                let response = match entry {
                    Ok(BatchEntry::Call(request)) => this.call(request).await,
                    Ok(BatchEntry::Notification(notification)) => {
                        notified = true;
                        this.notification(notification).await;
                        continue;
                    }
                    Err(error) => {
                        let (error, id) = error.into_parts();
                        MethodResponse::error(id, error)
                    }
                };
                if let Err(too_big) = responses.append(response) {
                    return too_big;
                }
            }
            if notified && responses.is_empty() {
                return MethodResponse::notification();
            }
            MethodResponse::from_batch(responses.finish())
        }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}
