//! When a batch is due.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::U256;
use surety_engine::rules::limits::Limits;

use super::{
    BatcherConfig,
    build::{LENGTH_BYTES, MAX_ENTRIES},
};
use crate::mempool::{Pooled, Waiting};

/// What a batch would take up at most, and since when it is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// Since when the first of it waits; `None`: nothing does.
    pub(super) since: Option<Instant>,
    entries: usize,
    bytes: usize,
    gas: u64,
}

impl Load {
    /// What the pool has that pays this base fee.
    pub(super) fn of(waiting: &[Waiting], base_fee: U256) -> Self {
        let pays = |it: &&Arc<Pooled>| it.tip(base_fee).is_some();
        // behind one that does not pay, the sender's others have to wait as well
        let ready = waiting.iter().flat_map(|sender| sender.ready.iter().take_while(pays));
        ready.fold(Self::default(), |load, it| Self {
            since: load.since.into_iter().chain([it.since]).min(),
            entries: load.entries + 1,
            bytes: load.bytes + LENGTH_BYTES + it.raw.len(),
            gas: load.gas.saturating_add(it.transaction.gas_limit),
        })
    }

    /// The same, with something else that has been waiting for a block since then.
    pub(super) fn and(self, since: Option<Instant>) -> Self {
        Self { since: self.since.into_iter().chain(since).min(), ..self }
    }

    /// Whether a batch is due `now`, after another was posted at `last`.
    pub(super) fn is_due(
        &self,
        config: &BatcherConfig,
        limits: &Limits,
        last: Option<Instant>,
        now: Instant,
    ) -> bool {
        let Some(since) = self.since else { return false };
        if last.is_some_and(|last| now.saturating_duration_since(last) < config.min_interval()) {
            return false;
        }
        self.fills(config.fill_percent, limits)
            || now.saturating_duration_since(since) >= config.max_wait()
    }

    fn fills(&self, percent: u8, limits: &Limits) -> bool {
        let fills = |part: u128, whole: u128| part * 100 >= whole * u128::from(percent);
        fills(self.gas.into(), limits.block_gas.into())
            || fills(self.bytes as u128, limits.batch_bytes.into())
            || fills(self.entries as u128, MAX_ENTRIES as u128)
    }
}

/// Whether a batch that brings `tips` and costs `cost`, wei, may follow the last one after `passed`: nobody pays for a part of
/// it, and of `longest` the same part has to have passed.
///
/// So in any time `t` no more than `1 + t / longest` batches' cost is lost, whoever sends what.
pub(super) fn is_worth_posting(
    tips: U256,
    cost: U256,
    passed: Duration,
    longest: Duration,
) -> bool {
    let milliseconds = |time: Duration| U256::from(time.as_millis());
    let unpaid = cost.saturating_sub(tips);
    milliseconds(passed).saturating_mul(cost) >= milliseconds(longest).saturating_mul(unpaid)
}
