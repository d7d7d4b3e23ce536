//! The one signer type of the daemons: a key from a keystore file or a mnemonic.

mod ethers;

use std::path::{Path, PathBuf};

use ethers_signers::{LocalWallet, MnemonicBuilder, WalletError, coins_bip39::English};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use ethers::EthersSigner;

/// The key that signs.
pub type Key = EthersSigner;

/// Where a key comes from. Secrets are read from files, never from the command line.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum KeySource {
    /// An encrypted keystore file (Web3 Secret Storage, version 3).
    Keystore {
        /// The keystore.
        path: PathBuf,
        /// A file whose first line is the password.
        password_file: PathBuf,
    },
    /// A BIP-39 mnemonic and the index of the account under m/44'/60'/0'/0.
    Mnemonic {
        /// A file whose first line is the phrase.
        path: PathBuf,
        /// Account index.
        #[serde(default)]
        index: u32,
    },
}

/// Why a key could not be loaded. The secrets themselves never appear.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A secret file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// There is none.
    #[error("this takes a key, and the configuration has none")]
    None,
    /// The keystore or mnemonic does not give a key.
    #[error("no key from {path}: {source}")]
    Wallet {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: WalletError,
    },
}

impl KeyError {
    /// Whether trying again may help.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        false
    }
}

impl KeySource {
    /// Reads and decrypts the key.
    ///
    /// # Errors
    /// [`KeyError`] when a file is missing or the secret does not open it.
    pub fn load(&self) -> Result<Key, KeyError> {
        let wallet = |path: &Path, result: Result<LocalWallet, WalletError>| {
            result.map_err(|source| KeyError::Wallet { path: path.to_owned(), source })
        };
        let key = match self {
            Self::Keystore { path, password_file } => {
                let password = first_line(password_file)?;
                wallet(path, LocalWallet::decrypt_keystore(path, password))?
            }
            Self::Mnemonic { path, index } => {
                let phrase = first_line(path)?;
                let builder = MnemonicBuilder::<English>::default().phrase(phrase.as_str());
                wallet(path, builder.index(*index).and_then(|builder| builder.build()))?
            }
        };
        Ok(EthersSigner::new(key))
    }
}

fn first_line(path: &Path) -> Result<String, KeyError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy::{primitives::address, signers::Signer as _};

    use super::*;

    const PHRASE: &str = "test test test test test test test test test test test junk\n";

    fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_mnemonic_gives_the_well_known_development_accounts() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), "phrase", PHRASE);
        let at =
            |index| KeySource::Mnemonic { path: path.clone(), index }.load().unwrap().address();
        assert_eq!(at(0), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(at(1), address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"));
    }

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let dir = tempfile::tempdir().unwrap();
        let name = LocalWallet::encrypt_keystore(
            dir.path(),
            &mut ethers_core::rand::thread_rng(),
            [7; 32],
            "secret",
            Some("key.json"),
        );
        assert!(name.is_ok());
        let path = dir.path().join("key.json");
        let good = file(dir.path(), "good", "secret\n");
        let bad = file(dir.path(), "bad", "guess\n");
        let open = |password_file| KeySource::Keystore { path: path.clone(), password_file }.load();
        let expected = LocalWallet::from_bytes(&[7; 32]).unwrap();
        assert_eq!(open(good).unwrap().address().0.0, ethers_signers::Signer::address(&expected).0);
        assert!(matches!(open(bad), Err(KeyError::Wallet { .. })));
        assert!(matches!(open(dir.path().join("none")), Err(KeyError::Read { .. })));
    }
}
