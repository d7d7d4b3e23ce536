//! The HTTP server of a daemon: `/metrics`, `/health`, `/ready`, and whatever else it shows.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle, time};
use tracing::{error, info};

use super::{
    health::Health,
    metric::{Description, Kind},
    names,
};

/// How often histograms are taken in when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Where a daemon tells how it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Address of the server; absent: there is none, and nothing is recorded.
    pub listen: Option<SocketAddr>,
}

/// Why there is no telemetry.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The recorder cannot be installed: there is one already.
    #[error("metrics: {0}")]
    Recorder(#[from] BuildError),
    /// The address cannot be listened on.
    #[error("telemetry on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
}

/// A daemon's telemetry: its health, and the server if one is wanted.
#[derive(Debug)]
pub struct Telemetry {
    health: Health,
    server: Option<(SocketAddr, JoinHandle<()>)>,
}

impl Telemetry {
    /// Installs the recorder of the process and starts the server. Without an address there is neither.
    ///
    /// # Errors
    /// [`TelemetryError`].
    pub async fn start(
        program: &'static str,
        config: TelemetryConfig,
    ) -> Result<Self, TelemetryError> {
        Self::start_with(program, config, Router::new()).await
    }

    /// [`Telemetry::start`] with a server that shows `pages`, too.
    ///
    /// # Errors
    /// [`TelemetryError`].
    pub async fn start_with(
        program: &'static str,
        config: TelemetryConfig,
        pages: Router,
    ) -> Result<Self, TelemetryError> {
        let health = Health::default();
        let Some(address) = config.listen else { return Ok(Self { health, server: None }) };
        let handle = builder()?.install_recorder()?;
        describe(program);
        let listen = |source| TelemetryError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        info!(%address, "telemetry is served");
        let router = router(handle.clone(), health.clone()).merge(pages);
        let server = tokio::spawn(async move {
            let upkeep = async {
                loop {
                    time::sleep(UPKEEP).await;
                    handle.run_upkeep();
                }
            };
            tokio::select! {
                served = async { axum::serve(listener, router).await } => {
                    if let Err(error) = served {
                        error!(%error, "telemetry has ended");
                    }
                }
                () = upkeep => {}
            }
        });
        Ok(Self { health, server: Some((address, server)) })
    }

    /// The health to report to.
    #[must_use]
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// Where it is served.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.server.as_ref().map(|(address, _)| *address)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some((_, server)) = &self.server {
            server.abort();
        }
    }
}

/// A recorder with the buckets of our histograms.
pub(super) fn builder() -> Result<PrometheusBuilder, BuildError> {
    let histograms = names::ALL.iter().filter(|metric| metric.kind == Kind::Histogram);
    histograms.into_iter().try_fold(PrometheusBuilder::new(), |builder, metric| {
        let name = Matcher::Full(metric.name.to_owned());
        builder.set_buckets_for_metric(name, metric.unit.buckets())
    })
}

/// Tells the recorder what each metric means, and that counters are at 0.
pub(super) fn describe(program: &'static str) {
    for metric in names::ALL {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
        }
        if metric.kind == Kind::Counter {
            begin(metric);
        }
    }
    names::BUILD_INFO.with([program, env!("CARGO_PKG_VERSION")]).set(1);
    // a daemon that never comes to a complete round is one that alerts are about
    names::LAST_ROUND.set(0.0);
    Collector::default().describe();
}

/// Counts from 0 what can be counted: the first of something is then an increase, too.
fn begin(metric: &Description) {
    match metric.labels {
        [] => metrics::counter!(metric.name).absolute(0),
        [label] => {
            for value in label.values {
                let labels = vec![metrics::Label::new(label.name, *value)];
                metrics::counter!(metric.name, labels).absolute(0);
            }
        }
        _ => {}
    }
}

/// The pages that every daemon has.
pub(super) fn router(metrics: PrometheusHandle, health: Health) -> Router {
    let ready = health.clone();
    Router::new()
        .route("/health", get(|| async { "alive\n" }))
        .route("/ready", get(readiness).with_state(ready))
        .route("/metrics", get(scrape).with_state((metrics, health)))
}

async fn readiness(State(health): State<Health>) -> impl IntoResponse {
    let readiness = health.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

async fn scrape(State((metrics, health)): State<(PrometheusHandle, Health)>) -> impl IntoResponse {
    Collector::default().collect();
    names::READY.set(f64::from(u8::from(health.readiness().ready)));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}
