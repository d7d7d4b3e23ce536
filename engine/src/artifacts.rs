//! Initcode of the contracts, as forge compiled them.

use std::path::{Path, PathBuf};

use alloy_primitives::{Bytes, hex};
use serde::Deserialize;
use thiserror::Error;

/// Why a contract's initcode is not there.
#[derive(Debug, Error)]
pub enum ArtifactError {
    /// The artifact cannot be read: the contracts are not compiled.
    #[error("{path}: {source} (compile the contracts first: scripts/setup)")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The artifact is not forge's JSON.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// The initcode is not hex: it refers to a library that is not linked.
    #[error("{path} holds no complete initcode")]
    Incomplete {
        /// The file.
        path: PathBuf,
    },
}

/// The directory that `forge build` writes.
#[derive(Clone, Debug)]
pub struct Artifacts {
    out: PathBuf,
}

#[derive(Deserialize)]
struct Artifact {
    bytecode: Bytecode,
}

#[derive(Deserialize)]
struct Bytecode {
    object: String,
}

impl Artifacts {
    /// The artifacts in `out`.
    #[must_use]
    pub fn new(out: impl AsRef<Path>) -> Self {
        Self { out: out.as_ref().to_owned() }
    }

    /// The initcode of `contract`, which is in the source file of its own name.
    ///
    /// # Errors
    /// [`ArtifactError`].
    pub fn initcode(&self, contract: &str) -> Result<Bytes, ArtifactError> {
        let path = self.out.join(format!("{contract}.sol")).join(format!("{contract}.json"));
        let text = std::fs::read(&path)
            .map_err(|source| ArtifactError::Io { path: path.clone(), source })?;
        let artifact: Artifact = serde_json::from_slice(&text)
            .map_err(|source| ArtifactError::Json { path: path.clone(), source })?;
        match hex::decode(&artifact.bytecode.object) {
            Ok(code) if !code.is_empty() => Ok(code.into()),
            _ => Err(ArtifactError::Incomplete { path }),
        }
    }
}
