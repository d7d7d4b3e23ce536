//! Which L1 blocks are safe and which are final, as L1 says.

use std::time::{Duration, Instant};

use alloy::{
    consensus::BlockHeader as _,
    eips::{BlockId, BlockNumberOrTag},
    network::BlockResponse as _,
    providers::Provider as _,
};
use surety_engine::l1::client::L1Client;
use tokio::sync::Mutex;

use super::error::RpcError;

/// How long an answer is good for: L1 finalises every few minutes.
const FRESH: Duration = Duration::from_secs(4);

/// Asks L1, but not for every caller.
#[derive(Debug)]
pub(crate) struct Finality {
    l1: L1Client,
    safe: Mutex<Option<Known>>,
    finalized: Mutex<Option<Known>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    number: u64,
    at: Instant,
}

impl Finality {
    pub(crate) fn new(l1: L1Client) -> Self {
        Self { l1, safe: Mutex::default(), finalized: Mutex::default() }
    }

    /// The number of the newest L1 block that is `safe`, or `finalized`.
    ///
    /// # Errors
    /// [`RpcError::Server`] when L1 does not say.
    pub(crate) async fn l1_block(&self, tag: BlockNumberOrTag) -> Result<u64, RpcError> {
        let known = if tag.is_safe() { &self.safe } else { &self.finalized };
        // whoever comes meanwhile waits for this answer instead of asking, too
        let mut known = known.lock().await;
        if let Some(known) = known.filter(|known| known.at.elapsed() < FRESH) {
            return Ok(known.number);
        }
        let unknown = || RpcError::Server(format!("{tag} block not found: L1 does not say"));
        let block = self.l1.provider().get_block(BlockId::Number(tag)).await;
        let number = block.map_err(|_| unknown())?.ok_or_else(unknown)?.header().number();
        *known = Some(Known { number, at: Instant::now() });
        Ok(number)
    }
}
