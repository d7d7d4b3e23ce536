//! Which L1, which rollup and whose key: by files, the environment and flags like a daemon's, of which most commands need parts.

use std::path::PathBuf;

use alloy::primitives::Address;
use clap::Args;
use eyre::WrapErr as _;
use surety_engine::{
    l1::{
        client::L1Client,
        send::{LaneConfig, LaneSettings},
        settings::Endpoints,
        signer::{Key, KeySource},
    },
    node::{
        daemon::DaemonConfig,
        deployment::Deployment,
        layers::{ConfigError, Layers},
    },
};

use crate::terminal::failure::{Advise as _, Usage};

/// What to say when no L1 is named.
const WHICH_L1: &str = "give --l1 URL, set SURETY_NODE__L1, or name a configuration with --config";
/// What a node takes that nobody has configured.
const DEFAULTS: [(&str, &str); 4] = [
    ("node.deployment", "deployment.json"),
    ("node.store", "store"),
    ("node.genesis.kind", "geth"),
    ("node.genesis.path", "genesis.json"),
];

/// Which L1 and which rollup.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) layers: Layers,
}

/// Whose key, unless the configuration's. Secrets are read from files, never from the command line.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KeyArguments {
    /// An encrypted keystore (Web3 Secret Storage, version 3) instead of the configuration's key.
    #[arg(long, value_name = "FILE", requires = "password_file")]
    keystore: Option<PathBuf>,
    /// A file whose first line is the keystore's password.
    #[arg(long, value_name = "FILE", requires = "keystore")]
    password_file: Option<PathBuf>,
    /// A file whose first line is a BIP-39 mnemonic, instead of the configuration's key.
    #[arg(long, value_name = "FILE", conflicts_with = "keystore")]
    mnemonic_file: Option<PathBuf>,
    /// Which account of the mnemonic: the index under m/44'/60'/0'/0.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "mnemonic_file")]
    key_index: u32,
}

impl Place {
    /// Where the deployment file is.
    pub(crate) fn deployment_file(&self) -> eyre::Result<PathBuf> {
        let named = self.layers.part("node.deployment")?;
        Ok(named.unwrap_or_else(|| PathBuf::from("deployment.json")))
    }

    /// The deployment file.
    pub(crate) fn deployment(&self) -> eyre::Result<Deployment> {
        Ok(Deployment::read(&self.deployment_file()?)?)
    }

    /// The configuration of a node of one's own, like a daemon's; files that are not named are those of this directory.
    pub(crate) fn daemon(&self) -> eyre::Result<DaemonConfig> {
        self.l1()?;
        Ok(self.settings()?)
    }

    /// The same for a daemon, which wants nothing but its configuration.
    pub(crate) fn settings(&self) -> Result<DaemonConfig, ConfigError> {
        self.layers.shared_or(&DEFAULTS)
    }

    fn l1(&self) -> eyre::Result<Endpoints> {
        let endpoints = self.layers.part("node.l1")?;
        endpoints.ok_or_else(|| Usage("which L1?".to_owned())).advise(|| WHICH_L1)
    }

    /// A connection to L1, which must be the deployment's, if there is one yet.
    pub(crate) async fn connect(&self, chain_id: Option<u64>) -> eyre::Result<L1Client> {
        let (endpoints, settings) = (self.l1()?, self.layers.part("node.l1_settings")?);
        let l1 = L1Client::connect_with(endpoints, chain_id, settings.unwrap_or_default());
        l1.await.wrap_err("connecting to L1")
    }

    /// How a key's transactions are sent.
    pub(crate) fn lane(&self) -> eyre::Result<LaneSettings> {
        let lane = self.layers.part::<LaneConfig>("lane")?.unwrap_or_default();
        Ok((&lane).into())
    }
}

impl KeyArguments {
    /// The key that the flags name, if they name one.
    pub(crate) fn named(&self) -> Option<KeySource> {
        match (&self.keystore, &self.password_file, &self.mnemonic_file) {
            (Some(path), Some(password_file), _) => Some(KeySource::Keystore {
                path: path.clone(),
                password_file: password_file.clone(),
            }),
            (_, _, Some(path)) => {
                Some(KeySource::Mnemonic { path: path.clone(), index: self.key_index })
            }
            _ => None,
        }
    }

    fn source(&self, place: &Place) -> eyre::Result<Option<KeySource>> {
        match self.named() {
            Some(source) => Ok(Some(source)),
            None => Ok(place.layers.part("key")?),
        }
    }

    /// The key, which must be named.
    pub(crate) fn load(&self, place: &Place) -> eyre::Result<Key> {
        let source = self.source(place)?.ok_or_else(|| Usage("whose key?".to_owned()));
        let source = source.advise(|| {
            "give --keystore FILE --password-file FILE, --mnemonic-file FILE, or --config with a [key]"
        })?;
        Ok(source.load()?)
    }

    /// The address of the key, if one is named.
    pub(crate) fn address(&self, place: &Place) -> eyre::Result<Option<Address>> {
        let key = self.source(place)?.map(|source| source.load()).transpose()?;
        Ok(key.map(|key| alloy::signers::Signer::address(&key)))
    }
}
