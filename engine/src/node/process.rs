//! What a daemon has of the operating system: its arguments, its log, the signals that end it, and its exit code.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::Args;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tracing::error;
use tracing_subscriber::EnvFilter;

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
    #[arg(long)]
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

/// Log to standard error, as JSON or for people; `RUST_LOG` chooses what, else everything from `info` on.
pub fn init_tracing(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        log.json().init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
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
