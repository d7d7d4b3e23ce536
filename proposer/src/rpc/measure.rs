//! Counts and times each call, and finds room for its answer.

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
use tokio::task::yield_now;
use tower::Layer;

use super::{
    connection::{Connection, Room},
    error::RpcError,
    turn,
};

/// Measures what goes through a connection.
#[derive(Clone, Debug)]
pub(crate) struct MeasureLayer {
    /// What has to take the answers.
    pub(crate) connection: Arc<Connection>,
    /// Bytes of an answer to a batch at most.
    pub(crate) max_response_bytes: u32,
}

/// See [`MeasureLayer`].
#[derive(Clone, Debug)]
pub(crate) struct Measure<S> {
    inner: S,
    connection: Arc<Connection>,
    max_response_bytes: u32,
    _open: Arc<Open>,
}

/// Counts as an open connection.
#[derive(Debug)]
struct Open;

impl Open {
    fn new() -> Self {
        RPC_CONNECTIONS.with::<&str>([]).increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        RPC_CONNECTIONS.with::<&str>([]).decrement(1);
    }
}

impl<S> Layer<S> for MeasureLayer {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        let Self { connection, max_response_bytes } = self.clone();
        Measure { inner, connection, max_response_bytes, _open: Arc::new(Open::new()) }
    }
}

impl<S> Measure<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse>,
{
    /// What a call gives, if `room` finds room for so many bytes, and that room.
    async fn answer<R: Default>(
        &self,
        mut request: Request<'_>,
        room: impl FnOnce(&Connection, usize) -> Result<R, RpcError> + Send,
    ) -> (MethodResponse, R) {
        let start = Instant::now();
        let (id, method) = (request.id.clone().into_owned(), request.method.to_string());
        // a subscription goes on after its call
        request.extensions_mut().insert(Arc::clone(&self.connection));
        let answer = turn::scope(async {
            let mut response = self.inner.call(request).await;
            // a subscription that was asked for over HTTP
            if response.as_error_code() == Some(INTERNAL_ERROR_CODE)
                && method.ends_with("subscribe")
            {
                let message = "notifications not supported";
                let error = ErrorObject::borrowed(METHOD_NOT_FOUND_CODE, message, None);
                response = MethodResponse::error(id.clone(), error);
            }
            match room(&self.connection, bytes(&response)) {
                Ok(room) => (response, room),
                Err(refused) => (MethodResponse::error(id, refused), R::default()),
            }
        });
        let (response, room) = answer.await;
        let code = response.as_error_code();
        // a caller can name anything, and a metric's labels stay
        let known = code != Some(METHOD_NOT_FOUND_CODE);
        let method = if known { method } else { "unknown".to_owned() };
        let outcome = if code.is_none() { "ok" } else { "error" };
        RPC_REQUESTS.with([method.clone(), outcome.to_owned()]).increment(1);
        RPC_SECONDS.with([method]).record(start.elapsed());
        (response, room)
    }
}

fn bytes(response: &MethodResponse) -> usize {
    response.as_json().get().len()
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
        let this = self.clone();
        async move {
            let _call = this.connection.call();
            let (response, room) = this.answer(request, Connection::room_of_answer).await;
            // a subscription has answered itself
            if !response.is_subscription() {
                this.connection.queue(bytes(&response), room);
            }
            response
        }
    }

    /// As the inner service does it, but through [`call`](Self::call).
    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            let _call = this.connection.call();
            let mut room: Option<Room> = None;
            let mut responses =
                BatchResponseBuilder::new_with_limit(this.max_response_bytes as usize);
            let mut notified = false;
            for entry in batch {
                // calls that wait for nothing leave the thread to others, too
                yield_now().await;
                let response = match entry {
                    Ok(BatchEntry::Call(request)) => {
                        let one = |connection: &Connection, bytes| connection.room(bytes).map(Some);
                        let (response, more) = this.answer(request, one).await;
                        match (&mut room, more) {
                            (Some(room), Some(more)) => room.merge(more),
                            (room, more) => *room = more.or(room.take()),
                        }
                        response
                    }
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
                    this.connection.queue(bytes(&too_big), None);
                    return too_big;
                }
            }
            if notified && responses.is_empty() {
                return MethodResponse::notification();
            }
            let response = MethodResponse::from_batch(responses.finish());
            this.connection.queue(bytes(&response), room);
            response
        }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use jsonrpsee::{ResponsePayload, types::Id};
    use tokio::task::yield_now;

    use super::{super::connection::Budget, *};

    const FULL: usize = 100_000;

    /// Answers at once with so many bytes.
    #[derive(Clone)]
    struct Ready(usize);

    impl RpcServiceT for Ready {
        type MethodResponse = MethodResponse;
        type NotificationResponse = MethodResponse;
        type BatchResponse = MethodResponse;

        fn call<'a>(
            &self,
            request: Request<'a>,
        ) -> impl Future<Output = MethodResponse> + Send + 'a {
            let answer = ResponsePayload::success("a".repeat(self.0));
            std::future::ready(MethodResponse::response(request.id, answer, FULL))
        }

        fn batch<'a>(&self, _: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
            std::future::ready(MethodResponse::notification())
        }

        fn notification<'a>(
            &self,
            _: Notification<'a>,
        ) -> impl Future<Output = MethodResponse> + Send + 'a {
            std::future::ready(MethodResponse::notification())
        }
    }

    fn measure(bytes: usize) -> Measure<Ready> {
        let connection = Connection::new(&Budget::new(FULL as u32));
        MeasureLayer { connection, max_response_bytes: 4 * FULL as u32 }.layer(Ready(bytes))
    }

    fn request() -> Request<'static> {
        Request::borrowed("eth_call", None, Id::Number(1))
    }

    #[tokio::test]
    async fn a_batch_leaves_the_thread_to_others() {
        let (measure, turns) = (measure(1), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&turns);
        let other = tokio::spawn(async move {
            loop {
                counted.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
        let calls = (0..1_000).map(|_| Ok(BatchEntry::Call(request()))).collect();
        assert!(measure.batch(Batch::from(calls)).await.is_success());
        other.abort();
        assert!(turns.load(Ordering::Relaxed) >= 1_000, "{turns:?}");
    }

    #[tokio::test]
    async fn an_answer_that_finds_no_room_is_refused_alone_and_in_a_batch() {
        let code = -32_005;
        let large = measure(FULL - 100);
        for _ in 0..4 {
            assert!(large.call(request()).await.is_success());
        }
        assert_eq!(large.call(request()).await.as_error_code(), Some(code));
        let batch = large.batch(Batch::from(vec![Ok(BatchEntry::Call(request()))])).await;
        assert!(batch.as_ref().contains(&code.to_string()), "{batch}");
        large.connection.taken(FULL);
        assert!(large.call(request()).await.is_success());

        let batch = measure(FULL - 100);
        for _ in 0..2 {
            let calls = (0..2).map(|_| Ok(BatchEntry::Call(request()))).collect();
            let answer = batch.batch(Batch::from(calls)).await;
            assert!(!answer.as_ref().contains(&code.to_string()), "{answer}");
        }
        assert_eq!(batch.call(request()).await.as_error_code(), Some(code), "all of it is counted");
    }
}
