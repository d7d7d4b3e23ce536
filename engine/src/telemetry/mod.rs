//! What a running daemon tells the outside: metrics for Prometheus, whether it is alive and ready, and its alarms.
//!
//! Every metric is a constant of [`names`]; whoever has something to count calls it, and nothing happens unless a recorder
//! is installed. This room knows nothing of L1, L2 or disputes: `node::record` tells it what a round has found.

pub mod alarm;
mod health;
mod metric;
pub mod names;
mod server;

#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

pub use health::{Health, NotReady, Readiness, Standing};
pub use metric::{Counter, Description, Gauge, Histogram, Kind, Label, Unit};
pub use server::{Telemetry, TelemetryConfig, TelemetryError};

/// Seconds since 1970, as gauges have them.
#[must_use]
pub fn unix_time(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
