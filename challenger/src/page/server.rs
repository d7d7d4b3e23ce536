//! The server of the page.

use std::net::SocketAddr;

use axum::{Router, middleware, routing::get};
use serde::{Deserialize, Serialize};
use surety_engine::{node::feed::Reports, telemetry::Health};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle};
use tracing::{error, info};

use super::{
    assets,
    guard::{Hosts, guard},
    live::{self, Source},
};

/// Where the page is shown.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct PageConfig {
    /// Address of the page; absent: there is none.
    pub listen: Option<SocketAddr>,
    /// Further names, with their ports, under which it is asked for, as behind a proxy: `watch.example.org`.
    pub hosts: Vec<String>,
}

/// Why there is no page.
#[derive(Debug, Error)]
#[error("the page on {address}: {source}")]
pub struct PageError {
    address: SocketAddr,
    source: std::io::Error,
}

/// A page that is served until this is dropped.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Served {
    /// Where.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves the page that shows `reports`, if it is wanted.
///
/// # Errors
/// [`PageError`] when the address cannot be listened on.
pub async fn serve(
    config: &PageConfig,
    reports: Reports,
    health: Health,
) -> Result<Option<Served>, PageError> {
    let Some(address) = config.listen else { return Ok(None) };
    let fail = |source| PageError { address, source };
    let listener = TcpListener::bind(address).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let router = router(address, &config.hosts, reports, health);
    info!(page = %format_args!("http://{address}/"), "the watchtower page is served");
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            error!(%error, "the watchtower page has ended");
        }
    });
    Ok(Some(Served { address, server }))
}

/// All that is served at `address`.
pub fn router(address: SocketAddr, names: &[String], reports: Reports, health: Health) -> Router {
    let api = Router::new()
        .route("/api/status", get(live::status))
        .route("/api/events", get(live::events))
        .route("/api/live", get(live::live))
        .with_state(Source::new(reports, health));
    let hosts = Hosts::new(address, names);
    assets::router().merge(api).layer(middleware::from_fn_with_state(hosts, guard))
}
