//! The one signer type of the daemons: a key from a keystore file or a mnemonic, or one that a remote signer holds.

mod ethers;
mod remote;
mod secret;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    consensus::SignableTransaction,
    network::{TxSigner, impl_into_wallet},
    primitives::{Address, B256, ChainId, Signature},
    signers::{Error, Result as SignerResult, Signer, SignerSync as _, UnsupportedSignerOperation},
};
use async_trait::async_trait;
use ethers_signers::{LocalWallet, MnemonicBuilder, WalletError, coins_bip39::English};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::{ethers::EthersSigner, remote::RemoteSigner};
pub use self::{
    remote::RemoteError,
    secret::{SecretError, write as write_secret},
};

/// Where a key comes from. Secrets are read from files, never from the command line or the environment.
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
    /// A signer that speaks JSON-RPC: Web3Signer, Clef, op-signer.
    Remote {
        /// Its endpoint.
        url: String,
        /// Whose key it holds.
        address: Address,
        /// Milliseconds that it may take to sign.
        #[serde(default = "default_timeout")]
        timeout_ms: u64,
    },
}

const fn default_timeout() -> u64 {
    10_000
}

/// Why a key could not be loaded. The secrets themselves never appear.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A secret is not read.
    #[error(transparent)]
    Secret(#[from] SecretError),
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
    /// The remote signer is not there, or not the right one.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl KeyError {
    /// Whether time may cure it: it is not the configuration that is wrong. A remote signer may be starting, and what it says
    /// of itself until then means nothing.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Remote(error) => !matches!(error, RemoteError::Endpoint | RemoteError::NoKey(_)),
            Self::Secret(_) | Self::None | Self::Wallet { .. } => false,
        }
    }
}

/// Whether whoever holds the key could not be reached, so that it signs nothing else either.
#[must_use]
pub fn is_unreachable(error: &Error) -> bool {
    let Error::Other(error) = error else { return false };
    error.downcast_ref().is_some_and(|error| matches!(error, RemoteError::Transport(_)))
}

impl KeySource {
    /// Reads and decrypts the key. A remote signer is not asked yet: it may start later.
    ///
    /// # Errors
    /// [`KeyError`] when a file is missing or open to others, or the secret does not open it.
    pub fn load(&self) -> Result<Key, KeyError> {
        let wallet = |path: &Path, result: Result<LocalWallet, WalletError>| {
            let wallet =
                result.map_err(|source| KeyError::Wallet { path: path.to_owned(), source });
            wallet.map(|wallet| Holder::Local(EthersSigner::new(wallet)))
        };
        let holder = match self {
            Self::Keystore { path, password_file } => {
                let password = secret::first_line(password_file)?;
                wallet(path, LocalWallet::decrypt_keystore(path, password))?
            }
            Self::Mnemonic { path, index } => {
                let phrase = secret::first_line(path)?;
                let builder = MnemonicBuilder::<English>::default().phrase(phrase.as_str());
                wallet(path, builder.index(*index).and_then(|builder| builder.build()))?
            }
            Self::Remote { url, address, timeout_ms } => {
                let timeout = Duration::from_millis(*timeout_ms);
                Holder::Remote(RemoteSigner::new(url, *address, timeout)?)
            }
        };
        Ok(Key { holder, chain_id: None })
    }
}

/// A key that signs transactions, and nothing else.
///
/// The chain id, once set, is enforced on every transaction: a key for one chain never signs for another.
#[derive(Clone, Debug)]
pub struct Key {
    holder: Holder,
    chain_id: Option<ChainId>,
}

/// Who holds the secret.
#[derive(Clone, Debug)]
enum Holder {
    Local(EthersSigner),
    Remote(RemoteSigner),
}

impl Key {
    /// Whether whoever holds the key is there to sign with it.
    ///
    /// # Errors
    /// [`KeyError::Remote`].
    pub async fn check(&self) -> Result<(), KeyError> {
        match &self.holder {
            Holder::Local(_) => Ok(()),
            Holder::Remote(remote) => Ok(remote.check().await?),
        }
    }

    async fn sign(&self, tx: &dyn SignableTransaction<Signature>) -> SignerResult<Signature> {
        match &self.holder {
            Holder::Local(local) => local.sign_hash_sync(&tx.signature_hash()),
            Holder::Remote(remote) => remote.sign(tx).await.map_err(Error::other),
        }
    }
}

#[async_trait]
impl Signer for Key {
    /// A remote signer signs what it can read, so no bare hashes.
    async fn sign_hash(&self, hash: &B256) -> SignerResult<Signature> {
        match &self.holder {
            Holder::Local(local) => local.sign_hash_sync(hash),
            Holder::Remote(_) => {
                Err(Error::UnsupportedOperation(UnsupportedSignerOperation::SignHash))
            }
        }
    }

    fn address(&self) -> Address {
        match &self.holder {
            Holder::Local(local) => local.address(),
            Holder::Remote(remote) => remote.address(),
        }
    }

    fn chain_id(&self) -> Option<ChainId> {
        self.chain_id
    }

    fn set_chain_id(&mut self, chain_id: Option<ChainId>) {
        self.chain_id = chain_id;
    }
}

#[async_trait]
impl TxSigner<Signature> for Key {
    fn address(&self) -> Address {
        Signer::address(self)
    }

    async fn sign_transaction(
        &self,
        tx: &mut dyn SignableTransaction<Signature>,
    ) -> SignerResult<Signature> {
        if let Some(signer) = self.chain_id
            && !tx.set_chain_id_checked(signer)
        {
            let tx = tx.chain_id().unwrap_or_default();
            return Err(Error::TransactionChainIdMismatch { signer, tx });
        }
        self.sign(&*tx).await
    }
}

impl_into_wallet!(Key);
