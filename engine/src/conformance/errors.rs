//! Names for what a contract reverts with.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::json_abi::JsonAbi;
use alloy_primitives::{Selector, hex};
use serde::Deserialize;

/// The errors that compiled contracts declare.
#[derive(Clone, Debug, Default)]
pub struct ErrorNames(BTreeMap<Selector, String>);

#[derive(Deserialize)]
struct Artifact {
    abi: JsonAbi,
}

impl ErrorNames {
    /// Those of the artifacts below `out`; what cannot be read names nothing.
    #[must_use]
    pub fn read(out: &Path) -> Self {
        let mut names = BTreeMap::new();
        for directory in entries(out) {
            for file in entries(&directory) {
                let Ok(text) = fs::read(&file) else { continue };
                let Ok(Artifact { abi }) = serde_json::from_slice(&text) else { continue };
                let errors = abi.errors.into_values().flatten();
                names.extend(errors.map(|error| (error.selector(), error.signature())));
            }
        }
        Self(names)
    }

    /// Revert data as its error's signature and the arguments' bytes.
    #[must_use]
    pub fn describe(&self, data: &[u8]) -> String {
        let name =
            data.first_chunk::<4>().and_then(|selector| self.0.get(&Selector::from(*selector)));
        match (name, data.get(4..)) {
            (Some(name), Some([])) => name.clone(),
            (Some(name), Some(arguments)) => format!("{name} {}", hex::encode(arguments)),
            _ => format!("0x{}", hex::encode(data)),
        }
    }
}

fn entries(path: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path()))
}
