//! A configuration out of files, the environment and flags, in this order: what comes later wins.
//!
//! `SURETY_NODE__POLL_MS=500` in the environment and `--set node.poll_ms=500` say what `poll_ms = 500` says in the file's
//! table `[node]`. Variables without `__` are not read: whoever runs programs in containers does not choose all of them.

use std::path::{Path, PathBuf};

use alloy::transports::http::reqwest::Url;
use clap::Args;
use figment::{
    Figment, Metadata, Profile, Provider,
    error::{Actual, Kind},
    providers::{Env, Serialized},
    value::{Dict, Map, UncasedStr, Value},
};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::daemon::DaemonConfig;

/// What variables of the environment begin with.
const PREFIX: &str = "SURETY_";
/// What stands between a table and its key in the name of a variable.
const SEPARATOR: &str = "__";
/// What is printed for the parts of a URL that may be secret.
const HIDDEN: &str = "...";
/// Keys of URLs: what stands there is taken for one even if it is malformed, as where its scheme was forgotten.
const URL_KEYS: [&str; 3] = ["l1", "urls", "url"];

/// Where a configuration comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct Layers {
    /// Configuration file (TOML). Given again, or several with colons between them: what a later one says wins.
    #[arg(long = "config", value_name = "FILE", env = "SURETY_CONFIG", value_delimiter = ':')]
    files: Vec<PathBuf>,
    /// JSON-RPC endpoint of an L1 node (`node.l1`). One with a key in it belongs in a file: others can see arguments.
    #[arg(long, value_name = "URL")]
    l1: Option<String>,
    /// The deployment file (`node.deployment`).
    #[arg(long, value_name = "FILE")]
    deployment: Option<String>,
    /// Directory of the store (`node.store`).
    #[arg(long, value_name = "DIRECTORY")]
    store: Option<String>,
    /// Any other key, such as `node.poll_ms=500`.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is not what the program takes.
    #[error("{place}: {reason}")]
    Invalid {
        /// The file or other layer, and the key.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A table that the program does not know.
    #[error("{place}: unknown key")]
    Unknown {
        /// The file or other layer, and the key.
        place: String,
    },
    /// It cannot be written down.
    #[error("the configuration cannot be printed: {0}")]
    Print(#[from] toml::ser::Error),
}

/// The configuration of a daemon: what every daemon has, and what is its seat's alone. Each is a struct of tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config<S> {
    /// What every daemon has.
    #[serde(flatten)]
    pub daemon: DaemonConfig,
    /// What is the seat's alone.
    #[serde(flatten)]
    pub seat: S,
}

impl<S: Serialize> Config<S> {
    /// The configuration as a file in TOML. Of a URL only its host is shown: user, path and query may be secret.
    ///
    /// # Errors
    /// [`ConfigError::Print`].
    pub fn print(&self) -> Result<String, ConfigError> {
        let mut table = toml::Value::try_from(self)?;
        hide(&mut table, false);
        Ok(toml::to_string_pretty(&table)?)
    }
}

impl Layers {
    /// The layers of one file and the environment.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        Self { files: vec![file.to_owned()], ..Self::default() }
    }

    /// What every daemon has; tables of other seats may be there and are not looked at.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn shared(&self) -> Result<DaemonConfig, ConfigError> {
        extract(&self.figment()?)
    }

    /// The whole configuration of a daemon, in which nothing is unknown.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read<S: Serialize + DeserializeOwned>(&self) -> Result<Config<S>, ConfigError> {
        let figment = self.figment()?;
        let config = Config { daemon: extract(&figment)?, seat: extract(&figment)? };
        let known = toml::Table::try_from(&config)?;
        let given: Dict = extract(&figment)?;
        match given.keys().find(|key| !known.contains_key(*key)) {
            Some(key) => {
                let place = place(figment.find_metadata(key), std::slice::from_ref(key));
                Err(ConfigError::Unknown { place })
            }
            None => Ok(config),
        }
    }

    /// What is said of one key, such as `node.l1`, for programs that need no more; none if nothing is.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn part<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        let figment = self.figment()?;
        match figment.find_value(key) {
            Ok(_) => Ok(Some(figment.extract_inner(key).map_err(invalid)?)),
            Err(error) if error.missing() => Ok(None),
            Err(error) => Err(invalid(error)),
        }
    }

    /// What every daemon has; where the layers say nothing of a key, its default says.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn shared_or(&self, defaults: &[(&str, &str)]) -> Result<DaemonConfig, ConfigError> {
        let below = defaults.iter().fold(Figment::new(), |figment, (key, value)| {
            figment.merge(Serialized::default(key, *value))
        });
        extract(&below.merge(self.figment()?))
    }

    fn figment(&self) -> Result<Figment, ConfigError> {
        let mut figment = Figment::new();
        for path in &self.files {
            figment = figment.merge(File::read(path)?);
        }
        let nested = |name: &UncasedStr| name.as_str().contains(SEPARATOR);
        figment = figment.merge(Env::prefixed(PREFIX).filter(nested).split(SEPARATOR));
        Ok(self.flags().fold(figment, Figment::merge))
    }

    fn flags(&self) -> impl Iterator<Item = Flag<'_>> {
        let Self { l1, deployment, store, .. } = self;
        let named = [("node.l1", l1), ("node.deployment", deployment), ("node.store", store)];
        let named = named.into_iter().filter_map(|(key, value)| {
            value.as_ref().map(|value| Flag { key, value: Value::from(value.clone()) })
        });
        let any = self.settings.iter().map(|(key, value)| {
            // never fails: what is nothing else is a string
            let value = value.parse().unwrap_or_else(|_| Value::from(value.clone()));
            Flag { key, value }
        });
        named.chain(any)
    }
}

/// A file that was read. figment's own provider takes a missing one for an empty one, and quotes lines in its errors: a line may
/// hold a key.
struct File<'a> {
    path: &'a Path,
    values: Dict,
}

impl<'a> File<'a> {
    fn read(path: &'a Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
        let values = toml::from_str(&text).map_err(|error| {
            let (line, column) = position(&text, error.span().unwrap_or_default().start);
            ConfigError::Invalid {
                place: path.display().to_string(),
                reason: format!("line {line}, column {column}: {}", error.message()),
            }
        })?;
        Ok(Self { path, values })
    }
}

impl Provider for File<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::from("file", self.path)
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// Line and column of the character that begins with this byte, both from 1.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// One key that a flag sets.
struct Flag<'a> {
    key: &'a str,
    value: Value,
}

impl Provider for Flag<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named("command line")
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        Serialized::default(self.key, &self.value).data()
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE is expected")?;
    let well_formed = key.split('.').all(|part| !part.is_empty());
    if well_formed { Ok((key.to_owned(), value.to_owned())) } else { Err("not a key".to_owned()) }
}

fn extract<T: DeserializeOwned>(figment: &Figment) -> Result<T, ConfigError> {
    figment.extract().map_err(invalid)
}

fn invalid(error: figment::Error) -> ConfigError {
    // text in the wrong place is not repeated: it may hold a key
    let reason = match &error.kind {
        Kind::InvalidType(Actual::Str(_), expected) => {
            format!("invalid type: found a string, expected {expected}")
        }
        Kind::InvalidValue(Actual::Str(_), expected) => {
            format!("invalid value: found a string, expected {expected}")
        }
        kind => kind.to_string(),
    };
    ConfigError::Invalid { place: place(error.metadata.as_ref(), &error.path), reason }
}

/// The layer that a value comes from, and the value's key.
fn place(metadata: Option<&Metadata>, path: &[String]) -> String {
    let layer = match metadata {
        Some(layer) => match layer.source.as_ref().and_then(figment::Source::file_path) {
            Some(file) => file.display().to_string(),
            None => layer.name.to_string(),
        },
        None => "configuration".to_owned(),
    };
    if path.is_empty() { layer } else { format!("{layer}: {}", path.join(".")) }
}

/// Leaves of every URL its scheme and host, and nothing of what should be a URL and is none.
fn hide(value: &mut toml::Value, is_url: bool) {
    match value {
        toml::Value::String(text) => match shown(text) {
            Some(shown) => *text = shown,
            None if is_url => HIDDEN.clone_into(text),
            None => {}
        },
        toml::Value::Array(values) => values.iter_mut().for_each(|value| hide(value, is_url)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                hide(value, is_url || URL_KEYS.contains(&key.as_str()));
            }
        }
        _ => {}
    }
}

/// What may be shown of a URL; none if it is not one.
fn shown(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let bare = url.path().len() <= 1 && url.query().is_none() && url.username().is_empty();
    let rest = if bare { String::new() } else { format!("/{HIDDEN}") };
    Some(format!("{}://{host}{port}{rest}", url.scheme()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser;
    use serde::Deserialize;

    use super::*;
    use crate::l1::signer::KeySource;

    const FILE: &str = r#"
        [node]
        l1 = "https://user:secret@l1.example:8545/v3/secret?key=secret"
        deployment = "deployment.json"
        store = "store"
        genesis = { kind = "witness", path = "witness.json.xz" }
        [key]
        kind = "mnemonic"
        path = "phrase"
    "#;

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Seat {
        #[serde(default)]
        seat: Chair,
    }

    #[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
    #[serde(deny_unknown_fields, default)]
    struct Chair {
        legs: Option<u8>,
    }

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        layers: Layers,
    }

    /// The configuration of these files and flags.
    fn read(files: &[&str], flags: &[&str]) -> Result<Config<Seat>, String> {
        let directory = tempfile::tempdir().unwrap();
        let mut arguments = vec!["program".to_owned()];
        for (number, file) in files.iter().enumerate() {
            let path = directory.path().join(format!("{number}.toml"));
            std::fs::write(&path, file).unwrap();
            arguments.extend(["--config".to_owned(), path.display().to_string()]);
        }
        arguments.extend(flags.iter().copied().map(str::to_owned));
        let program = Program::try_parse_from(arguments).map_err(|error| error.to_string())?;
        program.layers.read().map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let config = read(&[FILE], &[]).unwrap();
        assert_eq!(config.daemon.node.poll_ms, 2_000);
        assert!(matches!(config.daemon.key, Some(KeySource::Mnemonic { index: 0, .. })));
        assert_eq!(config.seat.seat, Chair::default());
    }

    #[test]
    fn what_comes_later_wins() {
        let second = "node.poll_ms = 5\n[seat]\nlegs = 3";
        let config =
            read(&[FILE, second], &["--set", "seat.legs=4", "--l1", "http://other"]).unwrap();
        assert_eq!((config.daemon.node.poll_ms, config.seat.seat.legs), (5, Some(4)));
        assert_eq!(config.daemon.node.l1.urls(), ["http://other"]);
        assert_eq!(config.daemon.node.store, Path::new("store"));
        let config = read(
            &[FILE],
            &[
                "--store",
                "7",
                "--set",
                "node.beacon.urls=[]",
                "--set",
                "node.beacon.blocks={by=number}",
            ],
        )
        .unwrap();
        assert_eq!(
            config.daemon.node.store,
            Path::new("7"),
            "a flag that is a path is never a number"
        );
        assert!(config.daemon.node.beacon.unwrap().urls.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (file, flags, place) in [
            ("[seat]\nlgs = 3", &[][..], "1.toml: seat.lgs: unknown field"),
            ("[node]\npol_ms = 3", &[], "1.toml: node.pol_ms: unknown field"),
            ("[node]\ncache_mb = 0", &[], "1.toml: node.cache_mb: "),
            ("[seta]\nlegs = 3", &[], "1.toml: seta: unknown key"),
            ("[seat]\nlegs = \"four\"", &[], "1.toml: seat.legs: invalid type"),
            ("[seat]\nlegs = ", &[], "1.toml: "),
            ("", &["--set", "seat.lgs=3"], "command line: seat.lgs: unknown field"),
            ("", &["--set", "what=3"], "command line: what: unknown key"),
            ("", &["--set", "key.kind=keystore"], "key: "),
            ("", &["--set", "legs"], "KEY=VALUE"),
            ("", &["--set", "a..b=1"], "not a key"),
        ] {
            let error = read(&[FILE, file], flags).unwrap_err();
            assert!(error.contains(place), "{error}\n{place}");
        }
        assert!(read(&[], &[]).unwrap_err().contains("missing field `node`"));
        assert!(
            read(&[FILE], &["--config", "nowhere.toml"]).unwrap_err().contains("nowhere.toml: ")
        );
    }

    #[test]
    fn a_printed_configuration_says_the_same_without_secrets() {
        let config = read(&[FILE], &["--set", "seat.legs=4"]).unwrap();
        let printed = config.print().unwrap();
        assert!(!printed.contains("secret"), "{printed}");
        assert!(printed.contains("l1 = \"https://l1.example:8545/...\""), "{printed}");
        let again =
            read(&[&printed], &["--l1", config.daemon.node.l1.urls().first().unwrap()]).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn what_should_be_a_url_is_hidden_even_if_it_is_none() {
        let malformed = r#"
            [node]
            l1 = ["l1.example/v3/secret", "l1.example:443/v3/secret", "wss://l1.example/secret"]
            [node.beacon]
            urls = ["beacon.example/secret"]
            blocks = { by = "number" }
            [key]
            kind = "remote"
            url = "signer.example/secret"
            address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        "#;
        let file = FILE.replace("kind = \"mnemonic\"\n        path = \"phrase\"", "");
        let printed = read(&[&file, malformed], &[]).unwrap().print().unwrap();
        assert!(!printed.contains("secret"), "{printed}");
        assert!(printed.contains("wss://l1.example/..."), "{printed}");
        assert!(printed.contains("store = \"store\""), "what is no URL is shown: {printed}");
    }

    #[test]
    fn what_is_wrong_is_told_without_secrets() {
        for (file, told) in [
            ("[node]\nl1 = \"https://l1.example/v3/secret\npoll_ms = 5", "line 2, column "),
            ("[node]\nl1 = https://l1.example/v3/secret", "line 2, column 6: "),
            ("[node]\npoll_ms = \"https://l1.example/v3/secret\"", "node.poll_ms: invalid type"),
            (
                "[node.beacon]\nurls = \"https://beacon.example/secret\"\nblocks.by = \"number\"",
                "node.beacon.urls: invalid type: found a string, expected a sequence",
            ),
            ("[node]\nunknown_code = [\"secret\"]", "node.unknown_code: "),
        ] {
            let error = read(&[FILE, file], &[]).unwrap_err();
            assert!(error.contains("1.toml: ") && error.contains(told), "{error}\n{told}");
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!(position("a\nbä = c", 8), (2, 6));
    }

    #[test]
    fn a_part_is_none_only_if_nothing_is_said_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let layers = |text: &str| {
            let path = directory.path().join("part.toml");
            std::fs::write(&path, text).unwrap();
            Layers { l1: Some("http://flag".to_owned()), ..Layers::of(&path) }
        };
        let l1 = |text: &str| layers(text).part::<String>("node.l1").map_err(|it| it.to_string());
        assert_eq!(l1("[key]"), Ok(Some("http://flag".to_owned())));
        assert!(l1("[node]\nl1 = \"").unwrap_err().contains("part.toml: line 2, column "));
        assert!(matches!(layers("[node]").part::<KeySource>("key"), Ok(None)));
        // something is said, though not all
        let error = layers("[key]\nkind = \"mnemonic\"").part::<KeySource>("key").unwrap_err();
        assert!(error.to_string().contains("missing field `path`"), "{error}");
    }

    #[test]
    fn shared_tables_are_read_from_any_daemons_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daemon.toml");
        std::fs::write(&path, format!("{FILE}\n[proposer]\nblocks_per_claim = 1")).unwrap();
        assert_eq!(Layers::of(&path).shared().unwrap().node.poll_ms, 2_000);
    }
}
