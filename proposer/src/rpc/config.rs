//! The `[rpc]` section of the configuration file.

use std::{net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};

/// Where the JSON-RPC server listens, and what it lets a caller take.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RpcConfig {
    /// Address and port, of HTTP and WebSocket; absent: there is no server.
    pub(crate) listen: Option<SocketAddr>,
    /// Web pages that a browser lets in, by origin; `*` is all of them.
    pub(crate) cors_origins: Vec<String>,
    /// Connections at a time.
    pub(crate) max_connections: u32,
    /// Bytes of a request at most.
    pub(crate) max_request_bytes: u32,
    /// Bytes of an answer at most, a whole batch's included.
    pub(crate) max_response_bytes: u32,
    /// Calls in a batch at most.
    pub(crate) max_batch: u32,
    /// Calls that read state or execute at a time; the others wait.
    pub(crate) concurrency: u32,
    /// Traces and witnesses at a time: each can take a few times `max_response_bytes` of memory.
    pub(crate) traces: u32,
    /// Gas of a call at most.
    pub(crate) call_gas: u64,
    /// Milliseconds that a call may take, waiting included.
    pub(crate) timeout_ms: u64,
    /// Most that is suggested as a priority fee, gwei per gas.
    pub(crate) max_suggested_tip_gwei: u64,
    /// Blocks that a query of logs spans at most.
    pub(crate) max_log_range: u64,
    /// Logs that it gives at most.
    pub(crate) max_logs: usize,
    /// Filters at a time.
    pub(crate) max_filters: usize,
    /// Seconds after which a filter that nobody asks for is forgotten.
    pub(crate) filter_seconds: u64,
    /// Subscriptions of a connection.
    pub(crate) max_subscriptions: u32,
}

impl Default for RpcConfig {
    fn default() -> Self {
        Self {
            listen: None,
            cors_origins: vec!["*".to_owned()],
            max_connections: 256,
            max_request_bytes: 5 << 20,
            max_response_bytes: 16 << 20,
            max_batch: 1_000,
            concurrency: 8,
            traces: 2,
            call_gas: 50_000_000,
            timeout_ms: 10_000,
            max_suggested_tip_gwei: 10,
            max_log_range: 10_000,
            max_logs: 10_000,
            max_filters: 256,
            filter_seconds: 300,
            max_subscriptions: 32,
        }
    }
}

impl RpcConfig {
    /// How long a call may take.
    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Most that is suggested as a priority fee, wei per gas.
    pub(crate) const fn most_tip(&self) -> u128 {
        self.max_suggested_tip_gwei as u128 * 1_000_000_000
    }
}
