//! Which web pages a browser lets talk to the server.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use jsonrpsee::server::{HttpBody, HttpRequest, HttpResponse};
use tower::{BoxError, Layer, Service};

/// Answers browsers' questions about origins ([CORS](https://fetch.spec.whatwg.org/#http-cors-protocol)), and keeps pages
/// of other origins from opening a WebSocket, about which browsers do not ask.
#[derive(Clone, Debug)]
pub(crate) struct CorsLayer {
    origins: Arc<[String]>,
}

impl CorsLayer {
    /// Lets pages of these origins in; `*` is all of them.
    pub(crate) fn new(origins: &[String]) -> Self {
        Self { origins: origins.into() }
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        Cors { inner, origins: Arc::clone(&self.origins) }
    }
}

/// See [`CorsLayer`].
#[derive(Clone, Debug)]
pub(crate) struct Cors<S> {
    inner: S,
    origins: Arc<[String]>,
}

impl<S> Cors<S> {
    fn allows(&self, origin: &[u8]) -> bool {
        self.origins.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin)
    }
}

impl<S, B> Service<HttpRequest<B>> for Cors<S>
where
    S: Service<HttpRequest<B>, Response = HttpResponse>,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
{
    type Response = HttpResponse;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest<B>) -> Self::Future {
        let headers = request.headers();
        // programs other than browsers have no origin
        let Some(origin) = headers.get("origin").cloned() else {
            let response = self.inner.call(request);
            return Box::pin(async { response.await.map_err(Into::into) });
        };
        let allowed = self.allows(origin.as_bytes());
        if request.method().as_str() == "OPTIONS" {
            let preflight = HttpResponse::builder().status(204);
            let preflight = if allowed {
                preflight
                    .header("access-control-allow-origin", origin)
                    .header("access-control-allow-methods", "POST")
                    .header("access-control-allow-headers", "content-type")
                    .header("access-control-max-age", "86400")
                    .header("vary", "origin")
            } else {
                preflight
            };
            return Box::pin(async { Ok(preflight.body(HttpBody::empty())?) });
        }
        if !allowed && headers.contains_key("upgrade") {
            let refused = HttpResponse::builder().status(403).body(HttpBody::empty());
            return Box::pin(async { Ok(refused?) });
        }
        let response = self.inner.call(request);
        Box::pin(async move {
            let mut response = response.await.map_err(Into::into)?;
            if allowed {
                response.headers_mut().insert("access-control-allow-origin", origin);
            }
            Ok(response)
        })
    }
}
