//! Where L1 is read, and how much may be asked of it.

use std::{fmt, time::Duration};

use alloy::transports::http::reqwest::Url;
use serde::{Deserialize, Serialize};

/// Endpoints of L1 nodes, the preferred one first: `"url"`, or a list of them; `http`, `https`, `ws` or `wss`.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "OneOrMany", into = "OneOrMany")]
pub struct Endpoints(Vec<String>);

impl Endpoints {
    /// The URLs.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.0
    }
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<Endpoints> for OneOrMany {
    fn from(Endpoints(urls): Endpoints) -> Self {
        match <[String; 1]>::try_from(urls) {
            Ok([url]) => Self::One(url),
            Err(urls) => Self::Many(urls),
        }
    }
}

impl From<OneOrMany> for Endpoints {
    fn from(urls: OneOrMany) -> Self {
        match urls {
            OneOrMany::One(url) => Self(vec![url]),
            OneOrMany::Many(urls) => Self(urls),
        }
    }
}

impl From<&Self> for Endpoints {
    fn from(endpoints: &Self) -> Self {
        endpoints.clone()
    }
}

impl From<Vec<String>> for Endpoints {
    fn from(urls: Vec<String>) -> Self {
        Self(urls)
    }
}

impl From<String> for Endpoints {
    fn from(url: String) -> Self {
        Self(vec![url])
    }
}

impl From<&String> for Endpoints {
    fn from(url: &String) -> Self {
        Self(vec![url.clone()])
    }
}

impl From<&str> for Endpoints {
    fn from(url: &str) -> Self {
        Self(vec![url.to_owned()])
    }
}

// a URL's path or query may hold a key
impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.0.iter().map(|url| {
            url.parse::<Url>().ok().as_ref().map_or_else(|| "not a URL".to_owned(), name)
        });
        f.debug_list().entries(hosts).finish()
    }
}

/// How an endpoint is called in logs and errors: its host and port, without what may be secret.
pub(super) fn name(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What is asked of the endpoints, and how their answers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct L1Settings {
    /// Requests a second that each endpoint is sent at most; 0: no limit.
    pub requests_per_second: u32,
    /// Seconds that an endpoint has for an answer.
    pub timeout_seconds: u64,
    /// Blocks that a query for logs spans at most. It is made smaller while an endpoint refuses, and larger again.
    pub log_blocks: u64,
    /// Seconds after which all endpoints, if there are several, are asked for their heads again; 0: never.
    pub probe_seconds: u64,
    /// Whether what the contracts say is asked of a second endpoint, too, at the same block: what the two do not agree
    /// about is unknown.
    pub cross_check: bool,
}

impl Default for L1Settings {
    fn default() -> Self {
        Self {
            requests_per_second: 0,
            timeout_seconds: 20,
            log_blocks: 2_000,
            probe_seconds: 30,
            cross_check: false,
        }
    }
}

impl L1Settings {
    /// How long an endpoint has for an answer.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The pause between looks at all endpoints.
    #[must_use]
    pub const fn probe(&self) -> Duration {
        Duration::from_secs(self.probe_seconds)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Deserialize)]
    struct File {
        l1: Endpoints,
    }

    #[test]
    fn one_endpoint_or_a_list_and_no_key_is_shown() {
        let read = |text| toml::from_str::<File>(text).unwrap().l1;
        assert_eq!(read("l1 = \"http://a:1/key\""), "http://a:1/key".into());
        let two = read("l1 = [\"ws://a:1/key\", \"https://b/v2/key\"]");
        assert_eq!(two.urls(), ["ws://a:1/key", "https://b/v2/key"]);
        assert_eq!(format!("{two:?}"), r#"["a:1", "b"]"#);
        assert!(toml::from_str::<File>("l1 = 5").is_err());
    }
}
