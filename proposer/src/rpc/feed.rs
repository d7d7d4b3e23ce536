//! What happens to the chain, for filters and subscriptions: each block that came or fell out, with its logs.
//!
//! The last of it is kept once for all filters, so that a filter costs no more than a position in it. Whoever is too slow
//! is told that it missed something, and nothing grows on its account.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy::rpc::types::{Filter, Header, Log};
use surety_engine::{chain::ChainError, node::heads::HeadChange, state::ExecutedBlock};
use tokio::sync::broadcast::{self, error::RecvError};
use tracing::{error, warn};

use super::{
    convert::{self, Place},
    logs,
};

/// Changes kept for filters.
const KEPT: usize = 1_024;
/// Bytes of the logs kept.
const KEPT_BYTES: usize = 32 << 20;
/// Changes that a subscription may lie behind.
const BUFFERED: usize = 64;

/// A block, as filters and subscriptions see it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its header.
    pub(crate) header: Header,
    /// Its logs.
    pub(crate) logs: Vec<Log>,
    /// Whether it fell out, instead of coming.
    pub(crate) removed: bool,
}

impl Seen {
    fn new(block: &ExecutedBlock, removed: bool) -> Result<Self, ChainError> {
        let header = block.header()?;
        let hash = block.row.hash;
        let place = Place { number: block.number, hash, timestamp: header.timestamp };
        let logs = convert::logs(place, block.receipts()?).map(|log| Log { removed, ..log });
        let logs = logs.collect();
        Ok(Self { header: convert::header(hash, header), logs, removed })
    }

    /// Its logs that match `filter`.
    pub(crate) fn matching(&self, filter: &Filter) -> impl Iterator<Item = &Log> {
        self.logs.iter().filter(|log| filter.rpc_matches(log))
    }

    fn weight(&self) -> usize {
        self.logs.iter().map(logs::weight).sum()
    }
}

/// What a subscription hears.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A block came or fell out.
    Block(Arc<Seen>),
    /// Something was missed: what comes next does not follow.
    Missed,
}

/// Changes were forgotten before they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forgotten;

/// The last changes, and whoever listens.
#[derive(Debug)]
pub(crate) struct Feed {
    kept: Mutex<Kept>,
    live: broadcast::Sender<Event>,
}

#[derive(Debug, Default)]
struct Kept {
    changes: VecDeque<Arc<Seen>>,
    /// The position of the first of them.
    first: u64,
    bytes: usize,
}

impl Kept {
    fn end(&self) -> u64 {
        self.first.saturating_add(self.changes.len() as u64)
    }

    fn push(&mut self, seen: Arc<Seen>) {
        self.bytes = self.bytes.saturating_add(seen.weight());
        self.changes.push_back(seen);
        while self.changes.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(gone) = self.changes.pop_front() else { break };
            self.first = self.first.saturating_add(1);
            self.bytes = self.bytes.saturating_sub(gone.weight());
        }
    }

    fn forget(&mut self) {
        // nobody's position is the new first one
        *self = Self { first: self.end().saturating_add(1), ..Self::default() };
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self { kept: Mutex::default(), live: broadcast::Sender::new(BUFFERED) }
    }
}

impl Feed {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The position after all that has happened.
    pub(crate) fn position(&self) -> u64 {
        self.kept().end()
    }

    /// What happened from `position` on.
    ///
    /// # Errors
    /// [`Forgotten`].
    pub(crate) fn since(&self, position: u64) -> Result<Vec<Arc<Seen>>, Forgotten> {
        let kept = self.kept();
        let skip = position.checked_sub(kept.first).ok_or(Forgotten)?;
        let skip = usize::try_from(skip).map_err(|_| Forgotten)?;
        Ok(kept.changes.iter().skip(skip).cloned().collect())
    }

    /// What happens from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Event> {
        self.live.subscribe()
    }

    fn happened(&self, block: &ExecutedBlock, removed: bool) {
        match Seen::new(block, removed) {
            Ok(seen) => {
                let seen = Arc::new(seen);
                self.kept().push(Arc::clone(&seen));
                // nobody listening is no failure
                let _ = self.live.send(Event::Block(seen));
            }
            Err(cause) => {
                error!(number = block.number, %cause, "a block cannot be announced");
                self.missed();
            }
        }
    }

    fn missed(&self) {
        self.kept().forget();
        let _ = self.live.send(Event::Missed);
    }

    /// Tells of the node's changes for as long as it is polled.
    pub(crate) async fn follow(self: Arc<Self>, mut changes: broadcast::Receiver<HeadChange>) {
        loop {
            match changes.recv().await {
                Ok(HeadChange::Extended(block)) => self.happened(&block, false),
                Ok(HeadChange::RolledBack { removed, .. }) => {
                    for block in removed.iter() {
                        self.happened(block, true);
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    warn!(missed, "filters and subscriptions missed changes of the chain");
                    self.missed();
                }
                Err(RecvError::Closed) => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy::{consensus::Header, primitives::B256};
    use surety_engine::state::BlockRow;

    use super::*;

    fn block(number: u64) -> ExecutedBlock {
        let header = alloy::rlp::encode(Header { number, ..Header::default() });
        let hash = B256::with_last_byte(number as u8);
        let receipts = vec![alloy::rlp::EMPTY_LIST_CODE].into();
        let row = BlockRow { hash, header: header.into(), receipts, ..BlockRow::default() };
        ExecutedBlock { number, row }
    }

    fn numbers(seen: &[Arc<Seen>]) -> Vec<(u64, bool)> {
        seen.iter().map(|seen| (seen.header.inner.number, seen.removed)).collect()
    }

    #[test]
    fn a_position_sees_what_happened_after_it_until_that_is_forgotten() {
        let feed = Feed::default();
        let start = feed.position();
        feed.happened(&block(1), false);
        let later = feed.position();
        feed.happened(&block(2), false);
        feed.happened(&block(2), true);
        let all = feed.since(start).unwrap();
        assert_eq!(numbers(&all), [(1, false), (2, false), (2, true)]);
        assert_eq!(numbers(&feed.since(later).unwrap()), [(2, false), (2, true)]);
        assert_eq!(numbers(&feed.since(feed.position()).unwrap()), []);

        for number in 0..KEPT as u64 {
            feed.happened(&block(number), false);
        }
        assert_eq!(feed.since(start).unwrap_err(), Forgotten);
        assert_eq!(feed.since(feed.position() - KEPT as u64).unwrap().len(), KEPT);
        let end = feed.position();
        feed.missed();
        assert_eq!(feed.since(end).unwrap_err(), Forgotten, "a gap is no silence");
        assert!(feed.since(feed.position()).unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_is_too_slow_is_told_so() {
        let feed = Arc::new(Feed::default());
        let mut slow = feed.listen();
        for number in 0..=BUFFERED as u64 {
            feed.happened(&block(number), false);
        }
        assert!(matches!(slow.recv().await, Err(RecvError::Lagged(1))));

        let (changes, follower) = broadcast::channel(1);
        let mut live = feed.listen();
        for number in 0..3 {
            changes.send(HeadChange::Extended(Arc::new(block(number)))).unwrap();
        }
        drop(changes);
        Arc::clone(&feed).follow(follower).await;
        assert!(matches!(live.recv().await.unwrap(), Event::Missed));
        assert!(matches!(live.recv().await.unwrap(), Event::Block(seen) if !seen.removed));
    }
}
