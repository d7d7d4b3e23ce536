//! What a daemon has of the operating system: its configuration file, its log, and the signals that end it.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A configuration file that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is not what the daemon takes.
    #[error("{path}: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// The cause, with its place in the file.
        source: Box<toml::de::Error>,
    },
}

/// Reads a configuration file in TOML.
///
/// # Errors
/// [`ConfigError`].
pub fn read_config<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|source| ConfigError::Toml { path: path.to_owned(), source: Box::new(source) })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::node::daemon::DaemonConfig;

    #[test]
    fn a_file_that_is_missing_or_no_configuration_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daemon.toml");
        let missing = read_config::<DaemonConfig>(&path).unwrap_err();
        assert!(matches!(missing, ConfigError::Io { .. }));
        std::fs::write(&path, "[node]\nl1 = 5\n").unwrap();
        let wrong = read_config::<DaemonConfig>(&path).unwrap_err();
        assert!(matches!(wrong, ConfigError::Toml { .. }));
        for error in [missing, wrong] {
            assert!(error.to_string().contains("daemon.toml"), "{error}");
        }
    }
}
