//! Files that hold a secret.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Permissions of those who are neither the file's owner nor of its group.
const OTHERS: u32 = 0o007;

/// Why a secret is not read.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Everybody on the machine can open the file. A group may: credential stores of systemd and Kubernetes use one.
    #[error("{path} is a secret that others can open (mode {mode:03o}): chmod o= {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// The first line of a file that others cannot open.
pub(super) fn first_line(path: &Path) -> Result<String, SecretError> {
    let read = |source| SecretError::Io { path: path.to_owned(), source };
    let mode = std::fs::metadata(path).map_err(read)?.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    let text = std::fs::read_to_string(path).map_err(read)?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

/// Writes a secret that only its owner can open. What others could open before is closed to them first.
///
/// # Errors
/// [`SecretError::Io`] when the file cannot be written.
pub fn write(path: &Path, secret: &str) -> Result<(), SecretError> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let written = || {
        let mut file = std::fs::File::options()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(secret.as_bytes())
    };
    written().map_err(|source| SecretError::Io { path: path.to_owned(), source })
}
