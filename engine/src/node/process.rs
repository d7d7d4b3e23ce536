//! What a daemon has of the operating system: its arguments, its log, the signals that end it, and its exit code.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::{Args, builder::BoolishValueParser};
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{Subscriber, error};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt as _};

use super::{
    daemon::StartError,
    layers::{ConfigError, Layers},
};
use crate::telemetry::TelemetryError;

/// What both daemons take on the command line.
#[derive(Args, Clone, Debug, Default)]
pub struct Arguments {
    /// Where the configuration comes from.
    #[command(flatten)]
    pub layers: Layers,
    /// Prints the configuration that is in force, and exits. Of URLs only the host is shown.
    #[arg(long)]
    pub print_config: bool,
    /// Checks the configuration, the key, the deployment, L1 and the contracts there, and exits. Nothing is signed.
    #[arg(long, conflicts_with = "print_config")]
    pub check: bool,
    /// Log lines as JSON.
    #[arg(long, env = "SURETY_LOG_JSON", value_parser = BoolishValueParser::new())]
    pub log_json: bool,
}

/// Why a daemon ended.
#[derive(Debug, Error)]
pub enum Failure {
    /// Its configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// What it tells of itself cannot be served.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// A service of its seat failed.
    #[error(transparent)]
    Service(Box<dyn std::error::Error + Send + Sync>),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

impl Failure {
    /// A service of the daemon's seat failed.
    pub fn service(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Service(error.into())
    }

    /// The exit code of a daemon that ends for this reason: 2 when its configuration or key has to be changed first, 3 when
    /// the deployment is not one to play in, 1 for what starting again may cure.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Start(error) => error.code(),
            Self::Telemetry(_) | Self::Service(_) | Self::System(_) => 1,
        }
    }
}

/// Says why a daemon ended, and with which code it exits.
#[must_use]
pub fn exit(ended: Result<(), Failure>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!(%failure, code = failure.code(), "ended");
            ExitCode::from(failure.code())
        }
    }
}

/// A daemon's log on standard error, as JSON or for people; `RUST_LOG` chooses what, else everything from `info` on.
pub fn init_tracing(json: bool) {
    init_tracing_of("info", json);
}

/// The same with what `unless_chosen` says, in the format of `RUST_LOG`, where that chooses nothing.
pub fn init_tracing_of(unless_chosen: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(unless_chosen));
    if json {
        json_log(filter, std::io::stderr).init();
    } else {
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        log.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
}

/// One object a line: `timestamp`, `level`, `target`, `message`, and the event's own fields beside them.
fn json_log(
    filter: EnvFilter,
    writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .finish()
}

/// Resolves at SIGINT or SIGTERM.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn shutdown() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs::File, sync::Mutex};

    use serde_json::Value;

    use super::*;
    use crate::telemetry::alarm::Alarm;

    #[test]
    fn a_line_of_the_json_log_is_an_object_with_the_documented_fields() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = json_log(EnvFilter::new("info"), Mutex::new(File::create(&path).unwrap()));
        tracing::subscriber::with_default(log, || {
            let claim = alloy_primitives::B256::repeat_byte(7);
            error!(alarm = Alarm::WrongClaim.code(), %claim, "claim is wrong");
            tracing::debug!("not at this level");
        });
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 1);
        let line: Value = serde_json::from_str(&text).unwrap();
        let field = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
        assert_eq!((field("level"), field("message")), ("ERROR", "claim is wrong"));
        assert_eq!((field("alarm"), field("claim").len()), ("wrong_claim", 66));
        assert!(field("timestamp").ends_with('Z') && field("target").starts_with("surety_engine"));
    }
}
