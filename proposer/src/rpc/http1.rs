//! HTTP/1.1 alone: its answers come one after the other, and who resets one resets the connection.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use jsonrpsee::server::{HttpBody, HttpRequest, HttpResponse};
use tower::{BoxError, Layer, Service};

/// Refuses HTTP/2: bytes of an answer that was given up are never written, so that nobody could tell how many wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Http1Layer;

impl<S> Layer<S> for Http1Layer {
    type Service = Http1<S>;

    fn layer(&self, inner: S) -> Http1<S> {
        Http1 { inner }
    }
}

/// See [`Http1Layer`].
#[derive(Clone, Debug)]
pub(crate) struct Http1<S> {
    inner: S,
}

impl<S, B> Service<HttpRequest<B>> for Http1<S>
where
    S: Service<HttpRequest<B>, Response = HttpResponse, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = HttpResponse;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest<B>) -> Self::Future {
        let http1 = HttpRequest::new(()).version();
        if request.version() > http1 {
            let refused = HttpResponse::builder().status(505).body(HttpBody::empty());
            return Box::pin(async { Ok(refused?) });
        }
        Box::pin(self.inner.call(request))
    }
}
