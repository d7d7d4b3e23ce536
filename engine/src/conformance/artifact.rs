//! What forge writes about a contract: creation code with places for libraries, and its errors' names.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use alloy::json_abi::JsonAbi;
use alloy_primitives::{Address, Selector, hex};
use serde::Deserialize;

/// An artifact cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// It cannot be read.
    #[error("{}: run forge build", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what forge writes.
    #[error("{}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The creation code is not hexadecimal.
    #[error("creation code of {name}")]
    Code {
        /// The contract.
        name: String,
        /// Why.
        source: hex::FromHexError,
    },
}

#[derive(Debug, Deserialize)]
struct Json {
    abi: JsonAbi,
    bytecode: Bytecode,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bytecode {
    object: String,
    link_references: BTreeMap<PathBuf, BTreeMap<String, Vec<Place>>>,
}

#[derive(Debug, Deserialize)]
struct Place {
    start: usize,
}

/// A contract as forge compiled it.
#[derive(Debug)]
pub struct Artifact {
    name: String,
    bytecode: Bytecode,
}

impl Artifact {
    /// Reads `<out>/<name>.sol/<name>.json`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    pub fn read(out: &Path, name: &str) -> Result<Self, ArtifactError> {
        let json = read(&out.join(format!("{name}.sol")).join(format!("{name}.json")))?;
        Ok(Self { name: name.to_owned(), bytecode: json.bytecode })
    }

    /// The libraries that it must be linked with.
    pub fn libraries(&self) -> impl Iterator<Item = &str> {
        self.bytecode.link_references.values().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The creation code, linked with `libraries`.
    ///
    /// # Errors
    /// [`ArtifactError::Code`], also when a library is missing.
    pub fn creation_code(
        &self,
        libraries: &BTreeMap<String, Address>,
    ) -> Result<Vec<u8>, ArtifactError> {
        let mut code = self.bytecode.object.trim_start_matches("0x").to_owned();
        for (library, places) in self.bytecode.link_references.values().flatten() {
            let Some(address) = libraries.get(library) else { continue };
            for start in places.iter().map(|place| 2 * place.start) {
                if code.get(start..start + 40).is_some() {
                    code.replace_range(start..start + 40, &hex::encode(address));
                }
            }
        }
        hex::decode(code).map_err(|source| ArtifactError::Code { name: self.name.clone(), source })
    }
}

/// The signatures of all errors that the contracts in `out` declare.
///
/// # Errors
/// [`ArtifactError`].
pub fn error_signatures(out: &Path) -> Result<BTreeMap<Selector, String>, ArtifactError> {
    let mut signatures = BTreeMap::new();
    for directory in entries(out)? {
        if directory.extension().is_none_or(|extension| extension != "sol") {
            continue;
        }
        for file in entries(&directory)? {
            let errors = read(&file)?.abi.errors;
            for error in errors.into_values().flatten() {
                signatures.insert(error.selector(), error.signature());
            }
        }
    }
    Ok(signatures)
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, ArtifactError> {
    let error = |source| ArtifactError::Io { path: path.to_owned(), source };
    let entries = fs::read_dir(path).map_err(error)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(error)).collect()
}

fn read(path: &Path) -> Result<Json, ArtifactError> {
    let text =
        fs::read(path).map_err(|source| ArtifactError::Io { path: path.to_owned(), source })?;
    serde_json::from_slice(&text)
        .map_err(|source| ArtifactError::Json { path: path.to_owned(), source })
}
