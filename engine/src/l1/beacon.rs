//! Blobs from the consensus layer's API, checked against the versioned hash that L1 has announced.

use std::time::Duration;

use alloy::transports::http::reqwest::{self, Client, Url};
use alloy_primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::warn;

use super::follow::BlockRef;
use crate::authenticated::blob::{Blob, BlobError};
use crate::telemetry::names;

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes that are read of an answer at most: 128 blobs in hexadecimal.
const ANSWER_LIMIT: usize = 128 * 2 * 131_072 + (1 << 20);

/// Where blobs come from.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct BeaconConfig {
    /// Endpoints that serve `/eth/v1/beacon/blobs`, asked in this order until one has the blob. The last should be an
    /// archive: nodes drop blobs after some 18 days.
    pub urls: Vec<String>,
    /// How the endpoints name an L1 block.
    pub blocks: BlockNames,
}

/// How a beacon API names the block that an L1 block belongs to.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(tag = "by", rename_all = "lowercase", deny_unknown_fields)]
pub enum BlockNames {
    /// By its slot, which its time tells: `(time - genesis_time) / seconds_per_slot`.
    Slot {
        /// Time of slot 0, seconds.
        genesis_time: u64,
        /// Seconds.
        seconds_per_slot: u64,
    },
    /// By its number, as anvil does.
    Number,
}

impl BlockNames {
    /// The name of `block`.
    fn of(self, block: &BlockRef) -> Option<u64> {
        match self {
            Self::Slot { genesis_time, seconds_per_slot } => {
                block.timestamp.checked_sub(genesis_time)?.checked_div(seconds_per_slot)
            }
            Self::Number => Some(block.number),
        }
    }
}

/// Why there is no blob. Every variant means *unknown*: retry and alert, and never sign.
#[derive(Debug, Error)]
pub enum BeaconError {
    /// None of the endpoints gave it.
    #[error("no beacon endpoint has blob {hash} of L1 block {block}")]
    Unavailable {
        /// Its versioned hash.
        hash: B256,
        /// The L1 block.
        block: u64,
    },
    /// The endpoint is not a URL. It is not repeated: it may hold a key.
    #[error("a beacon endpoint is not a URL")]
    Endpoint,
    /// The HTTP client could not be made.
    #[error("HTTP client: {0}")]
    Client(#[source] reqwest::Error),
}

/// Why one endpoint did not give a blob.
#[derive(Debug, Error)]
enum Refusal {
    #[error("the block is before the first slot")]
    BeforeGenesis,
    #[error("{0}")]
    Transport(#[from] reqwest::Error),
    #[error("longer than any block's blobs")]
    TooLong,
    #[error("not the API's answer: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("not a blob: {0}")]
    Blob(#[from] BlobError),
    #[error("it is not among the blobs that it serves")]
    Missing,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Bytes>,
}

/// A client of one or more beacon APIs.
#[derive(Clone, Debug)]
pub struct BeaconClient {
    http: Client,
    urls: Vec<Url>,
    blocks: BlockNames,
}

impl BeaconClient {
    /// A client of the endpoints in `config`; nothing is asked yet.
    ///
    /// # Errors
    /// [`BeaconError::Endpoint`], [`BeaconError::Client`].
    pub fn new(config: &BeaconConfig) -> Result<Self, BeaconError> {
        let parse = |url: &String| {
            url.parse::<Url>()
                .ok()
                .filter(|url| !url.cannot_be_a_base())
                .ok_or(BeaconError::Endpoint)
        };
        let urls = config.urls.iter().map(parse).collect::<Result<_, _>>()?;
        let http = Client::builder().timeout(TIMEOUT).build().map_err(BeaconError::Client)?;
        Ok(Self { http, urls, blocks: config.blocks })
    }

    /// The blob with versioned hash `hash`, which a transaction of the L1 block carried. Whatever an endpoint says, the
    /// blob is the one with this hash.
    ///
    /// # Errors
    /// [`BeaconError::Unavailable`]; each endpoint's reason is logged.
    pub async fn blob(&self, block: &BlockRef, hash: B256) -> Result<Blob, BeaconError> {
        for url in &self.urls {
            match self.ask(url, block, hash).await {
                Ok(blob) => {
                    names::BLOBS.with(["fetched"]).increment(1);
                    return Ok(blob);
                }
                Err(refusal) => {
                    // the path may hold a key
                    let host = url.host_str().unwrap_or_default();
                    warn!(host, l1 = block.number, %hash, %refusal, "no blob from this endpoint");
                }
            }
        }
        names::BLOBS.with(["unavailable"]).increment(1);
        Err(BeaconError::Unavailable { hash, block: block.number })
    }

    async fn ask(&self, url: &Url, block: &BlockRef, hash: B256) -> Result<Blob, Refusal> {
        let name = self.blocks.of(block).ok_or(Refusal::BeforeGenesis)?;
        let mut url = url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["eth", "v1", "beacon", "blobs", &name.to_string()]);
        }
        // an endpoint that does not know the parameter serves all the block's blobs
        url.query_pairs_mut().append_pair("versioned_hashes", &hash.to_string());
        let response = self.http.get(url).send().await.map_err(reqwest::Error::without_url)?;
        let response = response.error_for_status().map_err(reqwest::Error::without_url)?;
        let answer: Answer = serde_json::from_slice(&read(response).await?)?;
        for bytes in &answer.data {
            let blob = Blob::new(bytes)?;
            if blob.versioned_hash() == hash {
                return Ok(blob);
            }
        }
        Err(Refusal::Missing)
    }
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len().saturating_add(chunk.len()) > ANSWER_LIMIT {
            return Err(Refusal::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
